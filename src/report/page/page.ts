/**
 * The report as one HTML page that asks for nothing: style, fonts, charts and pictures are in it, and
 * no script but, where there are scenes, those that let one look around in them. Landmarks, headings
 * in order, captions and scopes; one SVG serves light and dark.
 * @module
 */
import type { Chart } from "../model/chart_data.ts";
import { bodiesOf, type ReportBody, type ReportModel } from "../model/model.ts";
import { cardHtml } from "./card.ts";
import { Html, markup, slug } from "../../base/text/mod.ts";
import { galleryHtml, type Pictures } from "./gallery_html.ts";
import { flowHtml } from "./flow_html.ts";
import { gateHtml } from "./gate_html.ts";
import { missingHtml, sanityHtml } from "./notes_html.ts";
import { heading, rankingHtml, winsHtml } from "./ranking_html.ts";
import { type GroupsById, tableHtml } from "./table_html.ts";
import { textGalleryHtml } from "./text_html.ts";
import type { PageScenes } from "./scene_html.ts";
import type { Texts } from "../texts.ts";
import type { Drawing } from "../draw/svg.ts";

/** What a page needs beside the model. */
export interface PageParts {
  /** By chart id. */
  readonly drawings: ReadonlyMap<string, Drawing>;
  /** Data URIs by `pictureKey`; a picture without one is said to be missing. */
  readonly pictures: Pictures;
  /** How pictures were re-encoded, in words. */
  readonly pictureNote: string;
  /** Default: none. */
  readonly texts?: Texts;
  /** Sheets of texts that were left out so that the page stays small; default 0. */
  readonly left?: number;
  /** Default: none. */
  readonly scenes?: PageScenes;
  readonly style: string;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
  /** Its class. */
  readonly kind?: string;
}

/** The whole page. */
export function renderPage(model: ReportModel, parts: PageParts): string {
  const sections = sectionsOf(model, parts);
  const page = markup`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">${parts.scenes?.policy}
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="generator" content="Likeness">
        <title>${model.title} · ${model.banner.headline} · Likeness report</title>
        <meta name="description" content="${model.about || model.title}: ${model.banner.headline}.">
        <link rel="icon" href="data:,">
        <style>${new Html(parts.style)}</style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the results</a>
        <header>
          <div class="wrap">
    <p class="kind">Likeness report · suite ${model.suite}, version ${model.suiteVersion}</p>
    <h1>${model.title}</h1>
    ${model.about ? markup`<p class="about">${model.about}</p>` : null}
    ${banner(model)}
    <dl class="facts">${
    model.facts.map(([k, v]) =>
      markup`
        <div>
          <dt>${k}</dt>
          <dd>${v}</dd>
        </div>
      `
    )
  }</dl>
          </div>
        </header>
        <div class="wrap">
          <nav aria-label="Sections">
            <ul>${
    sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)
  }</ul>
          </nav>
          <main id="main">
    ${
    sections.map(({ id, title, body, kind }) =>
      markup`
        <section${
        kind ? markup` class="${kind}"` : null
      } id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${title}</h2>
        ${body}</section>
      `
    )
  }</main>
          <footer>
            <p>Made by Likeness from stored records alone: the same records give this very page.</p>
          </footer>
        </div>${parts.scenes?.scripts}
      </body>
    </html>
  `;
  return page.text;
}

const SIGNS = { good: "✓", bad: "✗", unsure: "?", neutral: "–" } as const;

function banner({ banner }: ReportModel): Html {
  return markup`
    <div class="banner ${banner.tone}" role="status">
      <p class="headline"><span aria-hidden="true">${
    SIGNS[banner.tone]
  }</span>${banner.headline}</p>
      <ul>${banner.details.map((detail) => markup`<li>${detail}</li>`)}</ul>
    </div>
  `;
}

function present(sections: readonly (Section | null | false)[]): Section[] {
  return sections.filter((section): section is Section => Boolean(section));
}

/** What stands in the page, in order: what there is on each data, then what is of the whole. */
function sectionsOf(model: ReportModel, parts: PageParts): Section[] {
  const groups: GroupsById = new Map(model.groups.map((group) => [group.id, group]));
  const gate = model.gate && {
    id: "gate",
    title: "Gate",
    body: gateHtml(model.gate, model.also === undefined ? groups : new Map()),
  };
  const whole = wholeSections(model);
  const { flows = [] } = model, { drawings, texts = new Map() } = parts;
  const documents = some(flows) && {
    id: "documents",
    title: "Documents",
    body: markup`<p class="quiet">What steps kept of the documents that models are trained on, what
they dropped, and which check decided.</p>${
      flows.map((flow) => flowHtml(flow, { drawings, texts, level: 3 }))
    }`,
  };
  if (model.also === undefined) {
    const { results, rest } = bodySections(model, { parts, level: 3, notes: model.notes });
    return present([...results, documents, gate, ...rest, ...whole]);
  }
  const on = bodiesOf(model).map((body, place) =>
    partSection(body, { parts, notes: place === 0 ? model.notes : [], place })
  );
  return present([...on, documents, gate, ...whole]);
}

/** What there is on one of several data, with its own way around. */
function partSection(
  body: ReportBody,
  { parts, notes, place }: {
    readonly parts: PageParts;
    readonly notes: readonly string[];
    readonly place: number;
  },
): Section {
  const { name, id, config, lead } = body.on!, before = place === 0 ? "" : `${id}-`;
  const { results, rest } = bodySections(body, { parts, level: 4, notes, before });
  const sections = present([...results, ...rest]);
  return {
    id: `on-${id}`,
    title: `On ${name}`,
    kind: "part",
    body: markup`${config === "" ? null : markup`<p class="quiet">${config}</p>`}${
      lead === null ? null : markup`<p class="lead">${lead}</p>`
    }<nav aria-label="On ${name}"><ul>${
      sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)
    }</ul></nav>
${
      sections.map(({ id, title, body }) =>
        markup`
          <section id="${id}" aria-labelledby="${id}-h"><h3 id="${id}-h">${title}</h3>
          ${body}</section>
        `
      )
    }`,
  };
}

/** How the sections on one data are set. */
interface BodyOptions {
  readonly parts: PageParts;
  /** Level of the headings inside them. */
  readonly level: 3 | 4;
  /** How numbers are to be read. */
  readonly notes: readonly string[];
  /** Stands before their anchors. */
  readonly before?: string;
}

/** What there is on one data: before the gate, and after it. */
function bodySections(
  model: ReportBody,
  { parts, level, notes, before = "" }: BodyOptions,
): { readonly [half in "results" | "rest"]: (Section | null | false)[] } {
  const groups: GroupsById = new Map(model.groups.map((group) => [group.id, group]));
  const charts = (list: readonly Chart[]) => chartGrid(list, parts);
  const firstPictures = model.galleries.find(({ medium }) => medium === undefined);
  const named = (sections: (Section | null | false)[]) =>
    sections.map((section) => section && { ...section, id: before + section.id });
  const results: (Section | null | false)[] = [
    {
      id: "leaderboard",
      title: "Leaderboard",
      body: markup`${tableHtml(model.leaderboard, groups)}
${
        some(model.findings)
          ? markup`<ul class="findings">${model.findings.map((f) => markup`<li>${f}</li>`)}</ul>`
          : null
      }<ul class="notes">${notes.map((note) => markup`<li>${note}</li>`)}</ul>
${charts(model.charts.leaderboard)}`,
    },
    model.ranking && {
      id: "ranking",
      title: "Ranking",
      body: rankingHtml(model.ranking, { groups, charts: charts(model.charts.ranking), level }),
    },
    model.wins !== undefined && {
      id: "wins",
      title: "Win rates",
      body: winsHtml(model.wins, groups),
    },
    some(model.charts.front) && {
      id: "front",
      title: "Quality and throughput",
      body:
        markup`<p class="quiet">The line joins the rows that no other row beats in both. Bars are
95 % intervals over seeds.</p>${charts(model.charts.front)}`,
    },
    some(model.charts.steps) && {
      id: "steps",
      title: "Quality at few evaluations",
      body:
        markup`<p class="quiet">The distance of samples drawn with this many evaluations of the network:
mean and range over seeds. Other work was running while the seconds were measured.</p>${
          charts(model.charts.steps)
        }`,
    },
    some(model.charts.cost) && {
      id: "cost",
      title: "Quality and cost",
      body: markup`<p class="quiet">What a row cost to train and costs to sample. The line joins
the rows that no other row beats in both.</p>${charts(model.charts.cost)}`,
    },
    some(model.charts.shares) && {
      id: "shares",
      title: "Classes among the samples",
      body:
        markup`<p class="quiet">Shares of classes among unconditional samples, as the judge classifies
them, and the shares in the data.</p>${charts(model.charts.shares)}`,
    },
    ...model.galleries.map((gallery) => ({
      id: gallery.id,
      title: gallery.title,
      body: gallery.medium === "text"
        ? textGalleryHtml(gallery, { texts: new Map(), left: 0, ...parts, groups })
        : galleryHtml(gallery, {
          pictures: parts.pictures,
          scenes: parts.scenes?.scenes,
          groups,
          note: gallery === firstPictures && before === "" ? parts.pictureNote : "",
        }),
    })),
    some(model.charts.curves) && {
      id: "curves",
      title: "Training",
      body:
        markup`<p class="quiet">Means over seeds. The band goes from the lowest seed to the highest.
Losses of different families can't be compared.</p>${charts(model.charts.curves)}`,
    },
    some(model.tables) && {
      id: "tables",
      title: "All metrics",
      body: markup`${
        model.tables.map((t) =>
          markup`${heading(level, t.title, `${before}table-${slug(t.id)}`)}${tableHtml(t, groups)}`
        )
      }`,
    },
  ];
  const rest: (Section | null | false)[] = [
    some(model.missing) && { id: "missing", title: "Not measured", body: missingHtml(model) },
    model.sanity && {
      id: "sanity",
      title: "What the extractors see",
      body: markup`${sanityHtml(model.sanity)}${charts(model.charts.sanity)}`,
    },
    some(model.charts.time) && {
      id: "time",
      title: "Time",
      body: charts(model.charts.time),
    },
  ];
  return { results: named(results), rest: named(rest) };
}

/** What is of the whole report. */
function wholeSections(model: ReportModel): Section[] {
  return [
    {
      id: "provenance",
      title: "Provenance",
      body:
        markup`<p class="quiet">One card for each run, with everything that its numbers depend on.</p>
<div class="cards">${model.cards.map(cardHtml)}</div>`,
    },
    {
      id: "again",
      title: "Run it again",
      body: markup`<pre tabindex="0" aria-label="Command"><code>${
        model.command || "no run yet"
      }</code></pre>
<p class="quiet">The same seed, engine and machine class give the same bits. The cards say what each
run's engine promises.</p>`,
    },
  ];
}

function some(list: readonly unknown[]): boolean {
  return list.length > 0;
}

function chartGrid(charts: readonly Chart[], { drawings }: PageParts): Html {
  const figures = charts.flatMap((chart) => {
    const drawing = drawings.get(chart.id);
    return drawing
      ? [markup`<figure><figcaption>${chart.title}</figcaption>${new Html(drawing.svg)}</figure>`]
      : [];
  });
  const large = charts.some((chart) => chart.kind === "front" || chart.kind === "shares");
  const kind = charts.length === 1 ? "" : large ? "charts large" : "charts";
  return markup`<div class="${kind}">${figures}</div>`;
}

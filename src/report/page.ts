/**
 * The report as one HTML page that asks for nothing: style, fonts, charts and pictures are in it, and
 * no script. Landmarks, headings in order, captions and scopes; one SVG serves light and dark.
 * @module
 */
import type {
  Card,
  Chart,
  Gallery,
  Gate,
  Group,
  PictureRef,
  ReportModel,
  Sanity,
} from "./model.ts";
import { Html, type HtmlValue, markup, slug } from "./escape.ts";
import { cardHtml } from "./card.ts";
import { changeText, count, formatNumber, list } from "./format.ts";
import { type GroupsById, swatch, tableHtml } from "./table_html.ts";
import type { Drawing } from "./svg.ts";
import type { Verdict } from "../gate/verdict.ts";

/** What a page needs beside the model. */
export interface PageParts {
  /** By chart id. */
  readonly drawings: ReadonlyMap<string, Drawing>;
  /** Data URIs by `pictureKey`; a picture without one is said to be missing. */
  readonly pictures: ReadonlyMap<string, string>;
  /** How pictures were re-encoded, in words. */
  readonly pictureNote: string;
  readonly style: string;
}

/** Names a picture of a model. */
export function pictureKey({ run, file }: Pick<PictureRef, "run" | "file">): string {
  return `${run}/${file}`;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** The whole page. */
export function renderPage(model: ReportModel, parts: PageParts): string {
  const sections = sectionsOf(model, parts);
  const page = markup`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="generator" content="Likeness">
        <title>${model.title} · ${model.banner.headline} · Likeness report</title>
        <meta name="description" content="${model.about || model.title}: ${model.banner.headline}.">
        <link rel="icon" href="data:,">
        <style>${new Html(parts.style)}</style>
      </head>
      <body>
        <a class="skip" href="#main">To the results</a>
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
    sections.map(({ id, title, body }) =>
      markup`
        <section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${title}</h2>
        ${body}</section>
      `
    )
  }</main>
          <footer>
            <p>Made by Likeness from stored records alone: the same records give this very page.</p>
          </footer>
        </div>
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

function sectionsOf(model: ReportModel, parts: PageParts): Section[] {
  const groups: GroupsById = new Map(model.groups.map((group) => [group.id, group]));
  const charts = (list: readonly Chart[]) => chartGrid(list, parts);
  const sections: (Section | null | false)[] = [
    {
      id: "leaderboard",
      title: "Leaderboard",
      body: markup`${tableHtml(model.leaderboard, groups)}
<ul class="notes">${model.notes.map((note) => markup`<li>${note}</li>`)}</ul>
${charts(model.charts.leaderboard)}`,
    },
    some(model.charts.front) && {
      id: "front",
      title: "Quality against throughput",
      body:
        markup`<p class="quiet">The line joins the rows that no other row beats in both. Bars are
95 % intervals over seeds.</p>${charts(model.charts.front)}`,
    },
    ...model.galleries.map((gallery) => ({
      id: gallery.id,
      title: gallery.title,
      body: galleryHtml(gallery, { parts, groups }),
    })),
    some(model.charts.curves) && {
      id: "curves",
      title: "Training",
      body:
        markup`<p class="quiet">Means over seeds; the band runs from the lowest seed to the highest.
Losses of different families share no scale.</p>${charts(model.charts.curves)}`,
    },
    some(model.tables) && {
      id: "tables",
      title: "All metrics",
      body: markup`${
        model.tables.map((t) =>
          markup`<h3 id="table-${slug(t.id)}">${t.title}</h3>${tableHtml(t, groups)}`
        )
      }`,
    },
    model.gate && { id: "gate", title: "Gate", body: gateHtml(model.gate, groups) },
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
    {
      id: "provenance",
      title: "Provenance",
      body:
        markup`<p class="quiet">A card a run: all that is needed to tell why its numbers are what they
are.</p>
<div class="cards">${model.cards.map((card: Card) => cardHtml(card))}</div>`,
    },
    {
      id: "again",
      title: "Do it again",
      body: markup`<pre tabindex="0" aria-label="Command"><code>${
        model.command || "no run yet"
      }</code></pre>
<p class="quiet">The same seed, engine and machine class give the same bits; the cards say what each
run's engine promises.</p>`,
    },
  ];
  return sections.filter((section): section is Section => Boolean(section));
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
  const wide = charts.length === 1;
  return markup`<div class="${wide ? "" : "charts"}">${figures}</div>`;
}

function galleryHtml(
  gallery: Gallery,
  { parts, groups }: { parts: PageParts; groups: GroupsById },
): Html {
  const first = gallery.rows.map(({ pictures }) => pictures[0]);
  const others = gallery.rows.flatMap(({ pictures }) => pictures.slice(1));
  const figures = (pictures: readonly PictureRef[]) =>
    markup`<div class="pictures">${
      pictures.map((picture) => {
        const group = [...groups.values()].find((g) => g.runs.includes(picture.run));
        return figureHtml(picture, { parts, group, about: picture.about !== gallery.caption });
      })
    }</div>`;
  return markup`<p class="quiet">${
    gallery.caption ? `${gallery.caption}.` : ""
  }${parts.pictureNote}</p>
${figures(first)}
${
    others.length > 0
      ? markup`<details><summary>${count(others.length, "more picture")}: other seeds</summary>${
        figures(others)
      }</details>`
      : null
  }`;
}

function figureHtml(
  picture: PictureRef,
  { parts, group, about }: { parts: PageParts; group: Group | undefined; about: boolean },
): Html {
  const uri = parts.pictures.get(pictureKey(picture));
  const { width, height } = picture;
  const alt = `${picture.about}: ${picture.label}, seed ${picture.seed}`;
  const size = width && height
    ? markup`
      width="${width}" height="${height}"
    `
    : null;
  return markup`<figure><figcaption>${group ? swatch(group.index) : null}${picture.label}
<span class="quiet">seed ${picture.seed}</span></figcaption>${
    uri
      ? markup`
        <img src="${uri}" alt="${alt}" ${size} decoding="async">
      `
      : markup`<p>The picture is no longer in the run's folder.</p>`
  }${about ? markup`<p>${picture.about}</p>` : null}</figure>`;
}

const TONES: { readonly [verdict: string]: string } = {
  pass: "good",
  improved: "good",
  regressed: "bad",
  missing: "bad",
  inconclusive: "unsure",
  new: "neutral",
};

function gateHtml(gate: Gate, groups: GroupsById): Html {
  const identical = gate.verdicts.filter((v) => v.test === "bits" && v.verdict === "pass");
  const rest = gate.verdicts.filter((v) => !identical.includes(v));
  const table = (verdicts: readonly Verdict[], caption: string) =>
    markup`
      <div class="scroll" role="region" tabindex="0" aria-label="${caption}">
        <table>
          <caption><span>${caption}</span></caption>
          <thead>
            <tr>
              <th scope="col" class="text">row</th>
              <th scope="col" class="text">metric</th>
              <th scope="col" class="text">verdict</th>
              <th scope="col">baseline</th>
              <th scope="col">now</th>
              <th scope="col">change</th>
              <th scope="col">adjusted p</th>
              <th scope="col" class="text">why</th>
            </tr>
          </thead>
          <tbody>${
      verdicts.map((v) =>
        markup`
              <tr>
                <th scope="row">${groups.get(v.group)?.label ?? v.label}</th>
                <td class="text">${v.metric}${v.unit ? ` (${v.unit})` : ""}</td>
                <td class="text"><span class="verdict ${TONES[v.verdict]}">${v.verdict}</span></td>
                <td>${numberOr(v.baseline)}</td>
                <td>${numberOr(v.value)}</td>
                <td>${changeText(v)}</td>
                <td>${numberOr(v.adjustedP, 2)}</td>
                <td class="text why">${v.why}</td>
              </tr>
            `
      )
    }</tbody>
        </table>
      </div>
    `;
  return markup`<p class="quiet">Against ${gate.baseline}.</p>
${
    rest.length > 0
      ? table(rest, "Comparisons by size of change, Holm-corrected over each kind of metric")
      : markup`<p>Nothing but equal bits.</p>`
  }
${
    identical.length > 0
      ? markup`<details><summary>${
        count(identical.length, "value")
      } bit-identical to the baseline</summary>${
        table(identical, "Values with the same bits as the baseline")
      }</details>`
      : null
  }`;
}

function numberOr(value: number | null, digits = 4): HtmlValue {
  return value === null
    ? markup`<span aria-hidden="true">–</span><span class="hidden">none</span>`
    : formatNumber(value, digits);
}

function missingHtml(model: ReportModel): Html {
  return markup`
    <div class="scroll" role="region" tabindex="0" aria-label="What was not measured">
      <table>
        <caption><span>What has no number, and why. n/m: not measured here; –: not defined for these rows.</span></caption>
        <thead>
          <tr>
            <th scope="col" class="text">what</th>
            <th scope="col" class="text"></th>
            <th scope="col" class="text">rows</th>
            <th scope="col" class="text">why</th>
          </tr>
        </thead>
        <tbody>${
    model.missing.map(({ column, labels, status, reason }) =>
      markup`
            <tr>
              <th scope="row">${column}</th>
              <td class="text">${status === "not-measured" ? "n/m" : "–"}</td>
              <td class="text">${list(labels) || "all"}</td>
              <td class="text why">${reason}</td>
            </tr>
          `
    )
  }</tbody>
      </table>
    </div>
  `;
}

function sanityHtml(sanity: Sanity): Html {
  return markup`
    <div class="scroll" role="region" tabindex="0" aria-label="Sanity of extractors">
      <table>
        <caption><span>${sanity.caption} Unit: ${sanity.unit}.</span></caption>
        <thead>
          <tr><th scope="col" class="text">change</th>${
    sanity.extractors.map((name) => markup`<th scope="col">${name}</th>`)
  }</tr>
        </thead>
        <tbody>${
    sanity.rows.map(({ set, values }) =>
      markup`
            <tr><th scope="row">${set}</th>${
        values.map((value) => markup`<td>${numberOr(value, 3)}</td>`)
      }</tr>
          `
    )
  }</tbody>
      </table>
    </div>
    <ul class="notes">${
    sanity.findings.map(({ text, holds }) =>
      markup`<li><span class="verdict ${holds ? "good" : "bad"}">${
        holds ? "holds" : "fails"
      }</span> ${text}</li>`
    )
  }</ul>
  `;
}

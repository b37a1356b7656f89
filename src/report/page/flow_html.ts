/** What steps did with documents, in HTML. @module */
import type { FlowReport } from "../model/model.ts";
import { fixed, formatBytes, Html, markup } from "../../base/text/mod.ts";
import type { Texts } from "../texts.ts";
import type { Drawing } from "../draw/svg.ts";
import { breakable } from "./table_html.ts";
import { textGalleryHtml } from "./text_html.ts";

/** What a step's section is made with. */
interface FlowParts {
  readonly drawings: ReadonlyMap<string, Drawing>;
  readonly texts: Texts;
  /** Level of headings. */
  readonly level: 3 | 4;
}

/** A share in per cent; of nothing a dash. */
export function shareText(part: number, whole: number): string {
  return whole === 0 ? "–" : `${fixed(100 * part / whole, 1)} %`;
}

/** Chart, table and samples of one step. */
export function flowHtml(
  { label, stages, chart, values, dropped }: FlowReport,
  { drawings, texts, level }: FlowParts,
): Html {
  const drawing = drawings.get(chart.id), name = `h${level}`;
  const shown = values.flatMap(({ id }) => drawings.get(id) ?? []);
  const heading = new Html(`<${name}>`), end = new Html(`</${name}>`);
  return markup`${heading}${label}${end}
${
    drawing === undefined
      ? null
      : markup`<div><figure><figcaption>${chart.title}</figcaption>${new Html(
        drawing.svg,
      )}</figure></div>`
  }
<div class="scroll" role="region" tabindex="0" aria-label="Stages of ${label}">
  <table>
    <caption><span>Stages in order, and the checks that dropped something</span></caption>
    <thead>
      <tr>
        <th scope="col" class="text">stage, check</th>
        <th scope="col">documents in</th>
        <th scope="col">kept</th>
        <th scope="col">dropped</th>
        <th scope="col">of them</th>
        <th scope="col">rewritten</th>
        <th scope="col">text left</th>
      </tr>
    </thead>
    <tbody>${
    stages.map(({ name, read, kept, rewritten, dropped }) =>
      markup`
        <tr><th scope="row">${breakable(name)}</th><td>${fixed(read.documents, 0)}</td><td>${
        fixed(kept.documents, 0)
      }</td><td>${fixed(read.documents - kept.documents, 0)}</td><td>${
        shareText(read.documents - kept.documents, read.documents)
      }</td><td>${fixed(rewritten, 0)}</td><td>${formatBytes(kept.bytes)}</td></tr>${
        dropped.map(({ check, documents }) =>
          markup`
        <tr class="control"><th scope="row">${breakable(check)}</th><td></td><td></td><td>${
            fixed(documents, 0)
          }</td><td>${shareText(documents, read.documents)}</td><td></td><td></td></tr>`
        )
      }`
    )
  }</tbody>
  </table>
</div>
${
    shown.length === 0
      ? null
      : markup`<details><summary>Values that checks found</summary><p class="quiet">The share of documents
with a value at or below each; the line is the limit. Documents that an earlier check of the same stage
dropped are not among them.</p><div class="charts">${
        shown.map(({ title, svg }) =>
          markup`<figure><figcaption>${title}</figcaption>${new Html(svg)}</figure>`
        )
      }</div></details>`
  }
${
    dropped === null
      ? null
      : markup`<details><summary>Samples of what was dropped</summary>${
        textGalleryHtml(dropped, { texts, left: 0, groups: new Map() })
      }</details>`
  }`;
}

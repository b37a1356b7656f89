/** What was not measured, and what the extractors are worth, in HTML. @module */
import type { ReportModel, Sanity } from "./model.ts";
import { type Html, markup } from "./escape.ts";
import { list } from "./format.ts";
import { numberOr } from "./table_html.ts";

/** The list of gaps with reasons. */
export function missingHtml(model: ReportModel): Html {
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

/** The sanity table and whether its claims hold. */
export function sanityHtml(sanity: Sanity): Html {
  return markup`
    <div class="scroll" role="region" tabindex="0" aria-label="Sanity of extractors">
      <table>
        <caption><span>${sanity.caption}</span></caption>
        <thead>
          <tr><th scope="col" class="text">set</th>${
    sanity.columns.map(({ heading }) => markup`<th scope="col">${heading}</th>`)
  }</tr>
        </thead>
        <tbody>${
    sanity.rows.map(({ set, about, values }) =>
      markup`
            <tr><th scope="row" title="${about}">${set}</th>${
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

/** What was not measured, and what the extractors are worth, in HTML. @module */
import type { Missing, ReportBody, Sanity } from "../model/model.ts";
import { type Html, list, markup } from "../../base/text/mod.ts";
import { breakable, numberOr } from "./table_html.ts";

/** The list of gaps with reasons; what can't be defined for a row is folded away. */
export function missingHtml(model: Pick<ReportBody, "missing">): Html {
  const of = (status: Missing["status"]) => model.missing.filter((m) => m.status === status);
  const [unmeasured, undefinedHere] = [of("not-measured"), of("not-defined")];
  return markup`${
    unmeasured.length > 0
      ? gapTable(unmeasured, "Numbers that could not be measured (n/m), and why")
      : markup`<p>Every number that these rows can have was measured.</p>`
  }${
    undefinedHere.length > 0
      ? markup`<details><summary>What some rows can't have (–)</summary>${
        gapTable(undefinedHere, "What is not defined, for which rows, and why")
      }</details>`
      : null
  }`;
}

function gapTable(gaps: readonly Missing[], caption: string): Html {
  return markup`
    <div class="scroll" role="region" tabindex="0" aria-label="${caption}">
      <table class="prose">
        <caption><span>${caption}</span></caption>
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col" class="text">rows</th>
            <th scope="col" class="text">why</th>
          </tr>
        </thead>
        <tbody>${
    gaps.map(({ column, labels, reason }) =>
      markup`
            <tr>
              <th scope="row">${breakable(column)}</th>
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

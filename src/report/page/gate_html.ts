/** The gate's verdicts in HTML. @module */
import type { Gate } from "../model/model.ts";
import { count, fixed, type Html, markup } from "../../base/text/mod.ts";
import { changeText, rowText, type Verdict } from "../../gate/mod.ts";
import { type GroupsById, numberOr } from "./table_html.ts";

const TONES: { readonly [verdict: string]: string } = {
  pass: "good",
  improved: "good",
  regressed: "bad",
  missing: "bad",
  inconclusive: "unsure",
  new: "neutral",
  shown: "neutral",
};

/** Verdicts, worst first; those that passed, and timings that are not judged, are folded away. */
export function gateHtml(gate: Gate, groups: GroupsById): Html {
  const passed = gate.verdicts.filter((v) => v.verdict === "pass");
  const shown = gate.verdicts.filter((v) => v.verdict === "shown");
  const rest = gate.verdicts.filter((v) => v.verdict !== "pass" && v.verdict !== "shown");
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
              <th scope="col">then</th>
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
                <th scope="row">${groups.get(v.group)?.label ?? rowText(v)}</th>
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
      ? table(rest, "Verdicts to look at, Holm-corrected within each kind of metric")
      : markup`<p>There is nothing to look at.</p>`
  }
${
    passed.length > 0
      ? markup`<details><summary>${count(passed.length, "value")} passed, ${
        fixed(gate.counts.identical, 0)
      } of them bit-identical to the baseline</summary>${
        table(passed, "Values that passed")
      }</details>`
      : null
  }${
    shown.length > 0
      ? markup`<details><summary>${
        count(shown.length, "timing")
      } shown and not judged: this machine's noise isn't calibrated</summary>${
        table(shown, "Timings that are not judged")
      }</details>`
      : null
  }`;
}

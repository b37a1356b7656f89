/**
 * Verdicts as Markdown for a pull request or a job's summary: what needs attention first, what
 * passed folded away, all within the length that a comment may have.
 * @module
 */
import { count, escapeMarkdown as escape, fence } from "../../base/text/mod.ts";
import { changeCells, changeHead, worstFirst } from "../outcome.ts";
import type { Verdict, VerdictName } from "../verdict/verdict.ts";
import { brokenRuns, type Gated } from "./gated.ts";

/** GitHub takes 65,536 characters in a comment. */
const longest = 60_000;

const marks: Readonly<{ [name in VerdictName]: string }> = {
  missing: "❌",
  regressed: "❌",
  inconclusive: "❔",
  improved: "✅",
  new: "🆕",
  shown: "⏱️",
  pass: "✅",
};

function table(verdicts: readonly Verdict[]): string {
  const head = ["", ...changeHead, "why"];
  const rows = verdicts.map((v) =>
    [`${marks[v.verdict]} ${v.verdict}`, ...changeCells(v), v.why].map(escape)
  );
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(head),
    "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |",
    ...rows.map(line),
  ].join("\n");
}

/** As many rows as `room` characters hold, and a word on the others. */
function fitting(verdicts: readonly Verdict[], room: number): string[] {
  if (verdicts.length === 0) return [];
  let shown = verdicts.length;
  while (shown > 0 && table(verdicts.slice(0, shown)).length > room) shown = shown >> 1;
  const rest = verdicts.length - shown;
  return [
    ...(shown > 0 ? [table(verdicts.slice(0, shown))] : []),
    ...(rest > 0 ? [`and ${count(rest, "more row")}, left out for length`] : []),
  ];
}

function suiteMarkdown(
  { suite, outcome, records, command }: Gated,
  room: number,
): string {
  const sorted = worstFirst(outcome.verdicts);
  const folded = (verdict: Verdict) => verdict.verdict === "pass" || verdict.verdict === "shown";
  const open = sorted.filter((verdict) => !folded(verdict));
  const passed = sorted.filter(folded);
  const commits = [...new Set(records.map((r) => r.provenance.gitSha?.slice(0, 10) ?? "unknown"))];
  const blocks = [
    // A mark by which a bot finds its own comment again.
    `<!-- likeness-gate ${suite.replace(/[^\w.-]/g, "-")} -->`,
    `### ${escape(`${suite} ${outcome.line}`)}`,
    ...brokenRuns(records).map(({ name, cause }) => `- ❌ ${escape(name)}: ${escape(cause)}`),
    ...fitting(open, room / 2),
  ];
  if (passed.length > 0) {
    const { pass, identical, shown } = outcome.counts;
    const summary = `${pass} passed, ${identical} of them bit-identical` +
      (shown > 0 ? `; ${shown} timings shown, not judged` : "");
    const left = room - blocks.join("\n\n").length - 400;
    blocks.push(
      `<details><summary>${summary}</summary>`,
      ...fitting(passed, left),
      "</details>",
    );
  }
  blocks.push(
    `Measured on ${escape(commits.join(", ") || "nothing")}. Again:`,
    fence(`deno task ${command}`, "sh"),
  );
  return blocks.join("\n\n");
}

/** All suites of a gate. */
export function gateMarkdown(gated: readonly Gated[]): string {
  const room = longest / Math.max(1, gated.length);
  return gated.map((one) => suiteMarkdown(one, room)).join("\n\n") + "\n";
}

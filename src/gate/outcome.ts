/**
 * What verdicts come to: an exit code, one line, a table.
 * @module
 */
import { exitCodes, worstExit } from "../errors.ts";
import type { Record as RunRecord } from "../record/record.ts";
import type { Verdict, VerdictName } from "./verdict.ts";

/** How many verdicts of each kind. */
export type Counts = Readonly<{ [name in VerdictName]: number }> & {
  readonly total: number;
  /** Passes by equality of bits. */
  readonly identical: number;
};

/** Counts verdicts. */
export function countVerdicts(verdicts: readonly Verdict[]): Counts {
  const of = (name: VerdictName) => verdicts.filter((v) => v.verdict === name).length;
  return {
    pass: of("pass"),
    regressed: of("regressed"),
    improved: of("improved"),
    inconclusive: of("inconclusive"),
    new: of("new"),
    missing: of("missing"),
    total: verdicts.length,
    identical: verdicts.filter((v) => v.test === "bits" && v.verdict === "pass").length,
  };
}

/** Whether a number is missing: of all seeds, or of one of a row that regressed all the same. */
const isMissing = ({ verdict, seeds }: Verdict) =>
  verdict === "missing" || (seeds.missing ?? []).length > 0;

/**
 * 3: nothing measured, a run failed or diverged, or a number that was asked for is missing; 1: a
 * regression; 4: inconclusive, unless that is allowed; 0 otherwise. 3 > 1 > 4 > 0.
 */
export function gateExit(
  verdicts: readonly Verdict[],
  { records, allowInconclusive = false }: {
    readonly records: readonly RunRecord[];
    readonly allowInconclusive?: boolean;
  },
): number {
  const counts = countVerdicts(verdicts);
  const codes: number[] = [];
  const measured = verdicts.some((verdict) => verdict.value !== null);
  const broken = records.some((r) => r.state === "failed" || r.state === "diverged");
  if (!measured || broken || verdicts.some(isMissing)) codes.push(exitCodes.failed);
  if (counts.regressed > 0) codes.push(exitCodes.regressed);
  if (counts.inconclusive > 0 && !allowInconclusive) codes.push(exitCodes.inconclusive);
  return worstExit(codes);
}

/** "gate: pass (40 metrics, 40 bit-identical to baselines/any)". */
export function gateLine(verdicts: readonly Verdict[], folder = "baselines"): string {
  const counts = countVerdicts(verdicts);
  if (!verdicts.some((verdict) => verdict.value !== null)) return "gate: nothing measured";
  const word = verdicts.some(isMissing)
    ? "missing numbers"
    : counts.regressed > 0
    ? "regressed"
    : counts.inconclusive > 0
    ? "inconclusive"
    : counts.new === counts.total
    ? "no baseline yet"
    : "pass";
  const parts = [`${counts.total} metric${counts.total === 1 ? "" : "s"}`];
  if (counts.identical > 0) {
    const scopes = new Set(verdicts.filter((v) => v.test === "bits").map((v) => v.scope));
    const where = scopes.size === 1 ? `/${[...scopes][0]}` : "";
    parts.push(`${counts.identical} bit-identical to ${folder}${where}`);
  }
  for (const name of ["regressed", "improved", "inconclusive", "missing", "new"] as const) {
    if (counts[name] > 0) parts.push(`${counts[name]} ${name}`);
  }
  return `gate: ${word} (${parts.join(", ")})`;
}

/** Percent or units, with a sign. */
export function formatEffect(effect: number | null, unit: Verdict["effectUnit"]): string {
  if (effect === null) return "–";
  const sign = effect > 0 ? "+" : effect < 0 ? "−" : "";
  const size = Math.abs(effect);
  // Rounding of a mean: less than a billionth of the baseline.
  if (unit === "share" && size > 0 && size < 1e-9) return "≈ 0 %";
  return unit === "share" ? `${sign}${short(100 * size)} %` : `${sign}${short(size)}`;
}

function short(value: number): string {
  if (value === 0) return "0";
  return value >= 1e5 || value < 1e-3
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));
}

const order: readonly VerdictName[] = [
  "missing",
  "regressed",
  "inconclusive",
  "improved",
  "new",
  "pass",
];

/** Verdicts, worst first. */
export function worstFirst(verdicts: readonly Verdict[]): Verdict[] {
  return [...verdicts].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
}

/** Headings of `changeCells`. */
export const changeHead = ["run", "metric", "baseline", "now", "change", "counts from"] as const;

/** What changed, and from which change on it counts: a row of any table of verdicts. */
export function changeCells(v: Verdict): string[] {
  return [
    v.label,
    v.metric + (v.unit === "" ? "" : ` (${v.unit})`),
    formatValue(v.baseline),
    formatValue(v.value),
    formatEffect(v.effect, v.effectUnit),
    minimumText(v),
  ];
}

/**
 * A table of verdicts in plain text, worst first; passes only with `all`.
 * Empty where there is nothing to show.
 */
export function verdictTable(verdicts: readonly Verdict[], { all = false } = {}): string[] {
  const shown = worstFirst(verdicts.filter((verdict) => all || verdict.verdict !== "pass"));
  if (shown.length === 0) return [];
  const cells = shown.map((v) => [
    v.verdict,
    ...changeCells(v),
    v.interval === null
      ? "–"
      : `${formatEffect(v.interval.low, v.effectUnit)} … ${
        formatEffect(v.interval.high, v.effectUnit)
      }`,
    v.adjustedP === null ? "–" : v.adjustedP < 1e-4 ? "< 0.0001" : v.adjustedP.toFixed(4),
    v.why,
  ]);
  const head = ["", ...changeHead, "interval", "adjusted p", "why"];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i].length))
  );
  return [head, ...cells].map((row) =>
    row.map((cell, i) => i === row.length - 1 ? cell : cell.padEnd(widths[i])).join("  ").trimEnd()
  );
}

const sources: Readonly<{ [from in NonNullable<Verdict["minimumFrom"]>]: string }> = {
  policy: "policy",
  floor: "A/A floor",
  spread: "baseline's spread",
};

/** The smallest change that counts and what set it: "10 % (policy)". */
export function minimumText(
  { minimumEffect, minimumFrom, effectUnit }: Pick<
    Verdict,
    "minimumEffect" | "minimumFrom" | "effectUnit"
  >,
): string {
  if (minimumEffect === null) return "–";
  const size = effectUnit === "share" ? `${short(100 * minimumEffect)} %` : short(minimumEffect);
  return minimumFrom === undefined ? size : `${size} (${sources[minimumFrom]})`;
}

/** A metric's value in five digits. */
export function formatValue(value: number | null): string {
  if (value === null) return "–";
  return Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(3)
    : String(Number(value.toPrecision(5)));
}

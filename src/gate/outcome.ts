/**
 * What verdicts add up to: an exit code, one line, a table.
 * @module
 */
import { exitCodes, worstExit } from "../base/mod.ts";
import type { RunRecord } from "../record/mod.ts";
import { configText } from "../base/text/mod.ts";
import { rowText, type Verdict, type VerdictName } from "./verdict/verdict.ts";

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
    shown: of("shown"),
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

/** What a line about a gate has to know beside its verdicts. */
export interface LineOptions {
  /** Folder of the baselines. */
  readonly folder?: string;
  /** The suite as a command names it. */
  readonly suite?: string;
  /** Whether runs failed or diverged. */
  readonly broken?: boolean;
}

/** Rows that a line names before it only counts. */
const mostNames = 4;

/**
 * What a stranger wants to know of a gate, in one line: how it came out, how many numbers are the
 * published ones bit for bit and which are not, and whether speed was judged.
 */
export function gateLine(verdicts: readonly Verdict[], options: LineOptions = {}): string {
  if (!verdicts.some((verdict) => verdict.value !== null)) return "NOTHING MEASURED";
  const parts = [qualityPart(verdicts, options), speedPart(verdicts, options)];
  return `${lineWord(verdicts, options)}: ${parts.filter((part) => part !== "").join(" · ")}`;
}

function lineWord(verdicts: readonly Verdict[], { broken = false }: LineOptions): string {
  const counts = countVerdicts(verdicts);
  if (broken) return "FAILED RUNS";
  if (verdicts.some(isMissing)) return "MISSING NUMBERS";
  if (counts.regressed > 0) return "REGRESSED";
  if (counts.inconclusive > 0) return "INCONCLUSIVE";
  const judged = counts.total - counts.shown;
  return counts.new > 0 && counts.new === judged ? "NO BASELINE YET" : "PASS";
}

/** "116 of 116 quality numbers have the published bits". */
function qualityPart(
  verdicts: readonly Verdict[],
  { folder = "baselines" }: LineOptions,
): string {
  const own = verdicts.filter(({ kind }) => kind !== "speed");
  if (own.length === 0) return "";
  const same = own.filter(({ test, verdict }) => test === "bits" && verdict === "pass");
  const fresh = own.filter(({ verdict }) => verdict === "new");
  if (fresh.length === own.length) {
    return `${counted(own.length, "quality number")} without a baseline`;
  }
  // Where only statistics were promised, a number of other bits is nothing to name.
  if (same.length === 0 && !own.some(({ scope }) => scope === "any")) {
    return `${counted(own.length, "quality number")}: ${tally(own)}`;
  }
  const bits = folder === "baselines" ? "the published bits" : `the bits of ${folder}`;
  const other = worstFirst(
    own.filter((verdict) => !same.includes(verdict) && !fresh.includes(verdict)),
  );
  const names = other.slice(0, mostNames)
    .map((verdict) => `${rowText(verdict)} ${verdict.metric} (${verdict.verdict})`);
  const left = other.length - names.length;
  return [
    `${same.length} of ${counted(own.length, "quality number")} ` +
    `${own.length === 1 ? "has" : "have"} ${bits}`,
    ...(names.length > 0 ? [`not: ${names.join(", ")}${left > 0 ? ` and ${left} more` : ""}`] : []),
    ...(fresh.length > 0 ? [`${fresh.length} without a baseline`] : []),
  ].join("; ");
}

function speedPart(verdicts: readonly Verdict[], { suite = "SUITE" }: LineOptions): string {
  const own = verdicts.filter(({ kind }) => kind === "speed");
  const shown = own.filter(({ verdict }) => verdict === "shown");
  const judged = own.filter(({ verdict }) => verdict !== "shown");
  return [
    ...(judged.length > 0 ? [`speed: ${tally(judged)}`] : []),
    ...(shown.length > 0
      ? [
        "speed shown, not judged (this machine isn't calibrated; " +
        `\`deno task likeness calibrate ${suite} --reason "…"\`)`,
      ]
      : []),
  ].join(" · ");
}

const counted = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** "30 pass, 2 regressed". */
function tally(verdicts: readonly Verdict[]): string {
  const counts = countVerdicts(verdicts);
  return order.toReversed().filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} ${name}`).join(", ");
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

/** Without the last digits, which a share that was written in percent doesn't have. */
const asWritten = (value: number) => configText(Number(value.toPrecision(14)));

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
  "shown",
  "pass",
];

/** Verdicts, worst first. */
export function worstFirst(verdicts: readonly Verdict[]): Verdict[] {
  return [...verdicts].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
}

/** Headings of `changeCells`. */
export const changeHead = ["run", "metric", "then", "now", "change", "counts from"] as const;

/** What changed, and from which change on it counts: a row of any table of verdicts. */
export function changeCells(v: Verdict): string[] {
  return [
    rowText(v),
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
  // What a suite asks for is shown as it is written there, what was measured rounded.
  const number = minimumFrom === "policy" ? asWritten : short;
  const size = effectUnit === "share" ? `${number(100 * minimumEffect)} %` : number(minimumEffect);
  return minimumFrom === undefined ? size : `${size} (${sources[minimumFrom]})`;
}

/** A metric's value in five digits. */
export function formatValue(value: number | null): string {
  if (value === null) return "–";
  return Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(3)
    : String(Number(value.toPrecision(5)));
}

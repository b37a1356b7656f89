/**
 * A comparison's numbers as text, for the terminal, Markdown and the page.
 * @module
 */
import { formatBytes, formatNumber, formatSeconds } from "../../../base/text/mod.ts";
import type { Measured, PeersModel } from "./schema.ts";
import { isMeasured, isOurs } from "./schema.ts";

/** What people call a contender. */
export const LABELS: Readonly<Record<string, string>> = {
  "ours": "Likeness",
  "ours-graph": "Likeness, graph",
  "ours-xla": "Likeness, XLA",
  "torch-eager": "PyTorch eager",
  "torch-compile": "torch.compile",
  "jax": "JAX jit",
};

/** Headings of the columns. */
export const HEADINGS: readonly string[] = [
  "contender",
  "step, median",
  "step, least",
  "ratio",
  "95 % interval",
  "compile",
  "memory",
  "utilisation",
];

/** "12.3 ms", "840 µs". */
export function formatStep(seconds: number): string {
  if (seconds >= 1) return formatSeconds(seconds);
  return seconds >= 1e-3
    ? `${formatNumber(seconds * 1e3)} ms`
    : `${formatNumber(seconds * 1e6)} µs`;
}

/** The faster of our ways; without ours the first contender. */
export function reference({ contenders }: PeersModel): Measured | undefined {
  const measured = contenders.filter(isMeasured);
  const own = measured.filter(isOurs);
  return own.length === 0
    ? measured[0]
    : own.reduce((best, one) => one.median < best.median ? one : best);
}

function ratioOf(model: PeersModel, name: string): [ratio: string, interval: string] {
  const own = reference(model)?.name;
  const found = model.ratios.find(({ of, to }) => of === own && to === name);
  if (found === undefined) return ["", ""];
  const { estimate, low, high } = found;
  const interval = low === null || high === null
    ? ""
    : `${formatNumber(low)} to ${formatNumber(high)}`;
  return [`${formatNumber(estimate)} ×`, interval];
}

function cells(model: PeersModel, contender: Measured): string[] {
  const { median, minimum, compileSeconds, memory, utilisation } = contender;
  const resident = memory.steady === null ? "" : formatBytes(memory.steady);
  const libraries = memory.libraries === null ? "" : ` (${formatBytes(memory.libraries)} at start)`;
  const device = memory.device === null ? "" : `, GPU ${formatBytes(memory.device)}`;
  return [
    LABELS[contender.name] ?? contender.name,
    formatStep(median),
    formatStep(minimum),
    ...ratioOf(model, contender.name),
    formatSeconds(compileSeconds),
    `${resident}${libraries}${device}`,
    utilisation === null ? "" : `${formatNumber(100 * utilisation)} %`,
  ];
}

/** One row a contender: a cell a heading, or its name and why there are no numbers. */
export function tableRows(model: PeersModel): string[][] {
  return model.contenders.map((contender) =>
    isMeasured(contender)
      ? cells(model, contender)
      : [LABELS[contender.name] ?? contender.name, `failed: ${contender.failed.split("\n")[0]}`]
  );
}

/** What the losses say of a model: whether all did the same work. */
export function agreementText({ disagreement }: PeersModel): string {
  if (disagreement === null) return "one contender: nothing to agree with";
  const share = formatNumber(100 * disagreement, 2);
  return disagreement <= 1
    ? `losses of the first steps agree: ${share} % of what float32 rounding allows`
    : `NOT THE SAME WORK: losses differ by ${share} % of what float32 rounding allows`;
}

/** The table as lines of plain text. */
export function textTable(model: PeersModel): string[] {
  const rows = [HEADINGS, ...tableRows(model)];
  const widths = HEADINGS.map((_, i) =>
    Math.max(...rows.filter((row) => row.length > 2).map((row) => row[i].length))
  );
  return rows.map((row) =>
    `  ${row.map((cell, i) => cell.padEnd(row.length > 2 ? widths[i] : 0)).join("  ")}`.trimEnd()
  );
}

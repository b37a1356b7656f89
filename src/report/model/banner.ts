/** The head of a report: how it came out, and what it is about. @module */
import type { EngineIdentity } from "../../engine/mod.ts";
import { dataKey, type RunRecord } from "../../record/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import type { Banner, Gate } from "./model.ts";
import { budgetText, configLine, count, fixed, formatSeconds, list } from "../../base/text/mod.ts";
import type { Grouped } from "./groups.ts";

/** How verdicts rank, worst first. */
export const VERDICTS = [
  "regressed",
  "missing",
  "inconclusive",
  "improved",
  "new",
  "shown",
  "pass",
] as const;

/** A run whose record is there and can't be read. */
export interface Unreadable {
  /** "vae seed 2". */
  readonly run: string;
  readonly why: string;
}

/** The one line that says how it came out, and what stands behind it. */
export function banner(
  records: readonly RunRecord[],
  { gate, unreadable = [] }: {
    readonly gate: Gate | null;
    readonly unreadable?: readonly Unreadable[];
  },
): Banner {
  const of = (state: string) => records.filter((r) => r.state === state);
  const runs = records.length + unreadable.length;
  const details: string[] = [`${fixed(of("done").length, 0)} of ${count(runs, "run")} done`];
  for (const state of ["failed", "diverged", "unreliable", "running", "planned"]) {
    const names = of(state).map((r) => `${r.label} seed ${r.spec.seed}`);
    if (names.length > 0) details.push(`${state}: ${list(names)}`);
  }
  for (const { run, why } of unreadable) details.push(`unreadable: ${run}: ${why}`);
  const tally = gate &&
    VERDICTS.filter((v) => gate.counts[v] > 0).map((v) =>
      `${fixed(gate.counts[v], 0)} ${v}` +
      (v === "pass" && gate.counts.identical > 0
        ? ` (${fixed(gate.counts.identical, 0)} bit-identical)`
        : "")
    );
  details.push(
    tally
      ? `gate against ${gate!.baseline}: ${tally.length > 0 ? list(tally) : "nothing to compare"}`
      : "no baseline was compared",
  );
  const values = records.flatMap((r) => r.metrics).filter((m) => m.value !== null).length;
  if (values === 0) return { tone: "bad", headline: "Nothing was measured", details };
  const broken = of("failed").length + of("diverged").length;
  if (broken > 0) {
    const headline = `${count(broken, "run")} of ${fixed(runs, 0)} failed or diverged`;
    return { tone: "bad", headline, details };
  }
  if (unreadable.length > 0) {
    const headline = `${count(unreadable.length, "record")} of ${fixed(runs, 0)} can't be read`;
    return { tone: "bad", headline, details };
  }
  const counts = gate?.counts;
  if (counts?.regressed) {
    const headline = `Regressed: ${count(counts.regressed, "metric value")}`;
    return { tone: "bad", headline, details };
  }
  if (of("running").length + of("planned").length > 0) {
    return { tone: "unsure", headline: "Not finished", details };
  }
  if (counts?.missing) {
    return { tone: "bad", headline: "Values that were asked for are missing", details };
  }
  const unreliable = of("unreliable").length;
  if (unreliable > 0) {
    const headline = `${count(unreliable, "run")} of ${fixed(records.length, 0)} unreliable`;
    return { tone: "unsure", headline, details };
  }
  if (counts?.inconclusive) {
    const n = count(counts.inconclusive, "comparison");
    return { tone: "unsure", headline: `Inconclusive: ${n} decided nothing`, details };
  }
  if (counts && (counts.pass > 0 || counts.improved > 0)) {
    const improved = counts.improved ? `, ${count(counts.improved, "improvement")}` : "";
    return { tone: "good", headline: `Pass${improved}`, details };
  }
  return { tone: "neutral", headline: "Measured; nothing to compare with", details };
}

/** What was run, on what, in how long: a line each. */
export function facts(
  records: readonly RunRecord[],
  { groups, steps }: Grouped,
): [string, string][] {
  const last = newestOf(records);
  if (!last) return [["runs", "none"]];
  const unique = (values: readonly string[]) => list([...new Set(values)]);
  const trained = records.filter((r) => protocolOf(r.spec).trains);
  const seeds = [...new Set(records.map((r) => r.spec.seed))].sort((a, b) => a - b);
  const families = groups.filter((g) => !g.control).length;
  const controls = groups.length - families;
  const data = [...new Map(records.map(({ spec }) => [dataKey(spec.data), spec.data])).values()];
  const told = ({ dataset, config }: RunRecord["spec"]["data"]) => {
    const shape = configLine(config);
    return dataset + (shape === "" ? "" : `: ${shape}`);
  };
  const end = last.provenance.finishedAt;
  const finished = end ? `until ${end.replace(/T(\d+:\d+).*/, " $1 UTC")}` : "not finished";
  return [
    [
      "data",
      [...new Set(data.map(told))].join("; "),
    ],
    [
      "rows",
      `${count(families, "family", "families")}, ${count(controls, "control")}, ` +
      `${count(seeds.length, "seed")} (${seeds.join(", ")})` +
      (steps.length === 0 ? "" : `; ${count(steps.length, "step")} before them, not in tables`),
    ],
    [
      "budget",
      trained.length > 0
        ? `${unique(trained.map((r) => budgetText(r.spec.budget)))} a run`
        : "none",
    ],
    ["engine", unique(records.map((r) => engineText(r.provenance.engine)))],
    ["repeats", unique(records.map((r) => r.provenance.determinism))],
    ["machine", unique(records.map((r) => r.provenance.machineClass))],
    ["time", `${formatSeconds(sum(records.map((r) => r.timings.total)))} of runs, ${finished}`],
    [
      "code",
      unique(
        records.map((r) =>
          r.provenance.gitSha === null
            ? "not a git checkout"
            : r.provenance.gitSha.slice(0, 12) + (r.provenance.gitDirty ? " with changes" : "")
        ),
      ),
    ],
  ];
}

/** "wasm, tfjs 4.22.0, wasm simd". */
export function engineText({ name, versions }: EngineIdentity): string {
  return [name, ...Object.entries(versions ?? {}).map(([k, v]) => `${k} ${v}`)].join(", ");
}

/** The record that started last. */
export function newestOf(records: readonly RunRecord[]): RunRecord | undefined {
  return records.reduce<RunRecord | undefined>(
    (a, b) => a && a.provenance.startedAt >= b.provenance.startedAt ? a : b,
    undefined,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

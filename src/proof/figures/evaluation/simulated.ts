/**
 * Gates with the same distribution on both sides, through all of the real verdict code: records,
 * rows, policies, floors, tests, Holm, the second measurement of speed, exit code.
 * @module
 */
import { confirmSpeed, planFloors, sessionEntry } from "../../../gate/speed/mod.ts";
import { baselinesFrom } from "../../../gate/baseline/mod.ts";
import { evaluateGate, gateExit, type GateInput } from "../../../gate/mod.ts";
import type { MetricValue, RunRecord } from "../../../record/mod.ts";
import { exp, log1p } from "../../../numeric/mod.ts";
import { hostFold, type HostKey, hostNormal } from "../../../random/host/mod.ts";
import { median } from "../../../stats/mod.ts";

/** What is simulated. */
export interface SimulatedSuite {
  readonly labels: number;
  /** Quality metrics a label, normal over seeds. */
  readonly quality: number;
  /** Timings a label. */
  readonly timings: number;
  readonly seeds: number;
  readonly repeats: number;
  /** Relative deviations of a timing: of a session, of a run in it, of a repeat in that. */
  readonly noise: { readonly session: number; readonly run: number; readonly repeat: number };
  /** A/A sessions that set floors; 0: none. */
  readonly sessions: number;
  /** Minimum effect of quality: next to nothing, so that the test alone guards. */
  readonly effect: number;
}

/** What a suite of a small matrix looks like. */
export const smallMatrix: SimulatedSuite = {
  labels: 4,
  quality: 3,
  timings: 1,
  seeds: 5,
  repeats: 5,
  noise: { session: 0.03, run: 0.02, repeat: 0.01 },
  sessions: 8,
  effect: 1e-9,
};

const engine = { name: "wasm", versions: {}, device: "cpu", threads: 1 } as const;
const machineClass = "simulated";

function simulatedRecord(label: string, seed: number, metrics: readonly MetricValue[]): RunRecord {
  return {
    format: 1,
    id: `${label}-${seed}`,
    label,
    group: label,
    spec: {
      format: 1,
      suite: "simulated",
      suiteVersion: 1,
      protocol: "train-evaluate",
      family: label,
      familyVersion: 1,
      config: {},
      data: { dataset: "none", version: 1, config: {} },
      budget: { steps: 1 },
      batch: 1,
      seed,
      engine: "wasm",
      metrics: [],
    },
    state: "done",
    provenance: {
      gitSha: "simulated",
      gitDirty: false,
      lock: null,
      deno: "",
      v8: "",
      os: "",
      cpu: "",
      cores: 1,
      memoryBytes: 0,
      engine,
      engineChoice: "simulated",
      determinism: "any",
      machineClass,
      datasetDigest: "",
      datasetNotes: [],
      command: "",
      startedAt: "",
      finishedAt: null,
    },
    steps: 1,
    parameters: 0,
    metrics,
    timings: { data: 0, compile: 0, steps: 0, metrics: 0, pictures: 0, total: 0 },
    resumed: 0,
    artefacts: [],
    seriesSha256: null,
  };
}

/** One side of a gate: what a session of runs of one code gives. */
export function simulatedSession(suite: SimulatedSuite, key: HostKey): RunRecord[] {
  const { labels, quality, timings, seeds, repeats, noise } = suite;
  const perRun = quality + timings * (1 + repeats);
  const draws = hostNormal(key, labels * (timings + seeds * perRun));
  let at = 0;
  const draw = () => draws[at++];
  return Array.from({ length: labels }, (_, l) => {
    const session = Array.from({ length: timings }, () => 1 + noise.session * draw());
    return Array.from({ length: seeds }, (_, s) => {
      const values = Array.from({ length: quality }, (_, m): MetricValue => ({
        name: `quality ${m}`,
        metric: "quality",
        unit: "",
        direction: "lower",
        kind: "quality",
        value: 100 + draw(),
      }));
      const timed = session.map((level, t): MetricValue => {
        const run = level * (1 + noise.run * draw());
        const raw = Array.from(
          { length: repeats },
          () => 1000 * run * (1 + noise.repeat * draw()),
        );
        return {
          name: `timing ${t}`,
          metric: "timing",
          unit: "ms",
          direction: "lower",
          kind: "speed",
          value: median(raw),
          raw,
        };
      });
      return simulatedRecord(`family ${l}`, s + 1, [...values, ...timed]);
    });
  }).flat();
}

/** Harm that the second side has over the first; none by default. */
export interface Harm {
  /** Share by which timings are longer. */
  readonly speed: number;
  /** Standard deviations by which quality is worse. */
  readonly quality: number;
}

function harmed(records: readonly RunRecord[], { speed, quality }: Harm): RunRecord[] {
  return records.map((record) => ({
    ...record,
    metrics: record.metrics.map((value) =>
      value.kind === "quality" ? { ...value, value: value.value! + quality } : {
        ...value,
        value: value.value! * (1 + speed),
        raw: value.raw!.map((x) => x * (1 + speed)),
      }
    ),
  }));
}

/** Exit code of one gate, on data of the same law but for `harm`. */
export async function simulatedGate(
  suite: SimulatedSuite,
  { key, harm = { speed: 0, quality: 0 } }: { readonly key: HostKey; readonly harm?: Harm },
): Promise<number> {
  const session = (purpose: string | number) => simulatedSession(suite, hostFold(key, purpose));
  const entries = Array.from(
    { length: suite.sessions },
    (_, s) =>
      session(s).map((record) => sessionEntry(record, { session: s + 1, commit: "", seconds: 0 })),
  ).flat();
  const { floors } = planFloors({
    suite: "simulated",
    suiteVersion: 1,
    entries,
    records: [],
    seeds: suite.seeds,
    floors: [],
    update: { reason: "simulated", author: "", date: "", commit: null, command: "" },
  });
  const records = harmed(session("after"), harm);
  const input: GateInput = {
    records,
    baselines: baselinesFrom(session("before"), { suite: "simulated", suiteVersion: 1 }),
    suiteVersion: 1,
    floors,
    policies: ({ metric }) => metric === "quality" ? { effect: suite.effect } : undefined,
  };
  const verdicts = await confirmSpeed(evaluateGate(input), {
    input,
    rerun: (labels) =>
      Promise.resolve(
        harmed(session("again"), harm).filter(({ label }) => labels.includes(label)),
      ),
  });
  return gateExit(verdicts, { records });
}

/** What so many gates of the same law came to. */
export interface Simulated {
  readonly gates: number;
  /** Gates that failed: exit code 1. */
  readonly alarms: number;
  /** Gates by exit code. */
  readonly exits: Readonly<{ [code: string]: number }>;
}

/** Simulates gates. Those that fail have exit code 1; what is undecided (4) fails nothing. */
export async function simulateGates(
  gates: number,
  { suite = smallMatrix, key, harm }: {
    readonly suite?: SimulatedSuite;
    readonly key: HostKey;
    readonly harm?: Harm;
  },
): Promise<Simulated> {
  const exits: { [code: string]: number } = {};
  for (let g = 0; g < gates; g++) {
    const code = await simulatedGate(suite, { key: hostFold(key, g), harm });
    exits[code] = (exits[code] ?? 0) + 1;
  }
  return { gates, alarms: exits[1] ?? 0, exits };
}

/** P(X ≥ k) for X binomial of n and p: how likely so many alarms are at a rate of p. */
export function binomialTail(k: number, { n, p }: { n: number; p: number }): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`binomialTail: p = ${p}; 0 < p < 1`);
  let term = exp(n * log1p(-p));
  let below = 0;
  for (let x = 0; x < k; x++) {
    below += term;
    term *= (n - x) / (x + 1) * p / (1 - p);
  }
  return Math.max(0, 1 - below);
}

/** The most alarms that a rate of α gives in all but a share `beyond` of cases. */
export function mostAlarms(
  n: number,
  { alpha, beyond = 0.05 }: { alpha: number; beyond?: number },
) {
  let k = 0;
  while (binomialTail(k + 1, { n, p: alpha }) > beyond) k++;
  return k;
}

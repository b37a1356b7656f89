/**
 * Records as a suite of two families, their seeds and the control rows would leave them. Numbers are
 * made up by formulas of seed and family; what matters is that every kind of value, gap and picture
 * occurs.
 * @module
 */
import { evaluateGate, type Verdict } from "../../src/gate/mod.ts";
import { planUpdate } from "../../src/gate/baseline/mod.ts";
import type { MetricValue } from "../../src/record/value.ts";
import type { Provenance, RunRecord, Series } from "../../src/record/record.ts";
import { control as controlProtocol } from "../../src/protocols/control/protocol.ts";
import type { ReportInputs } from "../../src/report/model/inputs.ts";

/** What a made suite is like. */
export interface FixtureOptions {
  readonly seeds?: readonly number[];
  readonly families?: readonly string[];
  readonly controls?: readonly string[];
  readonly steps?: number;
  /** Changes a finished record, or returns it as it is. */
  readonly change?: (record: RunRecord) => RunRecord;
}

/** A number in [−1, 1] that looks random and is a function of its arguments. */
export function wobble(...numbers: number[]): number {
  const x = Math.sin(numbers.reduce((a, b, i) => a + b * (12.9898 + 65.11 * i), 0.5)) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}

const hex = (text: string, length: number) => {
  let h = 0x811c9dc5;
  let out = "";
  while (out.length < length) {
    for (const c of text + out) h = Math.imul(h ^ c.charCodeAt(0), 0x01000193) >>> 0;
    out += h.toString(16).padStart(8, "0");
  }
  return out.slice(0, length);
};

const provenance: Provenance = {
  gitSha: "8c1f3c4a9e5b7d20416f8a3b2c1d0e9f8a7b6c5d",
  gitDirty: false,
  lock: hex("lock", 64),
  deno: "2.9.6",
  v8: "15.0.0",
  os: "linux x86_64",
  cpu: "Example CPU @ 2.0 GHz",
  cores: 2,
  memoryBytes: 8_000_000_000,
  engine: {
    name: "wasm",
    versions: { tfjs: "4.22.0", wasm: "simd" },
    device: "cpu",
    threads: 1,
  },
  engineChoice: "auto: tensorflow is not here",
  determinism: "any: the same bits on every x86-64 machine",
  machineClass: "wasm-4.22.0-avx2-2",
  datasetDigest: hex("heads", 64),
  datasetNotes: ["2,000 rendered"],
  command: "likeness run suites/smoke.yaml",
  startedAt: "2026-11-20T10:00:00.000Z",
  finishedAt: "2026-11-20T10:04:10.000Z",
};

type Part = [name: string, unit: string, direction: MetricValue["direction"], base: number];

/** Values by metric of the suite; the base is scaled by family and moved by seed. */
const parts: { readonly [metric: string]: readonly Part[] } = {
  reconstruction: [["PSNR@500", "dB", "higher", 27], ["SSIM@500", "", "higher", 0.86]],
  likelihood: [
    ["ELBO-discrete-256@500", "nats", "higher", -9000],
    ["bits/dim-discrete-256@500", "bits/dim", "lower", 4.2],
  ],
  frechet: [["FD-judge-heads-v1@500", "", "lower", 61], ["FD-lite0@500", "", "lower", 80]],
  few_steps: [1, 2, 4, 8].map((n) => [`FD-judge-heads-v1@500-nfe${n}`, "", "lower", 60 + 60 / n]),
  kernel: [["KID-judge-heads-v1@500", "", "lower", 0.21]],
  coverage: [["precision-k5-judge-heads-v1@500", "", "higher", 0.52]],
  duplicates: [
    ["copies-pixels@500", "share", "lower", 0.001],
    ["train-distance-pixels@500", "× held-out", "none", 1],
  ],
  shares: [["shares-expression@500", "", "lower", 0.1]],
  control: [["read-expression@500", "", "higher", 0.44]],
  conditional: [
    ["cond-gender@500", "balanced accuracy", "higher", 0.9],
    ["cond-gender-of-ceiling@500", "share of ceiling", "higher", 0.92],
  ],
  throughput: [
    ["first-sample-latency", "ms", "lower", 3],
    ["train-speed-b1", "images/s", "higher", 300],
    ["train-speed-b64", "images/s", "higher", 1200],
    ["sample-speed-b1", "images/s", "higher", 900],
    ["sample-speed-b64", "images/s", "higher", 8400],
    ["peak-memory", "MiB", "lower", 210],
    ["train-FLOPs", "MFLOP/image", "lower", 60],
  ],
};

const controlScale: { readonly [name: string]: number } = {
  "held-out": 0.2,
  "training-copy": 0.21,
  "gaussian": 0.75,
  "noise": 9,
};

function metricsOf(family: string, seed: number, control: boolean): MetricValue[] {
  const place = family.length;
  return Object.entries(parts).flatMap(([metric, list]) =>
    list.map(([name, unit, direction, base], i): MetricValue => {
      const common = {
        name,
        metric,
        unit,
        direction,
        kind: metric === "throughput" ? "speed" as const : "quality" as const,
      };
      const sampled = ["frechet", "kernel", "coverage", "duplicates", "shares"].includes(metric);
      if (["few_steps", "conditional"].includes(metric) && (control || family === "autoencoder")) {
        const reason = metric === "few_steps"
          ? `${family} can't be asked for another number of evaluations`
          : `${family} can't be asked for gender`;
        return { ...common, value: null, status: "not-defined", reason };
      }
      if (control && !sampled) {
        const reason = metric === "throughput"
          ? "a control row is no model: there is nothing to time"
          : "a control row has no latent code";
        return { ...common, value: null, status: "not-defined", reason };
      }
      if (metric === "likelihood" && family === "autoencoder") {
        const reason = "an autoencoder has no likelihood";
        return { ...common, value: null, status: "not-defined", reason };
      }
      if (metric === "coverage") {
        const reason = "the test split of heads holds 200 pictures and the metric needs 500";
        return { ...common, value: null, status: "not-measured", reason };
      }
      if (name.startsWith("train-distance")) {
        const value = family === "training-copy" ? 0 : 1 + 0.01 * wobble(seed, place);
        const errors = { standardError: 0.02, toHeldOutError: 0.03 };
        return { ...common, value, beside: { ...errors, toHeldOut: value }, samples: 500 };
      }
      const scale = control ? controlScale[family] ?? 1 : 1 + 0.15 * wobble(place, i + 1);
      const value = base * (scale + 0.02 * wobble(seed, place, i));
      const bound = metric === "likelihood"
        ? (i === 0 ? "lower" as const : "upper" as const)
        : null;
      return {
        ...common,
        value,
        samples: 500,
        ...(bound ? { bound } : {}),
        ...(name.startsWith("bits/dim") ? { label: "IW16" } : {}),
        ...(metric === "few_steps" ? { beside: { seconds: 2 * (i + 1) } } : {}),
        ...(metric === "conditional" ? { beside: { ceiling: 0.98, chance: 0.5 } } : {}),
        ...(metric === "shares"
          ? {
            beside: {
              neutral: 0.3 + 0.1 * wobble(place, seed),
              happy: 0.2 + 0.1 * wobble(place, seed, 2),
              "neutral, held out": 0.18,
              "neutral, true": 0.17,
              "happy, true": 0.16,
              sameLaw: 0.02,
            },
          }
          : {}),
        ...(metric === "control" ? { beside: { shuffled: 0.17, rawPixels: 0.56 } } : {}),
      };
    })
  );
}

/** One record; `steps` 0 for a control row. */
export function recordOf(
  { family, seed, control, steps }: {
    family: string;
    seed: number;
    control: boolean;
    steps: number;
  },
): RunRecord {
  const group = hex(`${family} ${control}`, 16);
  const id = hex(`${group} ${seed}`, 16);
  const pictures = control || family === "x"
    ? ["samples"]
    : ["samples", "reconstructions", "traversal", "interpolation"];
  return {
    format: 1,
    id,
    label: control ? controlProtocol.label!(family) : family === "vae" ? "vae β=4" : family,
    group,
    spec: {
      format: 1,
      suite: "smoke",
      suiteVersion: 1,
      protocol: control ? "control" : "train-evaluate",
      family,
      familyVersion: 1,
      config: family === "vae" ? { latent: 32, beta: 4 } : {},
      data: { dataset: "heads", version: 1, config: { size: 32, train: 2000, test: 500 } },
      budget: { steps },
      batch: 32,
      seed,
      engine: "wasm",
      metrics: Object.keys(parts).map((metric) => ({ metric, version: 1, config: {} })),
    },
    state: "done",
    provenance: {
      ...provenance,
      startedAt: `2026-11-20T10:0${seed % 10}:00.000Z`,
    },
    steps,
    parameters: control ? 0 : 412_000 + 1000 * family.length,
    metrics: metricsOf(family, seed, control),
    ...(control ? {} : {
      capabilities: {
        likelihood: family === "autoencoder" ? "none" : "bound",
        latent: "continuous",
        reconstructs: true,
        samples: true,
        evaluations: family === "autoencoder" ? 1 : 4,
      } as const,
    }),
    timings: control
      ? { data: 0.4, compile: 0, steps: 0, metrics: 6.1, pictures: 0.2, total: 6.9 }
      : { data: 0.5, compile: 0.7, steps: 40 + seed, metrics: 9, pictures: 1, total: 52.5 + seed },
    resumed: 0,
    artefacts: pictures.map((name) => ({
      name,
      file: `${name}.png`,
      sha256: hex(id + name, 64),
      about: name === "samples"
        ? "Samples from the same 64 latents in every run, none picked out"
        : `What ${name} shows`,
      width: 526,
      height: 526,
    })),
    seriesSha256: control ? null : hex(`series ${id}`, 64),
  };
}

/** A run's series: a loss that falls, two terms, wall seconds. */
export function seriesOf(record: RunRecord): Series {
  const steps = Array.from({ length: record.steps }, (_, i) => i);
  const place = record.spec.family.length;
  const loss = steps.map((i) =>
    1200 + 900 * Math.exp(-i / (record.steps / 6)) + 40 * wobble(i, record.spec.seed, place)
  );
  return {
    format: 1,
    columns: {
      kl: loss.map((v, i) => v * 0.05 + 3 * wobble(i, place)),
      loss,
      reconstruction: loss.map((v) => v * 0.95),
      seconds: steps.map((i) => (i + 1) * 0.12 * (1 + 0.1 * record.spec.seed)),
    },
  };
}

/** Everything a report is made of. */
export function fixture(options: FixtureOptions = {}): ReportInputs & { records: RunRecord[] } {
  const { seeds = [1, 2, 3], families = ["autoencoder", "vae"], steps = 320 } = options;
  const controls = options.controls ?? ["held-out", "training-copy", "gaussian", "noise"];
  const change = options.change ?? ((record) => record);
  const records = [
    ...families.flatMap((family) =>
      seeds.map((seed) => recordOf({ family, seed, control: false, steps }))
    ),
    ...controls.map((family) => recordOf({ family, seed: seeds[0], control: true, steps: 0 })),
  ].map(change);
  const series = new Map(
    records.filter((r) => r.spec.protocol !== "control").map((r) => [r.id, seriesOf(r)]),
  );
  return {
    suite: { name: "smoke", version: 1, about: "Two families on 32² heads, in minutes." },
    records,
    series,
    command: "deno task likeness run suites/smoke.yaml",
  };
}

/** Verdicts of records against a baseline that holds `accepted`. */
export function verdictsOf(
  records: readonly RunRecord[],
  accepted: readonly RunRecord[],
): Verdict[] {
  const { baselines } = planUpdate({
    suite: "smoke",
    suiteVersion: 1,
    records: accepted,
    baselines: [],
    labels: new Set(accepted.map((record) => record.label)),
    update: { reason: "first", author: "fixture", date: "2026-11-01T00:00:00.000Z" },
  });
  return evaluateGate({ records, baselines, suiteVersion: 1 });
}

/** A record whose metric values are changed. */
export function withValues(
  record: RunRecord,
  change: (metric: MetricValue) => MetricValue,
): RunRecord {
  return { ...record, metrics: record.metrics.map(change) };
}

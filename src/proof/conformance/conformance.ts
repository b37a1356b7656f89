/**
 * What an engine can do, found by testing: every operation that families use, with its gradient and
 * second derivative, against float64 references.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { valueAndGrad } from "../../nn/mod.ts";
import {
  categoricalDraw,
  hostKey,
  hostNormal,
  hostUniform,
  uniform53,
} from "../../random/host/mod.ts";
import { categorical, fold, keyTensor, normal, uniform } from "../../random/mod.ts";
import { CASES } from "./cases.ts";
import type { Case } from "./case.ts";
import { type Plain, plain } from "./reference.ts";
import type { Engine } from "../../engine/mod.ts";

/**
 * ok: right by the engine's own kernels; composed: right, by kernels of ours;
 * missing: the engine has no way; wrong: it answers, but not the reference's number; –: not defined.
 */
export type ConformanceStatus = "ok" | "composed" | "missing" | "wrong" | "–";

/** One line of the table. */
export interface ConformanceRow {
  readonly op: string;
  readonly forward: ConformanceStatus;
  readonly gradient: ConformanceStatus;
  readonly second: ConformanceStatus;
  /** What went wrong, or the largest error found. */
  readonly note: string;
}

/**
 * Tolerances relative to max(1, largest reference number), in units of 2⁻²⁴: a forward sums fewer
 * than 64 products; a gradient runs through two operations of that size, a second through four.
 */
const UNIT = 2 ** -24;
const TOLERANCE = { forward: 64 * UNIT, gradient: 256 * UNIT, second: 1024 * UNIT };
/** Steps of central differences in float64: error h²/6·f‴ ≪ the tolerances above. */
const STEP = 1e-4;

interface Outcome {
  readonly status: ConformanceStatus;
  readonly note?: string;
}

function hostInputs({ inputs, domain = "any" }: Case, op: string): Plain[] {
  return inputs.map((shape, i) => {
    const key = hostKey(0, "conformance", op, i);
    const u = hostUniform(key, shape.reduce((n, d) => n * d, 1));
    const value = {
      any: (j: number) => 3 * (u[j] - 0.5),
      positive: (j: number) => 0.25 + 2 * u[j],
      unit: (j: number) => 1.8 * (u[j] - 0.5),
    }[domain];
    return plain(shape, (_, j) => Math.fround(value(j)));
  });
}

/** Σ weights·f(x): a scalar whose gradient shows every output. */
function weighted(op: string, out: Plain): number {
  const weights = hostNormal(hostKey(0, "weights", op), out.data.length);
  return out.data.reduce((s, y, i) => s + weights[i] * y, 0);
}

/** Central difference of g along input `which`'s number `i`. */
function difference(inputs: readonly Plain[], g: (x: Plain[]) => number, at: [number, number]) {
  const moved = (by: number) =>
    inputs.map((x, w) =>
      w === at[0] ? { shape: x.shape, data: x.data.map((v, j) => j === at[1] ? v + by : v) } : x
    );
  return (g(moved(STEP)) - g(moved(-STEP))) / (2 * STEP);
}

function gradientOf(inputs: readonly Plain[], g: (x: Plain[]) => number): number[] {
  return inputs.flatMap((x, w) => Array.from(x.data, (_, i) => difference(inputs, g, [w, i])));
}

function compare(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): Outcome {
  if (found.length !== expected.length) {
    return { status: "wrong", note: `${found.length} numbers instead of ${expected.length}` };
  }
  let scale = 1;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]));
    const e = Math.abs(found[i] - expected[i]);
    error = e <= error ? error : e;
  }
  return error <= tolerance * scale
    ? { status: "ok" }
    : { status: "wrong", note: `off by ${error.toExponential(1)} of ${scale.toPrecision(2)}` };
}

/** How an engine tells that kernels of ours stood in for its own. */
export interface ConformanceOptions {
  /** Number of composed kernels run so far. */
  readonly composedRuns?: () => number;
  /** Only operations whose name contains this. */
  readonly only?: string;
}

class Trial {
  readonly #engine: Engine;
  readonly #composedRuns: () => number;

  constructor(engine: Engine, composedRuns: () => number) {
    this.#engine = engine;
    this.#composedRuns = composedRuns;
  }

  /** Runs `body` on the inputs and compares all it gives with what is expected. */
  async run(
    inputs: readonly Plain[],
    body: (x: tf.Tensor[]) => tf.Tensor[],
    { expected, tolerance }: { expected: () => ArrayLike<number>; tolerance: number },
  ): Promise<Outcome> {
    const before = this.#composedRuns();
    let found: tf.Tensor[] = [];
    try {
      found = tf.tidy(() =>
        body(inputs.map((x) => this.#engine.tensor(Float32Array.from(x.data), x.shape, "float32")))
      );
      const composed = this.#composedRuns() > before;
      const numbers: number[] = [];
      for (const t of found) numbers.push(...await this.#engine.read(t));
      const outcome = compare(numbers, expected(), tolerance);
      return outcome.status === "ok" && composed ? { status: "composed" } : outcome;
    } catch (error) {
      return { status: "missing", note: (error as Error).message.split(/[.\n]/)[0].slice(0, 90) };
    } finally {
      tf.dispose(found);
    }
  }
}

/** A row of what was tried. */
function rowOf(
  { op }: Case,
  outcomes: { readonly forward: Outcome; readonly gradient: Outcome; readonly second?: Outcome },
): ConformanceRow {
  const { forward, gradient, second } = outcomes;
  const notes = Object.entries(outcomes).filter(([, { note }]) => note !== undefined);
  return {
    op,
    forward: forward.status,
    gradient: gradient.status,
    second: second?.status ?? "–",
    note: notes.map(([what, { note }]) => `${what}: ${note}`).join("; "),
  };
}

async function tryCase(trial: Trial, c: Case): Promise<ConformanceRow> {
  const inputs = hostInputs(c, c.op);
  const forward = await trial.run(inputs, (x) => [c.run(...x)], {
    expected: () => c.reference(...inputs).data,
    tolerance: TOLERANCE.forward,
  });
  if (c.differentiable === false || forward.status === "missing") {
    const none = c.differentiable === false ? "–" : "missing";
    const { status, note = "" } = forward;
    const second = c.differentiable === "once" ? "–" : none;
    return { op: c.op, forward: status, gradient: none, second, note };
  }
  const scalar = (x: tf.Tensor[]): tf.Scalar => {
    const y = c.run(...x);
    const weights = hostNormal(hostKey(0, "weights", c.op), y.size);
    return tf.sum(tf.mul(y, tf.tensor(weights, y.shape)));
  };
  const objective = (x: Plain[]) => weighted(c.op, c.reference(...x));
  const first = (x: tf.Tensor[]) =>
    valueAndGrad((p: tf.Tensor[]) => ({ loss: scalar(p) }), x).grads;
  const gradient = await trial.run(inputs, first, {
    expected: () => gradientOf(inputs, objective),
    tolerance: TOLERANCE.gradient,
  });
  if (c.differentiable === "once") return rowOf(c, { forward, gradient });
  // ∇ of ⟨direction, ∇L⟩: each number of the Hessian counts.
  const directions = inputs.map((x, i) =>
    plain(
      x.shape,
      ((d) => (_, j) => d[j])(hostNormal(hostKey(0, "direction", c.op, i), x.data.length)),
    )
  );
  const second = await trial.run(
    inputs,
    (x) =>
      valueAndGrad((p: tf.Tensor[]) => ({
        loss: tf.addN(
          first(p).map((g, i) =>
            tf.sum(tf.mul(g, tf.tensor(Float32Array.from(directions[i].data), g.shape)))
          ),
        ) as tf.Scalar,
      }), x).grads,
    {
      expected: () =>
        gradientOf(inputs, (x) => {
          const along = (h: number) =>
            objective(x.map((v, i) => ({
              shape: v.shape,
              data: v.data.map((n, j) => n + h * directions[i].data[j]),
            })));
          return (along(STEP) - along(-STEP)) / (2 * STEP);
        }),
      tolerance: TOLERANCE.second,
    },
  );
  return rowOf(c, { forward, gradient, second });
}

/** Draws must have the host's bits (normals: 4 units of 2⁻²⁴ where an engine has its own). */
async function tryDraws(trial: Trial): Promise<ConformanceRow[]> {
  const host = hostKey(7, "conformance");
  const key = () => keyTensor(host);
  const logits = plain([5, 4], ([i, j]) => Math.fround(Math.sin(3 * i + j)));
  const weights = new Float64Array(4);
  const draw = (_: unknown, i: number) =>
    categoricalDraw(logits.data, 4 * i, { classes: 4, u: uniform53(host, i, 0), weights });
  const draws: [string, (x: tf.Tensor[]) => tf.Tensor, () => ArrayLike<number>, number][] = [
    ["uniform", () => uniform(key(), [3, 5]), () => hostUniform(host, 15), 0],
    ["normal", () => normal(key(), [3, 5]), () => hostNormal(host, 15), 4 * UNIT],
    [
      "normal, by rows",
      () => normal(key(), [2, 3], { rows_B: tf.tensor1d([9, 4], "int32") }),
      () => [...hostNormal(host, 3, { row: 9 }), ...hostNormal(host, 3, { row: 4 })],
      4 * UNIT,
    ],
    ["categorical", ([l]) => categorical(key(), l), () => Array.from({ length: 5 }, draw), 0],
    [
      "fold",
      () => uniform(fold(fold(key(), "a purpose"), 3), [4]),
      () => hostUniform(hostKey(7, "conformance", "a purpose", 3), 4),
      0,
    ],
  ];
  const rows: ConformanceRow[] = [];
  for (const [op, body, expected, tolerance] of draws) {
    const { status, note = "" } = await trial.run([logits], (x) => [body(x)], {
      expected,
      tolerance,
    });
    rows.push({ op, forward: status, gradient: "–", second: "–", note });
  }
  return rows;
}

/** The table of an engine; takes a second or two. */
export async function conformance(
  engine: Engine,
  { composedRuns = () => 0, only = "" }: ConformanceOptions = {},
): Promise<ConformanceRow[]> {
  const trial = new Trial(engine, composedRuns);
  const rows: ConformanceRow[] = [];
  for (const c of CASES) if (c.op.includes(only)) rows.push(await tryCase(trial, c));
  rows.push(...(await tryDraws(trial)).filter((row) => row.op.includes(only)));
  return rows;
}

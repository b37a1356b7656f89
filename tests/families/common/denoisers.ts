/** The tests that every family of denoisers passes, and sampling through its driver on wasm. */
import { assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { Factor } from "../../../src/data/dataset.ts";
import type { ImageSpec } from "../../../src/kinds/image/image_set.ts";
import type {
  Family,
  Model,
  SampleContext,
  SampleRequest,
  TensorRecord,
} from "../../../src/families/family.ts";
import { compilePrograms, sampleContext } from "../../../src/run/model/programs.ts";
import { built, key, read, reloaded, rows, sample16, squares, train } from "../small.ts";
import { engine, values } from "../on_engine.ts";

/** Points in the plane as pictures of one row, two columns and one channel. */
export const points: ImageSpec = { kind: "image", height: 1, width: 2, channels: 1 };

/** The smallest of the usual networks. */
export const tiny = { width: 8, evaluations: 3 };

export function contextOf(model: Model): SampleContext {
  return sampleContext(engine, compilePrograms(engine, model, { label: "test" }));
}

/** Values of samples `from` … , through the driver. */
export async function sampled(
  model: Model,
  state: TensorRecord,
  { count, from = 0, ...request }:
    & { count: number; from?: number }
    & Partial<Pick<SampleRequest, "labels" | "evaluations" | "guidance">>,
): Promise<number[]> {
  const asked = { rows_B: rows(count, from), key: key("samples"), labels: {}, ...request };
  const x_BHWC = model.driver.sample!(state, asked, contextOf(model)) as tf.Tensor4D;
  const values = Array.from(await engine.read(x_BHWC));
  tf.dispose([x_BHWC, asked.rows_B, asked.key]);
  return values;
}

/** Samples and decoded noise are finite, in [0, 1], and all that is left of their making. */
export async function checkSampler(model: Model, state: TensorRecord, spec: ImageSpec) {
  const context = contextOf(model);
  const { height, width, channels } = spec;
  const labels = Object.fromEntries(
    (model.capabilities.conditions ?? [])
      .map((name) => [name, tf.tensor1d([0, 1, -1], "int32")]),
  );
  const request = { rows_B: rows(3), key: key("samples"), labels };
  const z_BZ = tf.zeros([3, model.capabilities.noise!]) as tf.Tensor2D;
  for (
    const [what, make] of [
      ["sample", () => model.driver.sample!(state, request, context)],
      ["decode", () => model.driver.decode!(state, z_BZ, context)],
    ] as const
  ) {
    const before = engine.memory().tensors;
    const x_BHWC = make() as tf.Tensor4D;
    assertEquals(engine.memory().tensors, before + 1, `${what} leaves tensors behind`);
    assertEquals(x_BHWC.shape, [3, height, width, channels]);
    for (const v of await engine.read(x_BHWC)) {
      if (!(v >= 0 && v <= 1)) throw new Error(`${what} gives ${v}`);
    }
    x_BHWC.dispose();
  }
}

/** Values of log weights of squares `from` …. */
export function weighed(
  model: Model,
  state: TensorRecord,
  { count, from = 0 }: { count: number; from?: number },
): Promise<number[]> {
  return values(() => {
    const x_BHWC = tf.slice(squares(4), [from, 0, 0, 0], [count, -1, -1, -1]);
    const inputs = { x_BHWC, rows_B: rows(count, from), labels: {} };
    return model.programs.log_weight(state, inputs, key("weigh"))[1].logWeight_B as tf.Tensor;
  });
}

const factors: Factor[] = [
  { name: "hue", kind: "class", classes: ["dark", "light"] },
  { name: "age", kind: "number", unit: "years", minimum: 0, maximum: 90 },
];

const shapes: ImageSpec[] = [
  points,
  { kind: "image", height: 8, width: 8, channels: 1 },
  { kind: "image", height: 28, width: 28, channels: 1 },
  { kind: "image", height: 25, width: 40, channels: 3 },
];

/** A family under test. */
export interface Tested {
  readonly family: Family;
  /** Configs by name: every form and sampler. */
  readonly forms: Record<string, Record<string, unknown>>;
  /** A config whose sampler draws noise on its way. */
  readonly stochastic: Record<string, unknown>;
}

/** Registers them. */
export function testDenoisers(name: string, { family, forms, stochastic }: Tested): void {
  const test = (what: string, body: () => Promise<void>) => Deno.test(`${name}: ${what}`, body);

  test("training lowers the loss, and the same key gives the same stream of losses", async () => {
    const model = built(family, { ...tiny, learningRate: 0.01 });
    const [one, two] = [await train(model, { steps: 30 }), await train(model, { steps: 3 })];
    const losses = one.series.map((s) => s.get("loss")![0]);
    const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
    const [first, last] = [mean(losses.slice(0, 6)), mean(losses.slice(-6))];
    if (!(last < 0.92 * first)) throw new Error(`loss went from ${first} to ${last}`);
    assertEquals(one.series.slice(0, 3), two.series);
  });

  for (const [form, config] of Object.entries(forms)) {
    test(`${form}: trains, samples and decodes`, async () => {
      const model = built(family, { ...tiny, ...config });
      const { state, series } = await train(model, { steps: 3 });
      for (const s of series) {
        for (const [what, [v]] of s) assertEquals(Number.isFinite(v), true, `${what} ${v}`);
      }
      await checkSampler(model, state, sample16);
      if (model.capabilities.likelihood !== "none") {
        const weights = await weighed(model, state, { count: 3 });
        for (const w of weights) if (!(w < 0 && w > -1e7)) throw new Error(`log weight ${w}`);
      }
    });

    test(`${form}: a resumed training is the uninterrupted one, bit for bit`, async () => {
      const model = built(family, { ...tiny, ...config });
      const whole = await train(model, { steps: 4 });
      const half = await train(model, { steps: 2 });
      const before = engine.memory().tensors;
      const rest = await train(model, { steps: 2, from: 2, state: half.state });
      assertEquals(engine.memory().tensors, before, "a step leaves tensors behind");
      assertEquals(rest.series, whole.series.slice(2));
      assertEquals(await read(await reloaded(rest.state)), await read(whole.state));
    });
  }

  test("samples and log weights of a row don't depend on the batch around it", async () => {
    const model = built(family, { ...tiny, ...stochastic });
    const { state } = await train(model, { steps: 2 });
    const parts = [
      ...await sampled(model, state, { count: 1 }),
      ...await sampled(model, state, { count: 3, from: 1 }),
    ];
    assertEquals(parts, await sampled(model, state, { count: 4 }));
    if (model.capabilities.likelihood !== "none") {
      const weights = [
        ...await weighed(model, state, { count: 1 }),
        ...await weighed(model, state, { count: 3, from: 1 }),
      ];
      assertEquals(weights, await weighed(model, state, { count: 4 }));
    }
  });

  test("a request may ask for another number of evaluations", async () => {
    const model = built(family, tiny);
    const { state } = await train(model, { steps: 2 });
    const once = await sampled(model, state, { count: 2 });
    assertEquals(await sampled(model, state, { count: 2, evaluations: 3 }), once);
    assertNotEquals(await sampled(model, state, { count: 2, evaluations: 5 }), once);
  });

  test("conditions are told, guidance weighs them, and −1 tells nothing", async () => {
    const config = { ...tiny, condition: ["hue"], conditionDropout: 0.5 };
    const model = built(family, config, { factors });
    assertEquals(model.capabilities.conditions, ["hue"]);
    assertEquals(model.capabilities.guidance, true);
    const program = engine.compile(model.programs.train, { name: "train", donate: true });
    let state = model.init(key("init"));
    for (let step = 0; step < 10; step++) {
      const labels = { hue: tf.tensor1d([0, 1, 0, 1, 0, 1, 0, 1], "int32") };
      // Dark and light pictures.
      const light = tf.reshape(tf.cast(labels.hue, "float32"), [8, 1, 1, 1]);
      const inputs = { x_BHWC: tf.mul(squares(8), light), rows_B: rows(8), labels };
      [state] = program(state, inputs, key("step", step));
    }
    await checkSampler(model, state, sample16);
    const of = (label: number[], guidance?: number) =>
      sampled(model, state, {
        count: 2,
        labels: { hue: tf.tensor1d(label, "int32") },
        guidance,
      });
    const [told, untold] = [await of([0, 1]), await of([-1, -1])];
    assertNotEquals(told, untold);
    assertEquals(await of([0, 1], 1), told);
    assertEquals(await of([0, 1], 0), untold);
    assertNotEquals(await of([0, 1], 3), told);
  });

  for (const sample of shapes) {
    for (const backbone of ["unet", "dit"]) {
      const size = `${sample.height}×${sample.width}×${sample.channels}`;
      test(`trains on ${size} samples, ${backbone}`, async () => {
        const model = built(family, { ...tiny, backbone }, { sample });
        const { state, series } = await train(model, { steps: 2, batch: 2, sample });
        assertEquals(Number.isFinite(series[1].get("loss")![0]), true);
        await checkSampler(model, state, sample);
      });
    }
  }
}

/** Fields at which a config is refused. */
export function refusals(family: Family, config: Record<string, unknown>): string[] | undefined {
  return family.config.safeParse(config).error?.issues
    .map((issue) => issue.path.join(".") || issue.code);
}

import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { leaves } from "../../../src/engine/tree.ts";
import type { Setting } from "../../../src/families/language/model.ts";
import { windowLogProbability, windowNats } from "../../../src/families/language/objective.ts";
import type { State } from "../../../src/families/language/model.ts";
import type { TensorRecord } from "../../../src/families/family.ts";
import {
  FORMS,
  integers,
  modelOf,
  parametersOf,
  settingOf,
  windowsOf,
} from "../../families/language/small.ts";
import { key, read } from "../../families/small.ts";
import {
  projectedCrossEntropy,
  projectedTargetNats,
  tokenCrossEntropy,
} from "../../../src/nn/losses.ts";
import { normals, value, values } from "../../families/on_engine.ts";
import { close, float32, law } from "../../law.ts";

const seed = fc.nat(1000);

law("probabilities of all continuations of a length add up to one", {
  source: "definition",
  given: { seed, form: fc.constantFrom(...FORMS), length: fc.constantFrom(2, 3) },
  cases: 6,
  kills: ["labels-not-shifted"],
  holds: async ({ seed, form, length }) => {
    const vocabulary = 4;
    const setting = settingOf({ form, vocabulary, context: length }), count = vocabulary ** length;
    const rows = Array.from({ length: count }, (_, n) => [
      setting.tokenizer.separator,
      ...Array.from({ length }, (_, t) => Math.floor(n / vocabulary ** t) % vocabulary),
    ]);
    const logP = await values(() =>
      windowLogProbability(
        parametersOf(setting.shape, seed),
        integers(rows.flat(), [count, length + 1]),
        setting,
      )
    );
    close(logP.reduce((sum, v) => sum + Math.exp(v), 0), 1, float32(count, 4), "sum");
  },
});

law("what pads a window changes nothing, and is no target", {
  source: "definition",
  given: { seed, from: fc.integer({ min: 3, max: 7 }) },
  cases: 10,
  kills: ["loss-on-padding"],
  holds: async ({ seed, from }) => {
    const setting = settingOf();
    const row = windowsOf(seed, 1, setting).fill(-1, from);
    const of = (tokens: Int32Array) =>
      values(() => {
        const params = parametersOf(setting.shape, seed);
        const tokens_BT = integers(tokens, [1, tokens.length]);
        return tf.stack([
          tf.sum(windowLogProbability(params, tokens_BT, setting)),
          tf.neg(windowNats(params, tokens_BT, setting)),
        ]);
      });
    const [[padded, loss], [short]] = [await of(row), await of(row.slice(0, from))];
    close(padded, short, float32(200, 4), "ln p");
    close(loss, short, float32(200, 4), "loss");
  },
});

/** A step of training on windows: its scalars, and the parameters after it. */
async function step(setting: Setting, windows: Int32Array, batch: number) {
  const { model, programs } = modelOf(setting);
  let state = model.init(key("init"));
  let scalars = new Map<string, number[]>();
  for (const name of model.driver.schedule!(0)) {
    const inputs = { tokens_BT: integers(windows, [batch, setting.shape.context + 1]) };
    const [next, outputs] = programs.step(name, state, { inputs, key: key(name) });
    state = next;
    scalars = await read(outputs);
  }
  return { scalars, params: await read((state as unknown as State).params) };
}

law("a batch in parts is the whole batch, whatever the numbers of targets in its parts", {
  source: "definition",
  given: { seed, short: fc.integer({ min: 2, max: 8 }) },
  cases: 6,
  kills: ["micro-batches-averaged", "micro-batch-forgotten"],
  holds: async ({ seed, short }) => {
    const whole = settingOf({ optimiser: "adam", tied: true, warmup: 0 });
    const parts = { ...whole, config: { ...whole.config, microBatches: 4 } };
    const windows = windowsOf(seed, 4, whole);
    windows.fill(-1, short, 9);
    windows.fill(-1, 9 * 2 + 5, 9 * 3);
    const [one, many] = [await step(whole, windows, 4), await step(parts, windows, 4)];
    for (const name of ["loss", "gradient_norm", "tokens"]) {
      close(many.scalars.get(name)![0], one.scalars.get(name)![0], 1e-5, name);
    }
    assertEquals(one.scalars.get("tokens")![0], short - 1 + 8 + 4 + 8);
    // Adam's first step hangs on the sign of tiny gradients: the gradients are compared by their norm.
    let moved = 0;
    for (const [path, own] of one.params) {
      own.forEach((v, i) => moved = Math.max(moved, Math.abs(v - many.params.get(path)![i])));
    }
    if (!(moved < 0.02)) throw new Error(`parameters differ by ${moved}`);
  },
});

law("a step's loss is the mean of −ln p over the targets of its windows", {
  source: "definition",
  given: { seed },
  cases: 4,
  holds: async ({ seed }) => {
    const setting = settingOf();
    const windows = windowsOf(seed, 3, setting);
    windows.fill(-1, 9 + 4, 18);
    const { scalars } = await step(setting, windows, 3);
    const logP = await value(() => {
      const { model } = modelOf(setting);
      const state = model.init(key("init")) as TensorRecord;
      assertEquals(leaves(state).length > 0, true);
      const tokens_BT = integers(windows, [3, 9]);
      return tf.sum(
        model.programs.log_weight(state, { tokens_BT }, key("w"))[1].logWeight_B as tf.Tensor,
      );
    });
    close(scalars.get("loss")![0], -logP / (8 + 3 + 8), 1e-5, "loss");
  },
});

law("nats made some rows at a time are those of all logits at once, and so are their gradients", {
  source: "definition",
  given: { seed, rows: fc.constantFrom(127, 128, 129, 300), transposed: fc.boolean() },
  cases: 8,
  kills: [
    "part-of-the-rows-forgotten",
    "part-counts-rows-without-target",
    "part-weighs-rows-without-target",
  ],
  holds: async ({ seed, rows, transposed }) => {
    const width = 3, vocabulary = 4200;
    const targets = Array.from(
      { length: rows },
      (_, i) => i % 5 === 3 ? -1 : (37 * i) % vocabulary,
    );
    const x = tf.tensor2d(normals(seed, rows * width), [rows, width]);
    const size: [number, number] = transposed ? [vocabulary, width] : [width, vocabulary];
    const weight = tf.tensor2d(normals(seed + 1, width * vocabulary), size);
    const targets_N = tf.tensor1d(targets, "int32");
    const told = (by: (x: tf.Tensor2D, weight: tf.Tensor2D) => tf.Scalar) =>
      values(() => {
        const { value, grads } = tf.valueAndGrads((x, weight) =>
          tf.mul(2, by(x as tf.Tensor2D, weight as tf.Tensor2D))
        )([x, weight]);
        return tf.concat([tf.reshape(value, [1]), ...grads.map((g) => tf.reshape(g, [-1]))]);
      });
    const found = await told((x_NW, weight) =>
      projectedCrossEntropy({ x_NW, weight, transposed }, targets_N)
    );
    const wanted = await told((x, weight) =>
      tokenCrossEntropy(tf.matMul(x, weight, false, transposed), targets_N)
    );
    close(found[0], wanted[0], float32(rows, Math.abs(wanted[0])), "nats");
    found.forEach((v, i) => i > 0 && close(v, wanted[i], float32(rows, 8), `gradient ${i}`));
    tf.dispose([x, weight, targets_N]);
  },
});

law("nats of each target, made again on the way back, are those of all logits at once", {
  source: "definition",
  given: { seed, rows: fc.constantFrom(127, 128, 300), transposed: fc.boolean() },
  cases: 8,
  kills: ["projected-nats-without-the-row's-weight"],
  holds: async ({ seed, rows, transposed }) => {
    const width = 3, vocabulary = 4200;
    const targets = Array.from(
      { length: rows },
      (_, i) => i % 5 === 3 ? -1 : (37 * i) % vocabulary,
    );
    const x = tf.tensor2d(normals(seed, rows * width), [rows, width]);
    const size: [number, number] = transposed ? [vocabulary, width] : [width, vocabulary];
    const weight = tf.tensor2d(normals(seed + 1, width * vocabulary), size);
    const targets_N = tf.tensor1d(targets, "int32"),
      weights_N = tf.tensor1d(normals(seed + 2, rows));
    const told = (kept: number) =>
      values(() => {
        const nats = (x: tf.Tensor, weight: tf.Tensor) =>
          projectedTargetNats(
            { x_NW: x as tf.Tensor2D, weight: weight as tf.Tensor2D, transposed },
            targets_N,
            { kept },
          );
        const { value, grads } = tf.valueAndGrads((x, weight) =>
          tf.sum(tf.mul(nats(x, weight), weights_N))
        )([x, weight]);
        return tf.concat([
          tf.reshape(value, [1]),
          nats(x, weight),
          ...grads.map((g) => tf.reshape(g, [-1])),
        ]);
      });
    const [found, wanted] = [await told(0), await told(Infinity)];
    close(found[0], wanted[0], float32(rows, 40), "Σ");
    found.forEach((v, i) => i > 0 && close(v, wanted[i], float32(rows, 8), `value ${i}`));
    for (let i = 0; i < rows; i++) if (targets[i] < 0) assertEquals(found[1 + i], 0);
    tf.dispose([x, weight, targets_N, weights_N]);
  },
});

/** Operations on the host for tests, and what every engine that runs them is held to. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../src/engine/engine.ts";
import { floatsOf, hostArray, type HostKernel, integersOf } from "../../src/engine/host_kernel.ts";
import { hostKernel } from "../../src/nn/host_kernel.ts";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";

/** Each row as often as `times` says: how many rows come out, only the values tell. */
export const repeat: HostKernel<{ readonly scale: number }> = {
  name: "TestRepeat",
  about: "rows of a test",
  run(inputs, { scale }) {
    const { values, shape: [rows, width] } = floatsOf(inputs, "x");
    const { values: times } = integersOf(inputs, "times");
    const order = Array.from({ length: rows }, (_, r) => new Array<number>(times[r]).fill(r))
      .flat();
    const out = new Float32Array(order.length * width);
    order.forEach((r, i) => {
      for (let c = 0; c < width; c++) out[i * width + c] = scale * values[r * width + c];
    });
    return [
      hostArray(out, [order.length, width]),
      hostArray(Int32Array.from(order), [order.length]),
    ];
  },
};

/** Gives its first input back, after something large that makes a heap grow. */
export const giveBack: HostKernel<{ readonly before: number }> = {
  name: "TestGiveBack",
  about: "an input of a test",
  run: (inputs, { before }) => [
    hostArray(new Float32Array(before).fill(1), [before]),
    floatsOf(inputs, "x"),
  ],
};

/** Rows are repeated by what an eager program computed just before, and nothing is left behind. */
export async function checkRepeats(engine: Engine, of: { rows: number; seed: number }) {
  const { rows } = of, width = 3;
  const values = hostNormal(hostKey(of.seed, "rows"), rows * width);
  const before = engine.memory().tensors;
  const x = engine.tensor(values, [rows, width]);
  const program = engine.compile(
    (state: { x: tf.Tensor }, { add }: { add: tf.Tensor }) => {
      const times = tf.add(tf.range(0, rows, 1, "int32"), add);
      const [y, order] = hostKernel(repeat, { x: tf.mul(state.x, 1), times }, { scale: 2 });
      return [{ x: y }, { order: tf.add(order, tf.scalar(1, "int32")) }];
    },
    { name: "repeat", reshape: true },
  );
  const add = engine.tensor(Int32Array.of(of.seed % 3), [], "int32"), key = tf.tensor1d([0, 0]);
  const [state, { order }] = program({ x }, { add }, key as tf.Tensor1D);
  const wanted = Array.from({ length: rows }, (_, r) => new Array(r + of.seed % 3).fill(r)).flat();
  assertEquals([...await engine.read(order)], wanted.map((r) => r + 1));
  assertEquals(state.x.shape, [wanted.length, width]);
  const found = await engine.read(state.x);
  assert(wanted.every((r, i) => found[i * width + 1] === Math.fround(2 * values[r * width + 1])));
  tf.dispose([x, add, key, order, state.x]);
  assertEquals(engine.memory().tensors, before);
}

/** An operation may give back what it was given, however much comes before it. */
export async function checkGivenBack(engine: Engine, before: number) {
  const values = hostNormal(hostKey(before, "given"), 5);
  const x = engine.tensor(values, [5]);
  const [large, same] = hostKernel(giveBack, { x }, { before });
  x.dispose();
  assertEquals(await engine.read(same), values);
  assertEquals((await engine.read(large)).every((v) => v === 1), true);
  tf.dispose([large, same]);
}

/** What an operation isn't given, it says. */
export function checkRefusals() {
  tf.tidy(refusals);
}

function refusals() {
  const x = tf.tensor2d([[1, 2]]), none = { scale: 1 };
  assertThrows(() => hostKernel(repeat, { x }, none), TypeError, "times is missing, not int32");
  assertThrows(
    () => hostKernel(repeat, { x, times: tf.tensor1d([1]) }, none),
    TypeError,
    "times is float32, not int32",
  );
  assertThrows(
    () => hostKernel(repeat, { x, times: tf.tensor1d([true]) }, none),
    TypeError,
    "TestRepeat: times is bool; float32 or int32 was expected",
  );
}

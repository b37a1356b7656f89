import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { hostKernel } from "../../../src/nn/host_kernel.ts";
import { checkGivenBack, checkRefusals, checkRepeats, repeat } from "../host_kernels.ts";
import { engine, test } from "./available.ts";

test("operations on the host run in eager programs of tensorflow", async () => {
  for (const [rows, seed] of [[1, 1], [4, 0], [3, 2]]) await checkRepeats(engine, { rows, seed });
  await checkGivenBack(engine, 2 ** 18);
  checkRefusals();
});

test("in a compiled program they say what to do", () => {
  const before = engine.memory().tensors;
  const x = engine.tensor(Float32Array.of(1, 2), [1, 2]);
  const times = engine.tensor(Int32Array.of(1), [1], "int32");
  const key = engine.tensor(Int32Array.of(0, 0), [2], "int32") as tf.Tensor1D;
  const program = engine.compile(
    (state: { x: tf.Tensor }, inputs: { times: tf.Tensor }) => {
      const [y] = hostKernel(repeat, { x: tf.mul(state.x, 2), ...inputs }, { scale: 1 });
      return [state, { y }];
    },
    { name: "traced" },
  );
  assertThrows(
    () => program({ x }, { times }, key),
    Error,
    "TestRepeat (rows of a test) is computed on the host, from values that a compiled program " +
      "doesn't have: mark the program `reshape`",
  );
  tf.dispose([x, times, key]);
  assertEquals(engine.memory().tensors, before);
});

import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { hostArray } from "../../src/engine/host_kernel.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { hostKernel } from "../../src/nn/host_kernel.ts";
import { law } from "../law.ts";
import { checkGivenBack, checkRefusals, checkRepeats, repeat } from "./host_kernels.ts";

const { engine } = await openEngine("wasm");

law("an operation on the host sees an eager program's values, and its rows may be of any number", {
  source: "definition",
  given: { rows: fc.integer({ min: 1, max: 6 }), seed: fc.nat(99) },
  cases: 20,
  holds: ({ rows, seed }) => checkRepeats(engine, { rows, seed }),
});

law("what an operation on the host gives back of its inputs is whole, though the heap grows", {
  source: "definition",
  given: { megabytes: fc.constantFrom(1, 40, 90) },
  cases: 3,
  kills: ["host-inputs-read-from-old-heap"],
  holds: ({ megabytes }) => checkGivenBack(engine, megabytes * 2 ** 18),
});

Deno.test("an operation on the host says what it wasn't given", checkRefusals);

Deno.test("an engine's own kernel of the operation's name goes first", () => {
  const kernelName = repeat.name, backendName = "wasm";
  const x = tf.tensor2d([[1, 2]]), times = tf.tensor1d([1], "int32");
  let called = 0;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      called += (attrs as unknown as { scale: number }).scale;
      return [tf.clone(inputs.x as tf.Tensor)];
    },
  });
  const [own, ...none] = hostKernel(repeat, { x, times }, { scale: 7 });
  tf.unregisterKernel(kernelName, backendName);
  assertEquals([own.shape, none.length, called], [[1, 2], 0, 7]);
  assertEquals(hostKernel(repeat, { x, times }, { scale: 7 }).length, 2);
  assertEquals(called, 7);
});

Deno.test("an output has as many values as its shape says", () => {
  assertThrows(() => hostArray(new Float32Array(5), [2, 3]), RangeError, "5 values for [2, 3]");
  assertEquals(hostArray(new Int32Array(1), []).shape, []);
});

import { assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { hostKernel } from "../../../src/nn/host_kernel.ts";
import { repeat } from "../host_kernels.ts";
import { engine, test } from "./adapter.ts";

test("webgpu says that it has no kernel for what is computed on the host", () => {
  const x = engine.tensor(Float32Array.of(1, 2), [1, 2]);
  const times = engine.tensor(Int32Array.of(1), [1], "int32");
  assertThrows(
    () => hostKernel(repeat, { x, times }, { scale: 1 }),
    Error,
    "engine webgpu has no kernel for rows of a test yet (TestRepeat); use wasm or tensorflow",
  );
  tf.dispose([x, times]);
});

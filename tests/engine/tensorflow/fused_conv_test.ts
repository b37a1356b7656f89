/** TensorFlow's own fused convolution against the three operations that it stands for. */
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { hostKey, hostNormal } from "../../../src/random/host/host.ts";
import { keyTensor } from "../../../src/random/key.ts";
import { close } from "../../law.ts";
import { engine, test } from "./available.ts";

interface Case {
  readonly activation: "linear" | "relu" | "relu6" | "elu";
  readonly pad: "same" | "valid";
  readonly strides: 1 | 2;
  readonly kernel: readonly [number, number];
}

const cases: readonly Case[] = [
  { activation: "relu", pad: "same", strides: 1, kernel: [3, 3] },
  { activation: "relu6", pad: "valid", strides: 2, kernel: [3, 3] },
  { activation: "linear", pad: "same", strides: 1, kernel: [1, 7] },
  { activation: "relu", pad: "same", strides: 2, kernel: [1, 1] },
  { activation: "elu", pad: "same", strides: 1, kernel: [3, 3] }, // by the package's own kernel
];

const draw = (name: string, shape: readonly number[]) =>
  engine.tensor(hostNormal(hostKey(1, name), shape.reduce((n, d) => n * d, 1)), shape);

for (const { activation, pad, strides, kernel } of cases) {
  const name = `${activation}, ${pad}, stride ${strides}, ${kernel.join("×")}`;
  test(`a fused convolution is its three operations: ${name}`, async () => {
    const x = draw("x", [2, 9, 11, 5]) as tf.Tensor4D;
    const filter = draw("w", [...kernel, 5, 6]) as tf.Tensor4D;
    const bias = draw("b", [6]) as tf.Tensor1D;
    const wanted = tf.tidy(() => {
      const y = tf.add(tf.conv2d(x, filter, strides, pad), bias);
      return activation === "linear" ? y : tf[activation](y);
    });
    const fused = (given: tf.Tensor4D) =>
      tf.fused.conv2d({ x: given, filter, bias, strides, pad, activation });
    const compiled = engine.compile(
      (_: Record<string, never>, { x }: { x: tf.Tensor4D }) => [{}, fused(x)],
      { name: "fused" },
    );
    const [, captured] = compiled({}, { x }, keyTensor(hostKey(2)));
    const eager = fused(x), numbers = await engine.read(wanted);
    for (const made of [eager, captured as tf.Tensor]) {
      assertEquals(made.shape, wanted.shape);
      const found = await engine.read(made);
      for (let i = 0; i < numbers.length; i++) {
        // Sums of 5 to 45 products, perhaps in another order.
        close(found[i], numbers[i], 45 * 2 ** -22 * Math.max(1, Math.abs(numbers[i])));
      }
    }
    tf.dispose([x, filter, bias, wanted, eager, captured as tf.Tensor]);
  });
}

/** Adapters on packed weights in TensorFlow's graphs. */
import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { disposeTree } from "../../../src/engine/mod.ts";
import { type PackedForm, packedShape, packMatrix, unpackMatrix } from "../../../src/nn/mod.ts";
import { packedProduct, valueAndGrad } from "../../../src/nn/mod.ts";
import { keyTensor } from "../../../src/random/mod.ts";
import { engine, test } from "./available.ts";

for (const form of ["int8", "nf4"] as PackedForm[]) {
  for (const mode of ["graph", "xla"] as const) {
    test(`${form} in a program (${mode}): the product and its gradient are those of the whole matrix`, async () => {
      const size = [24, 130] as const, shape = packedShape(form, size);
      const values = Float32Array.from(
        { length: size[0] * size[1] },
        (_, i) => ((31 * i) % 97) / 48 - 1,
      );
      const made = packMatrix(values, { form, size }), whole = unpackMatrix(made, { form, size });
      const x = Float32Array.from({ length: 3 * size[1] }, (_, i) => ((17 * i) % 23) / 11 - 1);
      const state = {
        words: engine.tensor(made.words, shape.words),
        scales: engine.tensor(made.scales, shape.scales),
      };
      const program = engine.compile((held: typeof state, inputs: { x: tf.Tensor }) => {
        const { loss, aux, grads } = valueAndGrad(({ x }: { x: tf.Tensor }) => {
          const y = packedProduct({ [form]: held as never }, x as tf.Tensor2D);
          return { loss: tf.sum(tf.square(y)) as tf.Scalar, aux: { y } };
        }, inputs);
        return [held, { loss, y: aux.y, dx: grads.x }] as never;
      }, { name: `packed ${form}`, mode });
      const inputs = { x: engine.tensor(x, [3, size[1]]) }, key = keyTensor([1, 2]);
      const [, outputs] = program(state, inputs, key) as unknown as [
        unknown,
        { y: tf.Tensor; dx: tf.Tensor },
      ];
      const [y, dx] = await Promise.all([outputs.y, outputs.dx].map((t) => engine.read(t)));
      for (let n = 0; n < 3; n++) {
        const own = Array.from({ length: size[0] }, (_, o) => {
          let sum = 0;
          for (let i = 0; i < size[1]; i++) sum += x[n * size[1] + i] * whole[o * size[1] + i];
          return sum;
        });
        own.forEach((v, o) => assert(Math.abs(v - y[n * size[0] + o]) < 1e-3, `${n}, ${o}`));
        for (let i = 0; i < size[1]; i++) {
          const slope = own.reduce((sum, v, o) => sum + 2 * v * whole[o * size[1] + i], 0);
          assert(Math.abs(slope - dx[n * size[1] + i]) < 1e-2, `gradient ${n}, ${i}`);
        }
      }
      assertEquals(y.length, 3 * size[0]);
      disposeTree({ ...state, ...inputs, key, outputs: outputs as never });
    });
  }
}

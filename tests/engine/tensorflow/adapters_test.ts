/** Adapters on packed weights in TensorFlow's graphs. */
import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { type DecoderParameters, initDecoder } from "../../../src/backbones/mod.ts";
import { disposeTree, leaves, type TensorTree } from "../../../src/engine/mod.ts";
import { packedParameters } from "../../../src/families/language/adapters/base.ts";
import { config, shapeOf } from "../../../src/families/language/config.ts";
import { languageModel } from "../../../src/families/language/family.ts";
import type { State } from "../../../src/families/language/model.ts";
import { stateOf } from "../../../src/families/language/train.ts";
import { type PackedForm, packedShape, packMatrix, unpackMatrix } from "../../../src/nn/mod.ts";
import { packedProduct, valueAndGrad } from "../../../src/nn/mod.ts";
import { compilePrograms, sampleContext } from "../../../src/run/model/programs.ts";
import { keyTensor } from "../../../src/random/mod.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { KINDS } from "../../families/language/adapters/kinds.ts";
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

for (const [kind, adapter] of Object.entries({ ...KINDS, nf4: { ...KINDS.dora, base: "nf4" } })) {
  test(`adapter ${kind}: a step in a program learns, the weights keep their bits, texts are written`, async () => {
    const small = { depth: 2, width: 8, heads: 2, hidden: 12, context: 12, learningRate: 0.05 };
    const own = config.parse({ ...small, adapter }),
      tokenizer = { ...bytesTokenizer, separator: 6 };
    const setting = { config: own, shape: shapeOf(own, 7), tokenizer };
    const params = tf.tidy(() =>
      initDecoder(keyTensor([1, 2]), setting.shape) as unknown as tf.TensorContainer
    ) as unknown as DecoderParameters;
    const packed = kind === "nf4" ? await packedParameters(params, engine, "nf4") : params;
    const model = languageModel(setting, { steps: 20 });
    const programs = compilePrograms(engine, model, { label: kind });
    const key = keyTensor([3, 4]);
    let state = tf.tidy(() => {
      const { adapter } = model.init(key) as State;
      return stateOf(packed, setting, { adapter }) as unknown as tf.TensorContainer;
    }) as State;
    const bits = async () =>
      await Promise.all(
        leaves(state.params as unknown as TensorTree).map(([, leaf]) => engine.read(leaf)),
      );
    const before = await bits(), losses: number[] = [];
    const rows = Int32Array.from({ length: 4 * 13 }, (_, i) => i % 13 === 0 ? 6 : (i % 13) % 5);
    for (let step = 0; step < 8; step++) {
      const inputs = { tokens_BT: engine.tensor(rows, [4, 13], "int32") };
      const [next, outputs] = programs.step("train", state, { inputs, key });
      state = next as State;
      losses.push((await engine.read(outputs.loss as tf.Tensor))[0]);
      disposeTree({ ...inputs, ...outputs });
    }
    assertEquals(await bits(), before);
    assert(losses[7] < losses[0], `${losses}`);
    const request = { rows_B: engine.tensor(Int32Array.of(0, 1), [2]), key };
    const drawn = model.driver.sample!(
      state,
      { ...request, labels: {} } as never,
      sampleContext(engine, programs),
    ) as { tokens_BT: tf.Tensor };
    assertEquals(drawn.tokens_BT.shape, [2, 13]);
    disposeTree({ ...request, drawn: drawn as never, state });
  });
}

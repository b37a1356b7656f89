import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { disposeTree } from "../../src/engine/tree.ts";
import { NF4 } from "../../src/nn/quantised/code_book.ts";
import {
  type PackedForm,
  packedShape,
  packMatrix,
  unpackMatrix,
} from "../../src/nn/quantised/pack.ts";
import { unpackedByParts, wholeMatrix } from "../../src/nn/quantised/product.ts";
import { normalQuantile } from "../../src/numeric/special.ts";
import { engine, normals } from "../families/on_engine.ts";

const forms: readonly PackedForm[] = ["int8", "nf4"];

Deno.test("the sixteen values are the normal's quantiles that the paper names", () => {
  // Dettmers et al. 2023 as bitsandbytes computes it: 8 and 7 places from 0.9677083 down to ½, which
  // itself is left out.
  const places = (count: number) =>
    Array.from({ length: count }, (_, i) => 0.9677083 - i * (0.9677083 - 0.5) / count);
  const above = places(8).map(normalQuantile), below = places(7).map((p) => -normalQuantile(p));
  const all = [...below, 0, ...above].sort((a, b) => a - b), most = Math.max(...all);
  assertEquals(NF4.length, 16);
  // The paper's own are float32.
  all.forEach((v, i) => assert(Math.abs(v / most - NF4[i]) < 2e-7, `${i}: ${v / most}, ${NF4[i]}`));
});

Deno.test("NF4 packs blocks of 64, the first number lowest, as they are defined", async () => {
  const golden = JSON.parse(
    await Deno.readTextFile(new URL("../golden/lifecycle/nf4.json", import.meta.url)),
  ) as { values: number[]; codes: number[]; absmax: number[]; whole: number[] };
  const values = Float32Array.from(golden.values), size = [2, values.length / 2] as const;
  const made = packMatrix(values, { form: "nf4", size });
  const codes = Array.from(values, (_, i) => (made.words[i >> 3] >>> (4 * (i & 7))) & 15);
  assertEquals(codes, golden.codes);
  assertEquals(Array.from(made.scales), golden.absmax);
  assertEquals(
    Array.from(unpackMatrix(made, { form: "nf4", size })),
    golden.whole.map(Math.fround),
  );
});

for (const form of forms) {
  for (const width of [1, 8, 63, 64, 70, 192]) {
    Deno.test(`${form} of rows of ${width}: the engine's kernel, the parts and the host agree bit for bit`, async () => {
      const rows = 5, size = [rows, width] as const, shape = packedShape(form, size);
      const values = Float32Array.from(normals(width, rows * width));
      values.fill(0, 0, width); // a row of nothing
      const made = packMatrix(values, { form, size });
      const expected = Array.from(unpackMatrix(made, { form, size }));
      const tensors = {
        words: engine.tensor(made.words, shape.words) as tf.Tensor2D,
        scales: engine.tensor(made.scales, shape.scales) as tf.Tensor2D,
      };
      const whole = tf.tidy(() => wholeMatrix({ [form]: tensors }, width));
      const parts = tf.tidy(() => unpackedByParts(tensors, { form, width }));
      assertEquals(whole.shape, [rows, width]);
      assertEquals(Array.from(await engine.read(whole)), expected);
      assertEquals(Array.from(await engine.read(parts)), expected);
      disposeTree({ ...tensors, whole, parts });
    });
  }
}

Deno.test("packed matrices take a quarter and an eighth of the bytes, and their scales", () => {
  const size = [576, 1536] as const, whole = 4 * size[0] * size[1];
  const bytes = (form: PackedForm) => {
    const { words, scales } = packedShape(form, size);
    return 4 * (words[0] * words[1] + scales[0] * scales[1]);
  };
  assertEquals(bytes("int8"), whole / 4 + 4 * size[0]);
  assertEquals(bytes("nf4"), whole / 8 + whole / 64);
});

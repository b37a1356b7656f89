/**
 * Products with packed matrices.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type PackedForm,
  type PackedMatrix,
  packedProduct,
  packedShape,
  packMatrix,
  unpackMatrix,
} from "../../nn/mod.ts";
import type { Case } from "./case.ts";
import { get, plain, sum } from "./reference.ts";

/** Outputs and inputs of a map: more inputs than a block, and no whole number of blocks. */
const SIZE = [3, 70] as const;
/** Between −1 and 1, in no order: the map's weights, row-major. */
const WEIGHTS = Float32Array.from(
  { length: SIZE[0] * SIZE[1] },
  (_, i) => ((7919 * i + 13) % 211) / 105.5 - 1,
);

function packedCase(form: PackedForm): Case {
  const [outputs, width] = SIZE;
  const packed = packMatrix(WEIGHTS, { form, size: SIZE });
  const shape = packedShape(form, SIZE), whole = unpackMatrix(packed, { form, size: SIZE });
  const matrix = (): PackedMatrix => ({
    [form]: {
      words: tf.tensor2d(packed.words, shape.words, "int32"),
      scales: tf.tensor2d(packed.scales, shape.scales),
    },
  });
  return {
    op: `packedProduct ${form}`,
    inputs: [[2, width]],
    run: (x) => packedProduct(matrix(), x as tf.Tensor2D),
    reference: (x) =>
      plain(
        [2, outputs],
        ([n, o]) =>
          sum(Array.from({ length: width }, (_, i) => whole[o * width + i] * get(x, [n, i]))),
      ),
  };
}

/** See the module. */
export const PACKED: readonly Case[] = [packedCase("int8"), packedCase("nf4")];

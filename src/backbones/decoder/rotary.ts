/**
 * Rotary positions: pair i of a head (its numbers i and i + D/2, as in Hugging Face's `rotate_half`)
 * turns by the angle t·f_i at position t, f_i = θ^(−2i/D). Su et al. 2021 (arXiv:2104.09864), eq. 15.
 *
 * Angles, sines and cosines are float64 on the host, rounded to float32 once.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { cos, pow, sin } from "../../numeric/mod.ts";
import type { DecoderShape, RotaryScaling } from "./shape.ts";

/** Sines and cosines by position: [T, D/2] each, or [B, 1, D/2] where each row has its own position. */
export interface Turns {
  readonly cos: tf.Tensor;
  readonly sin: tf.Tensor;
}

/**
 * A frequency as contexts longer than `original` need it: wavelengths shorter than original/high stay,
 * those longer than original/low are stretched by the factor, and those between by a share that
 * runs evenly in original/wavelength. Llama 3.1 (arXiv:2407.21783), section 3.4.
 */
function stretched(frequency: number, scaling: RotaryScaling): number {
  const { factor } = scaling;
  if (scaling.kind === "linear") return frequency / factor;
  const { lowFrequency: low, highFrequency: high, original } = scaling;
  const turns = original * frequency / (2 * Math.PI);
  if (turns > high) return frequency;
  if (turns < low) return frequency / factor;
  const share = (turns - low) / (high - low);
  return (1 - share) * frequency / factor + share * frequency;
}

/** Radians a position of each pair: [D/2]. */
export function rotaryFrequencies(
  { headWidth, rotary }: Pick<DecoderShape, "headWidth" | "rotary">,
): Float64Array {
  const { base, scaling } = rotary!;
  return Float64Array.from({ length: headWidth / 2 }, (_, i) => {
    const frequency = pow(base, -2 * i / headWidth);
    return scaling === undefined ? frequency : stretched(frequency, scaling);
  });
}

type Table = { readonly cos: Float32Array; readonly sin: Float32Array };

/** Tables by what fixes them: a program that is traced again asks for the same ones. */
const tables = new Map<string, Table>();
const MOST_TABLES = 8;

/** cos and sin of positions [first, first + count): [count, D/2] each. */
export function rotaryTable(shape: DecoderShape, count: number, first = 0): Table {
  const { headWidth, rotary } = shape;
  const name = JSON.stringify([headWidth, rotary, count, first]);
  const known = tables.get(name);
  if (known !== undefined) return known;
  const frequencies = rotaryFrequencies(shape), pairs = frequencies.length;
  const made = { cos: new Float32Array(count * pairs), sin: new Float32Array(count * pairs) };
  for (let t = 0; t < count; t++) {
    frequencies.forEach((frequency, i) => {
      made.cos[t * pairs + i] = cos((first + t) * frequency);
      made.sin[t * pairs + i] = sin((first + t) * frequency);
    });
  }
  if (tables.size === MOST_TABLES) tables.delete(tables.keys().next().value!);
  tables.set(name, made);
  return made;
}

/** Turns of positions first … first + T − 1: [T, D/2]. */
export function turnsOf(shape: DecoderShape, length: number, first = 0): Turns {
  const table = rotaryTable(shape, length, first),
    size: [number, number] = [length, shape.headWidth / 2];
  return { cos: tf.tensor2d(table.cos, size), sin: tf.tensor2d(table.sin, size) };
}

/** Turns of each row's own positions, int32 [B, T] in [0, context): [B, T, D/2]. */
export function turnsAt(shape: DecoderShape, positions_BT: tf.Tensor2D): Turns {
  const all = turnsOf(shape, shape.context);
  return {
    cos: tf.gather(all.cos, positions_BT as unknown as tf.Tensor1D),
    sin: tf.gather(all.sin, positions_BT as unknown as tf.Tensor1D),
  };
}

/** (a, b) → (a·cos − b·sin, b·cos + a·sin) for the halves a, b of the last axis of x [N, …, D]. */
function turned(x: tf.Tensor, { cos, sin }: Turns): tf.Tensor {
  const [a, b] = tf.split(x, 2, x.rank - 1);
  return tf.concat([
    tf.sub(tf.mul(a, cos), tf.mul(b, sin)),
    tf.add(tf.mul(b, cos), tf.mul(a, sin)),
  ], x.rank - 1);
}

/** The turn back is the gradient, since a turn is orthogonal. */
function turnOp(x: tf.Tensor, turns: Turns): tf.Tensor {
  const turn = tf.customGrad((x, save) => {
    // Sines and cosines are saved but are no inputs: they need no gradients.
    (save as tf.GradSaveFunc)([turns.cos, turns.sin]);
    return {
      value: turned(x as tf.Tensor, turns),
      gradFunc: (dy: tf.Tensor, [cos, sin]: tf.Tensor[]) => turnOp(dy, { cos, sin: tf.neg(sin) }),
    };
  });
  return turn(x);
}

/**
 * Turns heads: x [B·H, T, D], rows of a batch one after the other, by `turns` of all rows [T, D/2] or
 * of each [B, T, D/2].
 */
export function rotate(x_NTD: tf.Tensor3D, turns: Turns): tf.Tensor3D {
  if (turns.cos.rank === 2) return turnOp(x_NTD, turns) as tf.Tensor3D;
  const [n, t, d] = x_NTD.shape, batch = turns.cos.shape[0];
  const each = (table: tf.Tensor) => tf.reshape(table, [batch, 1, t, d / 2]);
  const x_BHTD = tf.reshape(x_NTD, [batch, n / batch, t, d]);
  const own = { cos: each(turns.cos), sin: each(turns.sin) };
  return tf.reshape(turnOp(x_BHTD, own), [n, t, d]);
}

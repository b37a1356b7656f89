/**
 * Drawing pictures: row by row, patch by patch, pixel by pixel, each a call of a compiled program
 * that changes a cache, so that a picture costs about one pass of the network.
 *
 * | program    | when              | what                                                      |
 * | ---------- | ----------------- | --------------------------------------------------------- |
 * | begin      | first             | an empty canvas and cache; weights as decoding wants them |
 * | next_row   | before each row   | pixelcnn: the vertical stack                              |
 * | next_patch | before each patch | the trunk's state                                         |
 * | next_pixel | for each pixel    | the head's mixture, and a draw from it                    |
 * | canvas     | last              | the picture                                               |
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Key } from "../../engine/engine.ts";
import { disposeTree } from "../../engine/tree.ts";
import { drawMixture } from "../../nn/logistic_mixture.ts";
import { writeRow } from "../../nn/mod.ts";
import { fold } from "../../random/key.ts";
import type { Labels } from "../conditioning.ts";
import type { SampleContext, SampleRequest, TensorRecord } from "../family.ts";
import { type FamilyProgram, reads, updates } from "../programs.ts";
import type { State } from "./train.ts";
import { NEIGHBOURS, neighboursAt } from "./around.ts";
import { emptyPatch, headStep, type PatchCache, type PixelHead, pixelHead } from "./head.ts";
import { type Parts, partsOf, type Setting, toldBy } from "./model.ts";
import { centred, countsOf, fromPatches, type Patches } from "./patches.ts";
import { type Place, whole } from "./trunk.ts";

/** What decoding carries from call to call. */
export type Decoding = {
  readonly trunk: TensorRecord;
  readonly head: PixelHead;
  readonly told_BW?: tf.Tensor2D;
  readonly cache: TensorRecord;
  /** Centred pixels in the order in which they are told, 0 where none is drawn yet: [B, T·P, C]. */
  readonly canvas: tf.Tensor3D;
  /** Of the patch that is being drawn. */
  readonly around_BG: tf.Tensor2D;
  readonly state_BW: tf.Tensor2D;
  readonly patch: PatchCache;
};

/** A pixel to be drawn. */
type PixelPlace = Place & {
  /** int32 scalar: its number in the patch. */
  readonly pixel: tf.Scalar;
  /** 1, or 0 for a pixel beyond the picture's edge, which stays grey. */
  readonly inside: tf.Scalar;
};

type Begin = { readonly rows_B: tf.Tensor1D; readonly labels?: Labels };

function begin(state: State, { rows_B, labels }: Begin, setting: Setting): Decoding {
  const { patches, trunk, head } = partsOf(setting);
  const { T, P } = countsOf(patches);
  const B = rows_B.shape[0];
  const told_BW = toldBy(state.ema, labels, setting);
  return {
    trunk: state.ema.trunk,
    head: pixelHead(state.ema.head, { pixels: P, channels: setting.sample.channels }),
    ...(told_BW === undefined ? {} : { told_BW }),
    cache: trunk.empty(B),
    canvas: tf.zeros([B, T * P, setting.sample.channels]),
    around_BG: tf.zeros([B, NEIGHBOURS.length * P * setting.sample.channels]),
    state_BW: tf.zeros([B, setting.config.width]),
    patch: emptyPatch(B, head),
  };
}

/** The canvas as the trunk sees it: [B, T, P·C]. */
function asPatches({ canvas }: Decoding, patches: Patches): tf.Tensor3D {
  const { T } = countsOf(patches);
  return tf.reshape(canvas, [canvas.shape[0], T, -1]);
}

function nextRow(s: Decoding, place: Place, { patches, trunk }: Parts): Decoding {
  const input = { x_BTF: asPatches(s, patches), told_BW: s.told_BW, place };
  return { ...s, cache: trunk.row!(s.trunk, s.cache, input) };
}

function nextPatch(s: Decoding, place: Place, { patches, trunk }: Parts): Decoding {
  const x_BTF = asPatches(s, patches);
  const around_BG = neighboursAt(x_BTF, place, patches);
  const input = { x_BTF, around_BG, told_BW: s.told_BW, place };
  const { state_BW, cache } = trunk.step(s.trunk, s.cache, input);
  return { ...s, around_BG, state_BW, cache };
}

function nextPixel(
  s: Decoding,
  { patch, pixel, inside, rows_B }: PixelPlace & { rows_B: tf.Tensor1D },
  { key, parts, temperature }: { key: Key; parts: Parts; temperature: number },
): Decoding {
  const { P } = countsOf(parts.patches);
  const first = tf.mul(patch, whole(P));
  const at = tf.add(first, tf.range(0, P, 1, "int32")) as tf.Tensor1D;
  const { numbers, cache } = headStep(s.head, s.patch, {
    x_NPC: tf.gather(s.canvas, at, 1),
    around_NG: s.around_BG,
    state_NW: s.state_BW,
    pixel,
  });
  const number = tf.add(first, pixel) as tf.Scalar;
  const draw = { key: fold(key, number), rows_B, temperature };
  const x_BC = drawMixture(numbers, parts.mixture, draw);
  const [B, C] = x_BC.shape;
  const drawn_B1C = tf.reshape(tf.mul(centred(x_BC), inside), [B, 1, C]) as tf.Tensor3D;
  return { ...s, canvas: writeRow(s.canvas, drawn_B1C, number), patch: cache };
}

/** The programs that `drawPictures` calls. */
export function samplePrograms(setting: Setting): Readonly<Record<string, FamilyProgram>> {
  const parts = partsOf(setting);
  const { temperature } = setting.config;
  return {
    begin: reads<State, Begin>((state, inputs) => begin(state, inputs, setting)),
    ...(parts.trunk.row === undefined ? {} : {
      next_row: updates<Decoding, Place>((s, place) => [nextRow(s, place, parts), {}]),
    }),
    next_patch: updates<Decoding, Place>((s, place) => [nextPatch(s, place, parts), {}]),
    next_pixel: updates<Decoding, PixelPlace & { rows_B: tf.Tensor1D }>((s, place, key) => [
      nextPixel(s, place, { key, parts, temperature }),
      {},
    ]),
    canvas: reads<Decoding, Record<string, never>>(({ canvas }) => {
      const { P } = countsOf(parts.patches);
      const x_NPC = tf.reshape(canvas, [-1, P, setting.sample.channels]) as tf.Tensor3D;
      // From [−1, 1] to whole levels: centring may have cost a unit in the last place.
      const most = setting.levels - 1;
      const level_NPC = tf.round(tf.mul(tf.add(x_NPC, 1), most / 2)) as tf.Tensor3D;
      return { x_BHWC: fromPatches(tf.div(level_NPC, most), parts.patches) };
    }),
  };
}

/** The driver's `sample`. */
export function drawPictures(
  state: TensorRecord,
  { rows_B, key, labels }: SampleRequest,
  { context, setting }: { context: SampleContext; setting: Setting },
): tf.Tensor4D {
  const { patches, trunk } = partsOf(setting);
  const { rows, columns, height, width, sample } = patches;
  const { engine } = context;
  const scalar = (n: number) => engine.tensor(Int32Array.of(n), [], "int32") as tf.Scalar;
  const most = Math.max(rows * columns, height * width);
  const numbers = Array.from({ length: most }, (_, n) => scalar(n));
  const flags = [0, 1].map((v) => engine.tensor(Float32Array.of(v), []) as tf.Scalar);
  let s = context.run("begin", state, { rows_B, labels }, key);
  const step = (program: string, inputs: TensorRecord) => {
    const [next, outputs] = context.step(program, s, inputs, key);
    disposeTree(outputs);
    s = next;
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const number = row * columns + column;
      const place = { patch: numbers[number], row: numbers[row], column: numbers[column] };
      if (column === 0 && trunk.row !== undefined) step("next_row", place);
      step("next_patch", place);
      for (let pixel = 0; pixel < height * width; pixel++) {
        const [y, x] = [Math.floor(pixel / width), pixel % width];
        const isInside = row * height + y < sample.height && column * width + x < sample.width;
        const inside = flags[isInside ? 1 : 0];
        step("next_pixel", { ...place, pixel: numbers[pixel], inside, rows_B });
      }
    }
  }
  const { x_BHWC } = context.run("canvas", s, {}, key);
  disposeTree(s);
  for (const t of [...numbers, ...flags]) t.dispose();
  return x_BHWC as tf.Tensor4D;
}

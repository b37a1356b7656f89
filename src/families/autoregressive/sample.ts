/**
 * Drawing pictures level by level, and at a level row by row, patch by patch, pixel by pixel, each a
 * call of a compiled program that changes a cache, so that a picture costs about one pass of the
 * network. Programs of level l end in `_l`:
 *
 * | program    | when              | what                                                      |
 * | ---------- | ----------------- | --------------------------------------------------------- |
 * | begin      | first             | the canvas with what is known, an empty cache, weights as |
 * |            |                   | decoding wants them                                       |
 * | next_row   | before each row   | pixelcnn: the vertical stack                              |
 * | next_patch | before each patch | the trunk's state                                         |
 * | next_pixel | for each pixel    | the head's mixture, and a draw from it                    |
 * | canvas     | last              | the level's picture                                       |
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { conditioningOf, given, type LevelModel, levelModels, type Setting } from "./model.ts";
import { fold, type Key } from "../../random/mod.ts";
import { disposeTree } from "../../engine/mod.ts";
import { drawMixture, writeRow } from "../../nn/mod.ts";
import type { Labels } from "../common/conditioning.ts";
import type { SampleContext, SampleRequest, TensorRecord } from "../family.ts";
import { type FamilyProgram, reads, updates } from "../common/programs.ts";
import { NEIGHBOURS, neighboursAt } from "./ordering/neighbours.ts";
import {
  emptyPatch,
  type PatchCache,
  pixelMixture,
  pixelwise,
  type PixelwiseModel,
} from "./networks/patch_model.ts";
import { NEAR, toldPixels } from "./ordering/levels.ts";
import { countsOf, fromPatches, type Patches } from "./ordering/patches.ts";
import { centred } from "../common/pixels.ts";
import type { State } from "./train.ts";
import { int32, type Place } from "./ordering/places.ts";

/** What decoding a level carries from call to call. */
export type Decoding = {
  readonly trunk: TensorRecord;
  readonly head: PixelwiseModel;
  readonly cache: TensorRecord;
  readonly told_BTW?: tf.Tensor3D;
  readonly near_BTN?: tf.Tensor3D;
  /** Centred pixels in the order in which they are told, anything where none is yet: [B, T·P, C]. */
  readonly canvas: tf.Tensor3D;
  /** Of the patch that is being drawn. */
  readonly given_BG: tf.Tensor2D;
  readonly state_BW: tf.Tensor2D;
  readonly patch: PatchCache;
};

/** A pixel's place. */
type PixelPlace = Place & {
  /** int32 scalar: its number in the patch. */
  readonly pixel: tf.Scalar;
  /** 1 for a pixel to be drawn; 0 for a known one or one beyond the edge, which stays as it is. */
  readonly fresh: tf.Scalar;
};

type Begin = {
  readonly rows_B: tf.Tensor1D;
  readonly labels?: Labels;
  /** The picture of the level before, in [0, 1]. */
  readonly x_BHWC?: tf.Tensor4D;
};

/** The known pixels where they stand in a level's order, grey elsewhere: [B, T·P, C]. */
function knownCanvas(known_BhwC: tf.Tensor4D, patches: Patches): tf.Tensor3D {
  const [B, , , C] = known_BhwC.shape;
  const { T, P } = countsOf(patches);
  const first_BT1C = tf.reshape(known_BhwC, [B, T, 1, C]);
  const canvas = tf.concat([first_BT1C, tf.zeros([B, T, P - 1, C])], 2);
  return tf.reshape(canvas, [B, T * P, C]);
}

/** A level's parts, and which level it is. */
interface Context {
  readonly l: number;
  readonly parts: LevelModel;
  readonly setting: Setting;
}

function begin(state: State, { rows_B, labels, x_BHWC }: Begin, context: Context): Decoding {
  const { l, parts: { level, trunk, head }, setting } = context;
  const { patches, width } = level;
  const { T, P } = countsOf(patches);
  const batch = rows_B.shape[0];
  const { channels } = setting.sample;
  const p = state.ema.levels[l];
  const known_BhwC = x_BHWC === undefined ? undefined : centred(x_BHWC);
  const values = NEIGHBOURS.length * P + (level.upper ? NEAR : 0);
  return {
    trunk: p.trunk,
    head: pixelwise(p.head, { pixels: P, channels }),
    cache: trunk.empty(batch),
    ...conditioningOf(p, { labels, known_BhwC, batch }, context),
    canvas: known_BhwC === undefined
      ? tf.zeros([batch, T * P, channels])
      : knownCanvas(known_BhwC, patches),
    given_BG: tf.zeros([batch, values * channels]),
    state_BW: tf.zeros([batch, width]),
    patch: emptyPatch(batch, head),
  };
}

/** What the trunk sees of the canvas. */
function trunkInput(s: Decoding, place: Place, { patches }: LevelModel["level"]) {
  const x_BTF = tf.reshape(s.canvas, [s.canvas.shape[0], countsOf(patches).T, -1]) as tf.Tensor3D;
  return { x_BTF, told_BTW: s.told_BTW, place };
}

function nextRow(s: Decoding, place: Place, { level, trunk }: LevelModel): Decoding {
  return { ...s, cache: trunk.row!(s.trunk, s.cache, trunkInput(s, place, level)) };
}

function nextPatch(s: Decoding, place: Place, { level, trunk }: LevelModel): Decoding {
  const input = trunkInput(s, place, level);
  const around_BG = neighboursAt(input.x_BTF, place, level.patches);
  const { state_BW, cache } = trunk.step(s.trunk, s.cache, { ...input, around_BG });
  const here = tf.reshape(place.patch, [1]) as tf.Tensor1D;
  const near_BN = s.near_BTN === undefined
    ? undefined
    : tf.reshape(tf.gather(s.near_BTN, here, 1), [around_BG.shape[0], -1]) as tf.Tensor2D;
  return { ...s, given_BG: given(around_BG, near_BN), state_BW, cache };
}

function nextPixel(
  s: Decoding,
  { patch, pixel, fresh, rows_B }: PixelPlace & { rows_B: tf.Tensor1D },
  { key, parts, temperature }: { key: Key; parts: LevelModel; temperature: number },
): Decoding {
  const { P } = countsOf(parts.level.patches);
  const first = tf.mul(patch, int32(P));
  const number = tf.add(first, pixel) as tf.Scalar;
  const at = tf.add(first, tf.range(0, P, 1, "int32")) as tf.Tensor1D;
  const { numbers, cache } = pixelMixture(s.head, s.patch, {
    x_NPC: tf.gather(s.canvas, at, 1),
    given_NG: s.given_BG,
    state_NW: s.state_BW,
    pixel,
  });
  const draw = { key: fold(key, number), rows_B, temperature };
  const x_BC = centred(drawMixture(numbers, parts.mixture, draw));
  const drawn_B1C = tf.expandDims(x_BC, 1);
  const there_B1C = tf.gather(s.canvas, tf.reshape(number, [1]) as tf.Tensor1D, 1);
  const kept_B1C = tf.add(tf.mul(drawn_B1C, fresh), tf.mul(there_B1C, tf.sub(1, fresh)));
  return { ...s, canvas: writeRow(s.canvas, kept_B1C as tf.Tensor3D, number), patch: cache };
}

/** The picture on a full canvas: from [−1, 1] to whole levels, since centring may cost a last bit. */
function onCanvas({ canvas }: Decoding, { parts: { level }, setting }: Context): tf.Tensor4D {
  const { P } = countsOf(level.patches);
  const x_NPC = tf.reshape(canvas, [-1, P, setting.sample.channels]) as tf.Tensor3D;
  const most = setting.values - 1;
  const value_NPC = tf.round(tf.mul(tf.add(x_NPC, 1), most / 2)) as tf.Tensor3D;
  return fromPatches(tf.div(value_NPC, most), level.patches);
}

/** The programs that `drawPictures` calls. */
export function samplePrograms(setting: Setting): Readonly<Record<string, FamilyProgram>> {
  const { temperature } = setting.config;
  const programs = levelModels(setting).map((parts, l): Record<string, FamilyProgram> => {
    const context = { l, parts, setting };
    return {
      [`begin_${l}`]: reads<State, Begin>((state, inputs) => begin(state, inputs, context)),
      ...(parts.trunk.row === undefined ? {} : {
        [`next_row_${l}`]: updates<Decoding, Place>((s, place) => [nextRow(s, place, parts), {}]),
      }),
      [`next_patch_${l}`]: updates<Decoding, Place>((s, place) => [nextPatch(s, place, parts), {}]),
      [`next_pixel_${l}`]: updates<Decoding, PixelPlace & { rows_B: tf.Tensor1D }>(
        (s, place, key) => [
          nextPixel(s, place, { key: fold(key, l), parts, temperature }),
          {},
        ],
      ),
      [`canvas_${l}`]: reads<Decoding, Record<string, never>>((s) => ({
        x_BHWC: onCanvas(s, context),
      })),
    };
  });
  return Object.assign({}, ...programs);
}

/**
 * Programs that are called often enough to pay for compiling them as a whole: those of the finest
 * level, which has most of the pixels.
 */
export function loopPrograms(setting: Setting): string[] {
  const last = levelModels(setting).length - 1;
  return ["next_row", "next_patch", "next_pixel"].map((name) => `${name}_${last}`);
}

/** Scalars that places are told by, made once for all calls. */
function placeScalars({ engine }: SampleContext, count: number) {
  const numbers = Array.from(
    { length: count },
    (_, n) => engine.tensor(Int32Array.of(n), [], "int32") as tf.Scalar,
  );
  const flags = [0, 1].map((v) => engine.tensor(Float32Array.of(v), []) as tf.Scalar);
  return { numbers, flags, dispose: () => [...numbers, ...flags].forEach((t) => t.dispose()) };
}

/** The driver's `sample`. */
export function drawPictures(
  state: TensorRecord,
  { rows_B, key, labels }: SampleRequest,
  { context, setting }: { context: SampleContext; setting: Setting },
): tf.Tensor4D {
  const all = levelModels(setting);
  const most = Math.max(...all.flatMap(({ level }) => Object.values(countsOf(level.patches))));
  const scalars = placeScalars(context, most);
  const { numbers, flags } = scalars;
  let picture: TensorRecord = {};
  all.forEach(({ level, trunk }, l) => {
    let s = context.run(`begin_${l}`, state, { rows_B, labels, ...picture }, key);
    disposeTree(picture);
    const step = (program: string, inputs: TensorRecord) => {
      [s] = context.step(`${program}_${l}`, s, inputs, key);
    };
    const { columns } = level.patches;
    toldPixels(level).forEach((fresh, t) => {
      const [row, column] = [numbers[Math.floor(t / columns)], numbers[t % columns]];
      const place: Place = { patch: numbers[t], row, column };
      if (t % columns === 0 && trunk.row !== undefined) step("next_row", place);
      step("next_patch", place);
      fresh.forEach((flag, pixel) =>
        step("next_pixel", { ...place, pixel: numbers[pixel], fresh: flags[flag], rows_B })
      );
    });
    picture = context.run(`canvas_${l}`, s, {}, key);
    disposeTree(s);
  });
  scalars.dispose();
  return picture.x_BHWC as tf.Tensor4D;
}

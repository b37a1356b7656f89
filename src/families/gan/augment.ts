/**
 * Augmentation of what the discriminator sees, real and generated alike, and of nothing else: each
 * transformation touches a picture with chance p, and is linear in the picture, so that gradients
 * flow through it to the generator. With p < 1 the law of augmented pictures still fixes that of
 * the pictures, so the generator learns to make them as they are: flips and shifts are drawn
 * uniformly, the identity among them, which keeps them from cancelling out. Karras et al. 2020
 * (arXiv:2006.06676), section 2; Zhao et al. 2020 (arXiv:2006.10738).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Key, uniform } from "../../random/mod.ts";

/** Largest shift, as a share of the side. */
const SHIFT = 1 / 8;
/** Largest change of brightness, where pixels span [−1, 1]. */
const BRIGHTNESS = 0.4;
/** Contrast and saturation are multiplied by 1 ± this. */
const CONTRAST = 0.3;
const SATURATION = 0.5;
/** Side of the square that is cut out, as a share of the picture's. */
const CUTOUT = 0.4;

/** What happens to each picture; [B] or [B, side]. */
export interface Plan {
  /** Row of the picture that lands at row i: int32 [B, H]; likewise for columns. */
  readonly rows_BH: tf.Tensor2D;
  readonly columns_BW: tf.Tensor2D;
  /** Factors and terms [B, 1, 1, 1]; 1 and 0 where nothing changes. */
  readonly saturation: tf.Tensor;
  readonly contrast: tf.Tensor;
  readonly brightness: tf.Tensor;
  /** 0 inside the cut-out square and 1 elsewhere: [B, H, W, 1]. */
  readonly mask: tf.Tensor4D;
}

/** What a plan is drawn for. */
export interface PlanOptions {
  /** Chance of each transformation. */
  readonly p: tf.Scalar;
  readonly rows_B: tf.Tensor1D;
  readonly height: number;
  readonly width: number;
}

/** Places 0 … side − 1 that lie in [from, from + length): float32 [B, side]. */
function inside(from_B1: tf.Tensor, length: number, side: number): tf.Tensor {
  const place = tf.range(0, side, 1, "float32");
  const here = tf.logicalAnd(
    tf.greaterEqual(place, from_B1),
    tf.less(place, tf.add(from_B1, length)),
  );
  return tf.cast(here, "float32");
}

/** Draws a plan; row i's depends on rows_B[i], the key and p alone. */
export function drawPlan(key: Key, { p, rows_B, height, width }: PlanOptions): Plan {
  const B = rows_B.shape[0];
  const DRAWS = 14;
  const u = uniform(key, [B, DRAWS], { rows_B });
  let used = 0;
  const draw_B1 = () => tf.slice(u, [0, used++], [B, 1]);
  const touched_B1 = () => tf.cast(tf.less(draw_B1(), p), "float32");
  /** Uniform on ±1 where touched, else 0. */
  const change_B1 = () => tf.mul(touched_B1(), tf.sub(tf.mul(draw_B1(), 2), 1));
  const four = (t_B1: tf.Tensor) => tf.reshape(t_B1, [B, 1, 1, 1]);

  const flip_B1 = tf.mul(touched_B1(), tf.cast(tf.less(draw_B1(), 0.5), "float32"));
  const shifted_B1 = touched_B1();
  // Whole pixels from −most to most, each equally likely.
  const shift_B1 = (most: number) =>
    tf.mul(shifted_B1, tf.sub(tf.floor(tf.mul(draw_B1(), 2 * most + 1)), most));
  /** Places that are looked up, the edge repeated beyond itself. */
  const places = (shift: tf.Tensor, side: number) =>
    tf.clipByValue(tf.add(tf.range(0, side, 1, "float32"), shift), 0, side - 1);
  const rows = places(shift_B1(Math.round(height * SHIFT)), height);
  const columns = places(shift_B1(Math.round(width * SHIFT)), width);
  const mirrored = tf.add(columns, tf.mul(flip_B1, tf.sub(width - 1, tf.mul(2, columns))));

  const [saturation, contrast] = [SATURATION, CONTRAST].map((most) =>
    four(tf.add(1, tf.mul(change_B1(), most)))
  );
  const brightness = four(tf.mul(change_B1(), BRIGHTNESS));

  const cut_B1 = touched_B1();
  const [cutHeight, cutWidth] = [height, width].map((side) => Math.round(side * CUTOUT));
  // The square's corner lies anywhere that leaves at least half of it in the picture.
  const corner_B1 = (side: number, length: number) =>
    tf.floor(tf.sub(tf.mul(draw_B1(), side), length / 2));
  const cut_BH11 = tf.reshape(inside(corner_B1(height, cutHeight), cutHeight, height), [
    B,
    height,
    1,
    1,
  ]);
  const cut_B1W1 = tf.reshape(inside(corner_B1(width, cutWidth), cutWidth, width), [
    B,
    1,
    width,
    1,
  ]);
  const mask = tf.sub(1, tf.mul(tf.mul(cut_BH11, cut_B1W1), four(cut_B1)));
  return {
    rows_BH: tf.cast(rows, "int32") as tf.Tensor2D,
    columns_BW: tf.cast(mirrored, "int32") as tf.Tensor2D,
    saturation,
    contrast,
    brightness,
    mask: mask as tf.Tensor4D,
  };
}

/** Row i is place[b, i]'s unit vector: [B, side, side]. */
function selection(place_BS: tf.Tensor2D): tf.Tensor3D {
  const side = place_BS.shape[1];
  const all = tf.range(0, side, 1, "int32");
  return tf.cast(tf.equal(tf.expandDims(place_BS, 2), all), "float32") as tf.Tensor3D;
}

/** Pictures [B, H, W, C] by a plan: moved, coloured, cut. Linear in the pictures but for brightness. */
export function applyPlan(plan: Plan, x_BHWC: tf.Tensor4D): tf.Tensor4D {
  const [B, H, W, C] = x_BHWC.shape;
  // A shift and a flip pick rows and columns: a product with a matrix of zeros and ones.
  const down = tf.matMul(selection(plan.rows_BH), tf.reshape(x_BHWC, [B, H, W * C]));
  const turned = tf.transpose(tf.reshape(down, [B, H, W, C]), [0, 2, 1, 3]);
  const across = tf.matMul(selection(plan.columns_BW), tf.reshape(turned, [B, W, H * C]));
  let y = tf.transpose(tf.reshape(across, [B, W, H, C]), [0, 2, 1, 3]) as tf.Tensor;
  if (C > 1) {
    const grey = tf.mean(y, 3, true);
    y = tf.add(grey, tf.mul(tf.sub(y, grey), plan.saturation));
  }
  y = tf.add(tf.mul(y, plan.contrast), plan.brightness);
  return tf.mul(y, plan.mask) as tf.Tensor4D;
}

/** The chance that augmentation may not pass, so that its law can be told from the data's. */
export const MOST = 0.8;

/** State of adaptive augmentation. */
export type Adaptation = {
  /** Chance of each transformation. */
  readonly p: tf.Scalar;
  /** Running mean of r_t. */
  readonly sign: tf.Scalar;
};

/** Share of the running mean that a step replaces: it spans about four steps, as ADA's batches. */
const RENEWAL = 0.25;

/**
 * p moves by batch/pictures towards more augmentation where r_t, the mean sign of D on the data,
 * lies above the target (D knows its training pictures too well), else towards less. Karras et al.
 * 2020, section 3.
 */
export function adapt(
  { p, sign }: Adaptation,
  { realSign, batch, target, pictures }: {
    realSign: tf.Scalar;
    batch: number;
    target: number;
    pictures: number;
  },
): Adaptation {
  const next = tf.add(sign, tf.mul(tf.sub(realSign, sign), RENEWAL)) as tf.Scalar;
  const step = tf.mul(tf.sign(tf.sub(next, target)), batch / pictures);
  return { p: tf.clipByValue(tf.add(p, step), 0, MOST) as tf.Scalar, sign: next };
}

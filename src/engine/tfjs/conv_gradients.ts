/**
 * Gradients of conv2d as forward convolutions, for backends that lack them or are slow at them.
 *
 * With y = x ∗ w (cross-correlation, stride 1, dilation 1, x padded):
 * - input:  dx = dy ∗ (w reversed in space, in and out exchanged);
 * - filter: dw = (padded x, batch and channel exchanged) ∗ (dy as a filter).
 * A stride of s is folded away first: s×s neighbours become channels of one place, and the filter
 * folds alike (zeros fill it up to a multiple of s), which wastes less than spreading dy by zeros.
 * 1×1 kernels are matrix products. y is bilinear in x and w, so each gradient's gradients are again
 * these three: any order of derivative works.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
/** Attributes of conv2d's kernels. */
export interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number | number[][];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly dataFormat?: string;
}

type Shape4 = [number, number, number, number];

/** Sizes of a convolution: everything the gradients need. */
export function geometry(inputShape: number[], filterShape: number[], attrs: ConvAttributes) {
  if (attrs.dataFormat !== undefined && attrs.dataFormat !== "NHWC") {
    throw new Error(`conv2d gradients need NHWC, not ${attrs.dataFormat}`);
  }
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    attrs.strides,
    1,
    attrs.pad as "same",
    attrs.dimRoundingMode,
    false,
    "channelsLast",
  );
}

/** [n·s, m·t] places of C channels as [n, m] places of s·t·C; for pictures [B, H, W, C]. */
function fold(x: tf.Tensor4D, [sh, sw]: readonly [number, number]): tf.Tensor4D {
  if (sh === 1 && sw === 1) return x;
  const [b, h, w, c] = x.shape;
  const apart = tf.transpose(tf.reshape(x, [b, h / sh, sh, w / sw, sw * c]), [0, 1, 3, 2, 4]);
  return tf.reshape(apart, [b, h / sh, w / sw, sh * sw * c]);
}

/** The inverse of `fold`. */
function unfold(x: tf.Tensor4D, [sh, sw]: readonly [number, number]): tf.Tensor4D {
  if (sh === 1 && sw === 1) return x;
  const [b, h, w, d] = x.shape;
  const c = d / (sh * sw);
  const together = tf.transpose(tf.reshape(x, [b, h, w, sh, sw * c]), [0, 1, 3, 2, 4]);
  return tf.reshape(together, [b, h * sh, w * sw, c]);
}

/** A filter [kh, kw, C, O] filled up with zeros and folded: [⌈kh/s⌉, ⌈kw/t⌉, s·t·C, O]. */
function foldFilter(filter: tf.Tensor4D, strides: readonly [number, number]): tf.Tensor4D {
  const [sh, sw] = strides;
  if (sh === 1 && sw === 1) return filter;
  const [kh, kw, c, o] = filter.shape;
  const [ah, aw] = [Math.ceil(kh / sh), Math.ceil(kw / sw)];
  const full = tf.pad(filter, [[0, ah * sh - kh], [0, aw * sw - kw], [0, 0], [0, 0]]);
  // A filter is a batch of one whose channels are C·O numbers.
  const folded = fold(tf.reshape(full, [1, ah * sh, aw * sw, c * o]), strides);
  return tf.reshape(folded, [ah, aw, sh * sw * c, o]);
}

/** The inverse of `foldFilter`. */
function unfoldFilter(
  folded: tf.Tensor4D,
  filterShape: Shape4,
  strides: readonly [number, number],
): tf.Tensor4D {
  const [sh, sw] = strides;
  if (sh === 1 && sw === 1) return folded;
  const [kh, kw, c, o] = filterShape;
  const [ah, aw] = folded.shape;
  const full = unfold(tf.reshape(folded, [1, ah, aw, sh * sw * c * o]), strides);
  return tf.slice4d(tf.reshape(full, [ah * sh, aw * sw, c, o]), [0, 0, 0, 0], [kh, kw, c, o]);
}

/** Pads (or, where negative, crops) rows and columns. */
function frame(
  x: tf.Tensor4D,
  rows: readonly [number, number],
  columns: readonly [number, number],
): tf.Tensor4D {
  const [b, h, w, c] = x.shape;
  const crop = (n: number) => Math.max(0, -n);
  const fill = (n: number) => Math.max(0, n);
  let y = x;
  if (rows.some((n) => n < 0) || columns.some((n) => n < 0)) {
    y = tf.slice(y, [0, crop(rows[0]), crop(columns[0]), 0], [
      b,
      h - crop(rows[0]) - crop(rows[1]),
      w - crop(columns[0]) - crop(columns[1]),
      c,
    ]);
  }
  if (rows.some((n) => n > 0) || columns.some((n) => n > 0)) {
    y = tf.pad(y, [
      [0, 0],
      rows.map(fill) as [number, number],
      columns.map(fill) as [
        number,
        number,
      ],
      [0, 0],
    ]);
  }
  return y;
}

/** A filter's rows and columns in reverse: copies of whole taps, a quarter of tf.reverse's time. */
function turn(filter: tf.Tensor4D): tf.Tensor4D {
  const [h, w, i, o] = filter.shape;
  if (h * w === 1) return filter;
  const taps = tf.reshape(filter, [h * w, i * o]) as tf.Tensor2D;
  const reversed = Array.from(
    { length: h * w },
    (_, n) => tf.slice2d(taps, [h * w - 1 - n, 0], [1, i * o]),
  );
  return tf.reshape(tf.concat2d(reversed, 0), filter.shape);
}

/** dx of conv2d(x, filter), from dy. */
export function inputGradient(
  dy_BHWC: tf.Tensor4D,
  filter: tf.Tensor4D,
  { inputShape, attrs }: { inputShape: number[]; attrs: ConvAttributes },
): tf.Tensor4D {
  const g = geometry(inputShape, filter.shape, attrs);
  const [kh, kw] = filter.shape;
  if (kh === 1 && kw === 1 && g.strideHeight === 1 && g.strideWidth === 1) {
    const dx = tf.matMul(
      tf.reshape(dy_BHWC, [-1, g.outChannels]),
      tf.reshape(filter, [g.inChannels, g.outChannels]),
      false,
      true,
    );
    return tf.reshape(dx, g.inShape);
  }
  const strides = [g.strideHeight, g.strideWidth] as const;
  const folded = foldFilter(filter, strides);
  const [ah, aw] = folded.shape;
  const turned = tf.transpose(turn(folded), [0, 1, 3, 2]) as tf.Tensor4D;
  const { top, left } = g.padInfo;
  if (strides[0] === 1 && strides[1] === 1 && isSame(g, ah, aw)) {
    // The convolution's own "same" padding costs nothing.
    return tf.conv2d(dy_BHWC, turned, 1, "same");
  }
  const dy = frame(dy_BHWC, [ah - 1, ah - 1], [aw - 1, aw - 1]);
  const dx = unfold(tf.conv2d(dy, turned, 1, "valid"), strides);
  // Of the padded input's gradient, the part that is the input's.
  return frame(
    dx,
    [-top, g.inHeight + top - dx.shape[1]],
    [-left, g.inWidth + left - dx.shape[2]],
  );
}

/** Whether output and input have one size and the padding is symmetric. */
function isSame(g: ReturnType<typeof geometry>, kh: number, kw: number): boolean {
  const { top, bottom, left, right } = g.padInfo;
  return 2 * top === kh - 1 && 2 * bottom === kh - 1 && 2 * left === kw - 1 && 2 * right === kw - 1;
}

/** dw of conv2d(x, w), from dy. */
export function filterGradient(
  x_BHWC: tf.Tensor4D,
  dy_BHWC: tf.Tensor4D,
  { filterShape, attrs }: { filterShape: number[]; attrs: ConvAttributes },
): tf.Tensor4D {
  const g = geometry(x_BHWC.shape, filterShape, attrs);
  const [kh, kw] = filterShape;
  if (kh === 1 && kw === 1 && g.strideHeight === 1 && g.strideWidth === 1) {
    const dw = tf.matMul(
      tf.reshape(x_BHWC, [-1, g.inChannels]),
      tf.reshape(dy_BHWC, [-1, g.outChannels]),
      true,
      false,
    );
    return tf.reshape(dw, filterShape as Shape4);
  }
  const strides = [g.strideHeight, g.strideWidth] as const;
  const { top, left } = g.padInfo;
  // Rows and columns that the folded filter reaches.
  const rows = (g.outHeight - 1 + Math.ceil(kh / strides[0])) * strides[0];
  const columns = (g.outWidth - 1 + Math.ceil(kw / strides[1])) * strides[1];
  const ends = [
    [top, rows - g.inHeight - top],
    [left, columns - g.inWidth - left],
  ] as const;
  const early = strides[0] > 1 || strides[1] > 1;
  const x = early ? fold(frame(x_BHWC, ...ends), strides) : x_BHWC;
  const x_CHWB = tf.transpose(x, [3, 1, 2, 0]) as tf.Tensor4D;
  const dy_HWBO = tf.transpose(dy_BHWC, [1, 2, 0, 3]) as tf.Tensor4D;
  const dw_CHWO = tf.conv2d(early ? x_CHWB : frame(x_CHWB, ...ends), dy_HWBO, 1, "valid");
  const dw = tf.transpose(dw_CHWO, [1, 2, 0, 3]) as tf.Tensor4D;
  return unfoldFilter(dw, filterShape as Shape4, strides);
}

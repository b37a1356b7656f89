/**
 * Pictures of splats in plain float64, every splat over every pixel: three of degree 1, each so large
 * that no pixel lies near its cut, where no derivative is.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { renderSplats, type SplatView } from "../../nn/mod.ts";
import type { Case } from "./case.ts";
import { get, type Plain, plain } from "./reference.ts";

const COUNT = 3, ROWS = 23, HEIGHT = 5, WIDTH = 6;
const view: SplatView = {
  height: HEIGHT,
  width: WIDTH,
  background: [0.2, 0.5, 0.9],
  near: 0.1,
  antialiased: false,
  degree: 1,
};

/** Four units before the origin, looking along z. */
const focal = 6, distance = 4;
const camera = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -distance, focal, focal, WIDTH / 2, HEIGHT / 2];

/** What the inputs are a tenth of a step away from: behind one another, half clear, all in view. */
const base = plain([ROWS, COUNT], ([row, i]) => {
  if (row === 2) return i - 1;
  if (row < 3) return 0.3 * (i - 1);
  if (row < 6) return 0.5 + 0.1 * (row - 3);
  if (row === 6) return 1;
  return row >= 11 && row < 14 ? 0.6 - 0.2 * (row - 11) : 0;
});
const STEP = 0.1;

/** Σ = R S Sᵀ Rᵀ of splat i. */
function covariance(p: (row: number) => number): number[][] {
  const length = Math.hypot(p(6), p(7), p(8), p(9));
  const [w, x, y, z] = [6, 7, 8, 9].map((row) => p(row) / length);
  const turn = [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
  const squares = [3, 4, 5].map((row) => Math.exp(2 * p(row)));
  return turn.map((a) =>
    turn.map((b) => squares.reduce((sum, square, k) => sum + a[k] * square * b[k], 0))
  );
}

/** A splat before the camera. */
function projected(p: (row: number) => number) {
  const [x, y, z] = [p(0), p(1), p(2) + distance], sigma = covariance(p);
  const along = [[focal / z, 0, -focal * x / (z * z)], [0, focal / z, -focal * y / (z * z)]];
  const [[a, b], [, c]] = along.map((u) =>
    along.map((v) =>
      u.reduce((sum, ui, i) => sum + v.reduce((s, vj, j) => s + ui * sigma[i][j] * vj, 0), 0)
    )
  );
  // A splat is blurred by 0.3 of a pixel.
  const [xx, yy] = [a + 0.3, c + 0.3], det = xx * yy - b * b;
  const far = Math.hypot(x, y, z),
    basis = [
      0.28209479177387814,
      ...[-y / far, z / far, -x / far].map((v) => 0.4886025119029199 * v),
    ];
  const colour = [0, 1, 2].map((channel) =>
    Math.max(0, 0.5 + basis.reduce((sum, v, k) => sum + v * p(11 + 3 * k + channel), 0))
  );
  return {
    depth: z,
    colour,
    alpha(px: number, py: number): number {
      const dx = px - (focal * x / z + WIDTH / 2), dy = py - (focal * y / z + HEIGHT / 2);
      const power = (yy * dx * dx - 2 * b * dx * dy + xx * dy * dy) / det;
      return 1 / (1 + Math.exp(-p(10))) * Math.exp(-0.5 * power);
    },
  };
}

function rendered(x: Plain): Plain {
  const splats = Array.from(
    { length: COUNT },
    (_, i) => projected((row) => get(base, [row, i]) + STEP * get(x, [row, i])),
  )
    .sort((a, b) => a.depth - b.depth);
  return plain([1, HEIGHT, WIDTH, 3], ([, py, px, channel]) => {
    let clear = 1, sum = 0;
    for (const { alpha, colour } of splats) {
      const a = alpha(px + 0.5, py + 0.5);
      sum += clear * a * colour[channel];
      clear *= 1 - a;
    }
    return sum + clear * view.background[channel];
  });
}

/** Of the rasteriser. */
export const SPLATS: readonly Case[] = [{
  op: "renderSplats",
  inputs: [[ROWS, COUNT]],
  run: (x) => {
    const parameters_RN = tf.add(
      tf.tensor2d(Float32Array.from(base.data), [ROWS, COUNT]),
      tf.mul(x, STEP),
    );
    return renderSplats(parameters_RN as tf.Tensor2D, tf.tensor2d(camera, [1, 16]), view);
  },
  reference: rendered,
  differentiable: "once",
}];

/**
 * The loss of a view in plain float64: the window of SSIM as a square of 121 weights, a mean at a time.
 * @module
 */

const C1 = 0.01 ** 2, C2 = 0.03 ** 2, REACH = 5, SIGMA = 1.5;

/** The window, of sum 1. */
function window(): number[] {
  const weights: number[] = [];
  for (let dy = -REACH; dy <= REACH; dy++) {
    for (let dx = -REACH; dx <= REACH; dx++) {
      weights.push(Math.exp(-(dx * dx + dy * dy) / (2 * SIGMA * SIGMA)));
    }
  }
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

const weights = window();

/** (1 − λ)·mean |x − y| + λ·(1 − mean SSIM) of pictures [H, W, 3]; zeros beyond the edges. */
export function loss(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { height, width, structural }: {
    readonly height: number;
    readonly width: number;
    readonly structural: number;
  },
): number {
  const values = 3 * height * width;
  let absolute = 0, similarity = 0;
  for (let k = 0; k < values; k++) absolute += Math.abs(x[k] - y[k]);
  for (let k = 0; k < values && structural > 0; k++) {
    const channel = k % 3, px = Math.floor(k / 3) % width, py = Math.floor(k / 3 / width);
    let mu = 0, nu = 0, xx = 0, yy = 0, xy = 0;
    for (let dy = -REACH; dy <= REACH; dy++) {
      for (let dx = -REACH; dx <= REACH; dx++) {
        if (px + dx < 0 || px + dx >= width || py + dy < 0 || py + dy >= height) continue;
        const w = weights[11 * (dy + REACH) + dx + REACH];
        const at = 3 * ((py + dy) * width + px + dx) + channel, a = x[at], b = y[at];
        mu += w * a;
        nu += w * b;
        xx += w * a * a;
        yy += w * b * b;
        xy += w * a * b;
      }
    }
    similarity += (2 * mu * nu + C1) * (2 * (xy - mu * nu) + C2) /
      ((mu * mu + nu * nu + C1) * (xx - mu * mu + yy - nu * nu + C2));
  }
  return (1 - structural) * absolute / values + structural * (1 - similarity / values);
}

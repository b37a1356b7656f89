/**
 * Spherical harmonics of directions.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Functions up to degree 3. */
export const HARMONICS = 16;

/** √(a/(b·π)). */
function root(a: number, b: number): number {
  return Math.sqrt(a / (b * Math.PI));
}

/**
 * The real spherical harmonics of degrees 0 to 3, orthonormal on the sphere, with the signs of Kerbl et
 * al. 2023 (Condon and Shortley's). Müller et al. 2022 call them degree 4. Sloan 2013, "Efficient
 * spherical harmonic evaluation", appendix.
 * @param unit_N3 unit vectors
 * @returns [N, 16], degree after degree, orders −l to l
 */
export function harmonics(unit_N3: tf.Tensor2D): tf.Tensor2D {
  const [x, y, z] = tf.split(unit_N3, 3, 1);
  const [xx, yy, zz] = [x, y, z].map((v) => tf.square(v));
  const times = (c: number, ...factors: tf.Tensor[]) =>
    factors.reduce((product, f) => tf.mul(product, f), tf.mul(tf.onesLike(x), c));
  const fifth = tf.sub(tf.mul(zz, 5), 1);
  return tf.concat([
    times(root(1, 4)),
    times(-root(3, 4), y),
    times(root(3, 4), z),
    times(-root(3, 4), x),
    times(root(15, 4), x, y),
    times(-root(15, 4), y, z),
    times(root(5, 16), tf.sub(tf.mul(zz, 3), 1)),
    times(-root(15, 4), x, z),
    times(root(15, 16), tf.sub(xx, yy)),
    times(-root(35, 32), y, tf.sub(tf.mul(xx, 3), yy)),
    times(root(105, 4), x, y, z),
    times(-root(21, 32), y, fifth),
    times(root(7, 16), z, tf.sub(tf.mul(zz, 5), 3)),
    times(-root(21, 32), x, fifth),
    times(root(105, 16), z, tf.sub(xx, yy)),
    times(-root(35, 32), x, tf.sub(xx, tf.mul(yy, 3))),
  ], 1) as tf.Tensor2D;
}

/**
 * Noise levels of a batch, and what a network's output means at each.
 *
 * Noisy pictures are x = α x₀ + σ ε. Whatever the network F predicts, what it says the picture is can
 * be written D = skip·x + out·F(in·x), and what F learns is data·x₀ + noise·ε. So every form trains
 * by the same squared error and is sampled by the same D.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** A number for all pictures, or one a picture: [B, 1, 1, 1]. */
export type Each = number | tf.Tensor4D;

/** How noisy each picture of a batch is. */
export interface Level {
  readonly alpha: Each;
  readonly sigma: Each;
  /** dα/dt and dσ/dt along the path; where a velocity is predicted. */
  readonly alphaRate?: Each;
  readonly sigmaRate?: Each;
  /** The time or noise level as the network is told it, of order one. */
  readonly told_B: tf.Tensor1D;
}

/** What a network's output means; see the module. */
export interface Reading {
  readonly skip: Each;
  readonly out: Each;
  readonly in: Each;
  readonly data: Each;
  readonly noise: Each;
}

/** A way of reading outputs. */
export type Parametrisation = (level: Level) => Reading;

/** [B] as [B, 1, 1, 1]. */
export function each(value_B: tf.Tensor1D): tf.Tensor4D {
  return tf.reshape(value_B, [-1, 1, 1, 1]);
}

const mul = (a: Each, b: Each) => tf.mul(a, b) as tf.Tensor4D;
const sub = (a: Each, b: Each) => tf.sub(a, b) as tf.Tensor4D;
const div = (a: Each, b: Each) => tf.div(a, b) as tf.Tensor4D;
const neg = (a: Each) => tf.neg(a) as tf.Tensor4D;

/** F is the noise. Ho et al. 2020 (arXiv:2006.11239), eq. 14. */
export const predictsNoise: Parametrisation = ({ alpha, sigma }) => ({
  skip: div(1, alpha),
  out: neg(div(sigma, alpha)),
  in: 1,
  data: 0,
  noise: 1,
});

/** F is the picture. */
export const predictsData: Parametrisation = () => ({ skip: 0, out: 1, in: 1, data: 1, noise: 0 });

/** F is v = α ε − σ x₀, where α² + σ² = 1. Salimans & Ho 2022 (arXiv:2202.00512), section 4. */
export const predictsV: Parametrisation = ({ alpha, sigma }) => ({
  skip: alpha,
  out: neg(sigma),
  in: 1,
  data: neg(sigma),
  noise: alpha,
});

/**
 * F is the velocity u = α' x₀ + σ' ε. With x it gives x₀ = (σ' x − σ u)/(α σ' − α' σ). Lipman et al.
 * 2023 (arXiv:2210.02747), eq. 14; Liu et al. 2023 (arXiv:2209.03003), eq. 1.
 */
export const predictsVelocity: Parametrisation = ({ alpha, sigma, alphaRate, sigmaRate }) => {
  const [da, ds] = [alphaRate!, sigmaRate!];
  const determinant = sub(mul(alpha, ds), mul(da, sigma));
  return {
    skip: div(ds, determinant),
    out: neg(div(sigma, determinant)),
    in: 1,
    data: da,
    noise: ds,
  };
};

/**
 * EDM's preconditioning, on any path: inputs and targets of variance 1 and the least amplification of
 * F's errors, for data of standard deviation σ_d. With N² = α²σ_d² + σ² it is skip = ασ_d²/N²,
 * out = σσ_d/N, in = 1/N, and F learns (σ/σ_d·x₀ − ασ_d·ε)/N. Karras et al. 2022 (arXiv:2206.00364),
 * table 1 and appendix B.6, where α = 1.
 */
export function preconditioned(sigmaData: number): Parametrisation {
  return ({ alpha, sigma }) => {
    const signal = mul(alpha, sigmaData);
    const norm = tf.sqrt(tf.add(mul(signal, signal), mul(sigma, sigma))) as tf.Tensor4D;
    return {
      skip: div(mul(signal, sigmaData), mul(norm, norm)),
      out: div(mul(sigma, sigmaData), norm),
      in: div(1, norm),
      data: div(sigma, mul(norm, sigmaData)),
      noise: neg(div(signal, norm)),
    };
  };
}

/**
 * The same where D must be x exactly at the noise `least`, α = 1: skip = σ_d²/((σ − least)² + σ_d²) and
 * out = σ_d(σ − least)/√(σ² + σ_d²). Song et al. 2023 (arXiv:2303.01469), appendix C.
 */
export function anchored(sigmaData: number, least: number): Parametrisation {
  const square = sigmaData * sigmaData;
  return ({ sigma }) => {
    const above = sub(sigma, least);
    const norm = tf.sqrt(tf.add(mul(sigma, sigma), square)) as tf.Tensor4D;
    const out = div(mul(above, sigmaData), norm);
    const skip = div(square, tf.add(mul(above, above), square) as tf.Tensor4D);
    return {
      skip,
      out,
      in: div(1, norm),
      data: div(sub(1, skip), out),
      noise: neg(div(mul(skip, sigma), out)),
    };
  };
}

/**
 * The weight that makes (F − target)² the squared error of the velocity u = α' D + σ' ε̂, ε̂ being
 * (x − αD)/σ: an error of D is (α σ' − α' σ)/σ times as much of u. 1 where F is u.
 */
export function velocityWeight(
  { alpha, sigma, alphaRate, sigmaRate }: Level,
  { out }: Reading,
): Each {
  const determinant = sub(mul(alpha, sigmaRate!), mul(alphaRate!, sigma));
  return tf.square(div(mul(determinant, out), sigma)) as tf.Tensor4D;
}

/** x = α x₀ + σ ε. */
export function noisy(
  { alpha, sigma }: Level,
  { data_BHWC, noise_BHWC }: { data_BHWC: tf.Tensor4D; noise_BHWC: tf.Tensor4D },
): tf.Tensor4D {
  return tf.add(tf.mul(alpha, data_BHWC), tf.mul(sigma, noise_BHWC));
}

/** What F should say: data·x₀ + noise·ε. */
export function target(
  { data, noise }: Reading,
  { data_BHWC, noise_BHWC }: { data_BHWC: tf.Tensor4D; noise_BHWC: tf.Tensor4D },
): tf.Tensor4D {
  if (data === 0) return tf.mul(noise, noise_BHWC);
  if (noise === 0) return tf.mul(data, data_BHWC);
  return tf.add(tf.mul(data, data_BHWC), tf.mul(noise, noise_BHWC));
}

/** D = skip·x + out·F. */
export function dataFrom(
  { skip, out }: Reading,
  { x_BHWC, output_BHWC }: { x_BHWC: tf.Tensor4D; output_BHWC: tf.Tensor4D },
): tf.Tensor4D {
  const said_BHWC = tf.mul(out, output_BHWC) as tf.Tensor4D;
  return skip === 0 ? said_BHWC : tf.add(tf.mul(skip, x_BHWC), said_BHWC);
}

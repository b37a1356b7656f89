/**
 * A mixture of Gaussians with full covariances, fitted on the host: what an autoencoder, which has
 * no prior of its own, draws its codes from. Ghosh et al. 2020, "From Variational to Deterministic
 * Autoencoders" (arXiv:1903.12436), section 4, call this ex-post density estimation.
 *
 * Expectation-maximisation (Dempster et al. 1977) with a weak prior on the covariances (Fraley &
 * Raftery 2007), in float64 with no platform maths: the same bits on every machine.
 * @module
 */
import { exp, HALF_LOG_TWO_PI, log, logSumExp } from "../../../numeric/mod.ts";
import { hostFold, type HostKey, hostUniform } from "../../../random/host/mod.ts";
import type { Features } from "../../../algebra/mod.ts";

/** Σ_k w_k N(m_k, L_k L_kᵀ). Row-major; K components in Z dimensions. */
export interface GaussianMixture {
  readonly components: number;
  readonly dimension: number;
  /** [K], summing to 1. */
  readonly weights: Float64Array;
  /** [K, Z] */
  readonly means: Float64Array;
  /** [K, Z, Z], lower triangular with a positive diagonal. */
  readonly factors: Float64Array;
}

/** How to fit. */
export interface MixtureOptions {
  /** Components K; fewer where there are fewer points. */
  readonly components: number;
  /** Chooses the first centres. */
  readonly key: HostKey;
  /** At most so many rounds of expectation-maximisation. Default 30. */
  readonly iterations?: number;
  /** Stop when a round gains less than this, nats a point. Default 1e-3. */
  readonly tolerance?: number;
  /**
   * Weight of the covariances' prior, in points a component. Default Z: without it a component
   * with fewer points than dimensions has no inverse.
   */
  readonly prior?: number;
}

/** What a fit gives beside the mixture. */
export interface MixtureFit {
  readonly mixture: GaussianMixture;
  /** Objective before each round's update, nats a point: mean log density plus the log prior. Never falls. */
  readonly objective: readonly number[];
}

/**
 * The lower Cholesky factor of a symmetric positive definite matrix, row-major [Z, Z].
 * @throws Error where the matrix is not positive definite.
 */
export function choleskyFactor(matrix: Float64Array, dimension: number): Float64Array {
  const lower = new Float64Array(dimension * dimension);
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * dimension + j];
      for (let k = 0; k < j; k++) sum -= lower[i * dimension + k] * lower[j * dimension + k];
      if (i !== j) lower[i * dimension + j] = sum / lower[j * dimension + j];
      else if (sum > 0) lower[i * dimension + i] = Math.sqrt(sum);
      else {throw new Error(
          `covariance is not positive definite: pivot ${i} of ${dimension} is ${sum}`,
        );}
    }
  }
  return lower;
}

/** L⁻¹ of a lower triangular L without zeros on its diagonal, row-major [Z, Z]. */
export function invertLower(lower: Float64Array, dimension: number): Float64Array {
  const inverse = new Float64Array(dimension * dimension);
  for (let column = 0; column < dimension; column++) {
    for (let i = column; i < dimension; i++) {
      // Forward substitution of L x = e_column.
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) {
        sum -= lower[i * dimension + k] * inverse[k * dimension + column];
      }
      inverse[i * dimension + column] = sum / lower[i * dimension + i];
    }
  }
  return inverse;
}

/** log w_k − ½ log|2πΣ_k| for each k: what a component's log density is at its mean. */
function logPeaks({ components, dimension: Z, weights, factors }: GaussianMixture): Float64Array {
  return Float64Array.from({ length: components }, (_, k) => {
    if (weights[k] <= 0) return -Infinity;
    let peak = log(weights[k]) - Z * HALF_LOG_TWO_PI;
    for (let i = 0; i < Z; i++) peak -= log(factors[(k * Z + i) * Z + i]);
    return peak;
  });
}

/** log w_k N(x; m_k, Σ_k) for each k, into `out`; `residual` is scratch of length Z. */
function componentLogDensities(
  { components, dimension: Z, means, factors }: GaussianMixture,
  { x, offset, peaks, out, residual }: {
    x: ArrayLike<number>;
    offset: number;
    peaks: Float64Array;
    out: Float64Array;
    residual: Float64Array;
  },
): void {
  for (let k = 0; k < components; k++) {
    // ‖L⁻¹(x − m)‖² by forward substitution.
    let square = 0;
    for (let i = 0; i < Z; i++) {
      let r = x[offset + i] - means[k * Z + i];
      const row = (k * Z + i) * Z;
      for (let j = 0; j < i; j++) r -= factors[row + j] * residual[j];
      r /= factors[row + i];
      residual[i] = r;
      square += r * r;
    }
    out[k] = peaks[k] - 0.5 * square;
  }
}

/** log density of the mixture at the point `x` of length Z, nats. */
export function mixtureLogDensity(mixture: GaussianMixture, x: ArrayLike<number>): number {
  const out = new Float64Array(mixture.components);
  const residual = new Float64Array(mixture.dimension);
  componentLogDensities(mixture, { x, offset: 0, peaks: logPeaks(mixture), out, residual });
  return logSumExp(out);
}

function squaredDistance(points: Features, i: number, centre: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < points.dimension; d++) {
    const difference = points.data[i * points.dimension + d] - centre[d];
    sum += difference * difference;
  }
  return sum;
}

/** k-means++ (Arthur & Vassilvitskii 2007): each next centre with probability ∝ squared distance. */
function firstCentres(points: Features, components: number, key: HostKey): Float64Array[] {
  const { count, dimension: Z } = points;
  const row = (i: number) => points.data.slice(i * Z, (i + 1) * Z);
  const draws = hostUniform(hostFold(key, "centres"), components);
  const centres = [row(Math.min(count - 1, Math.floor(draws[0] * count)))];
  const nearest = new Float64Array(count).fill(Infinity);
  while (centres.length < components) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      nearest[i] = Math.min(nearest[i], squaredDistance(points, i, centres[centres.length - 1]));
      total += nearest[i];
    }
    let left = draws[centres.length] * total;
    let chosen = 0;
    for (let i = 0; i < count; i++) {
      if (nearest[i] > 0) chosen = i;
      left -= nearest[i];
      if (left < 0) break;
    }
    centres.push(row(chosen));
  }
  return centres;
}

/** Lloyd's rounds from k-means++: the cluster of each point, as responsibilities [N, K] of 0 and 1. */
function firstResponsibilities(points: Features, components: number, key: HostKey): Float64Array {
  const { count, dimension: Z } = points;
  const centres = firstCentres(points, components, key);
  const owner = new Int32Array(count);
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < count; i++) {
      let best = Infinity;
      for (let k = 0; k < components; k++) {
        const distance = squaredDistance(points, i, centres[k]);
        if (distance < best) [best, owner[i]] = [distance, k];
      }
    }
    for (let k = 0; k < components; k++) {
      const sum = new Float64Array(Z);
      let members = 0;
      for (let i = 0; i < count; i++) {
        if (owner[i] !== k) continue;
        members++;
        for (let d = 0; d < Z; d++) sum[d] += points.data[i * Z + d];
      }
      if (members > 0) centres[k] = sum.map((s) => s / members);
    }
  }
  const responsibilities = new Float64Array(count * components);
  for (let i = 0; i < count; i++) responsibilities[i * components + owner[i]] = 1;
  return responsibilities;
}

/** Variance of each dimension, floored so that a constant one still has an inverse. */
function pooledVariances(points: Features): Float64Array {
  const { count, dimension: Z, data } = points;
  const variances = new Float64Array(Z);
  for (let d = 0; d < Z; d++) {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += data[i * Z + d];
    mean /= count;
    for (let i = 0; i < count; i++) variances[d] += (data[i * Z + d] - mean) ** 2;
    variances[d] /= count;
  }
  const floor = 1e-6 * variances.reduce((a, b) => a + b, 0) / Z + 1e-12;
  return variances.map((v) => Math.max(v, floor));
}

interface Prior {
  readonly weight: number;
  /** [Z]: the prior's diagonal covariance. */
  readonly variances: Float64Array;
}

/**
 * w_k = N_k/N, m_k = Σ r x / N_k, Σ_k = (N_k S_k + ν D) / (N_k + ν): the maximum under the prior
 * Π_k |Σ_k|^(−ν/2) exp(−ν/2 tr Σ_k⁻¹D).
 */
function maximise(points: Features, responsibilities: Float64Array, prior: Prior): GaussianMixture {
  const { count, dimension: Z, data } = points;
  const K = responsibilities.length / count;
  const weights = new Float64Array(K);
  const means = new Float64Array(K * Z);
  const factors = new Float64Array(K * Z * Z);
  const centred = new Float64Array(Z);
  for (let k = 0; k < K; k++) {
    let mass = 0;
    const mean = means.subarray(k * Z, (k + 1) * Z);
    for (let i = 0; i < count; i++) {
      const r = responsibilities[i * K + k];
      mass += r;
      for (let d = 0; d < Z; d++) mean[d] += r * data[i * Z + d];
    }
    if (mass > 0) { for (let d = 0; d < Z; d++) mean[d] /= mass; }
    const covariance = new Float64Array(Z * Z);
    for (let i = 0; i < count; i++) {
      const r = responsibilities[i * K + k];
      if (r < 1e-12) continue;
      for (let d = 0; d < Z; d++) centred[d] = data[i * Z + d] - mean[d];
      for (let d = 0; d < Z; d++) {
        const scaled = r * centred[d];
        const row = d * Z;
        for (let e = 0; e <= d; e++) covariance[row + e] += scaled * centred[e];
      }
    }
    for (let d = 0; d < Z; d++) {
      covariance[d * Z + d] += prior.weight * prior.variances[d];
      for (let e = 0; e <= d; e++) covariance[d * Z + e] /= mass + prior.weight;
    }
    weights[k] = mass / count;
    factors.set(choleskyFactor(covariance, Z), k * Z * Z);
  }
  return { components: K, dimension: Z, weights, means, factors };
}

/** −ν/2 Σ_k (log|Σ_k| + tr Σ_k⁻¹D), up to a constant. */
function logPrior({ components, dimension: Z, factors }: GaussianMixture, prior: Prior): number {
  let sum = 0;
  const column = new Float64Array(Z);
  for (let k = 0; k < components; k++) {
    const L = factors.subarray(k * Z * Z, (k + 1) * Z * Z);
    for (let d = 0; d < Z; d++) {
      sum += 2 * log(L[d * Z + d]);
      // tr Σ⁻¹D = Σ_d D_d ‖L⁻¹e_d‖²
      let square = 0;
      for (let i = d; i < Z; i++) {
        let r = i === d ? 1 : 0;
        for (let j = d; j < i; j++) r -= L[i * Z + j] * column[j];
        column[i] = r / L[i * Z + i];
        square += column[i] * column[i];
      }
      sum += prior.variances[d] * square;
    }
  }
  return -0.5 * prior.weight * sum;
}

/** Replaces the responsibilities by those of `mixture`; returns the mean log density, nats. */
function expect(
  points: Features,
  mixture: GaussianMixture,
  responsibilities: Float64Array,
): number {
  const K = mixture.components;
  const out = new Float64Array(K);
  const residual = new Float64Array(points.dimension);
  const peaks = logPeaks(mixture);
  let total = 0;
  for (let i = 0; i < points.count; i++) {
    const offset = i * points.dimension;
    componentLogDensities(mixture, { x: points.data, offset, peaks, out, residual });
    const density = logSumExp(out);
    total += density;
    for (let k = 0; k < K; k++) responsibilities[i * K + k] = exp(out[k] - density);
  }
  return total / points.count;
}

/**
 * Fits a mixture to points.
 * @throws Error where there is no point, or one that is not finite.
 */
export function fitGaussianMixture(points: Features, options: MixtureOptions): MixtureFit {
  const { count, dimension } = points;
  if (count < 1) throw new Error("a mixture needs at least one point, got none");
  const bad = points.data.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    throw new Error(
      `a mixture needs finite points; point ${Math.floor(bad / dimension)} of ${count} holds ` +
        `${points.data[bad]}: the network that made it has diverged`,
    );
  }
  const components = Math.min(options.components, count);
  // D: the pooled variances, shrunk as if the components shared the volume (Fraley & Raftery).
  const shrink = exp(-2 * log(components) / dimension);
  const prior: Prior = {
    weight: options.prior ?? dimension,
    variances: pooledVariances(points).map((v) => v * shrink),
  };
  const responsibilities = firstResponsibilities(points, components, options.key);
  const objective: number[] = [];
  let mixture = maximise(points, responsibilities, prior);
  for (let round = 0; round < (options.iterations ?? 30); round++) {
    const density = expect(points, mixture, responsibilities);
    objective.push(density + logPrior(mixture, prior) / count);
    const gain = objective[round] - objective[round - 1];
    if (gain < (options.tolerance ?? 1e-3)) break;
    mixture = maximise(points, responsibilities, prior);
  }
  return { mixture, objective };
}

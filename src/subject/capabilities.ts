/**
 * What a trained model can do.
 * @module
 */

/** What a trained family can do; metrics ask this before they ask for a program. */
export interface Capabilities {
  /** `none`: no number; `bound`: ELBO and IW-K; `exact`. */
  readonly likelihood: "exact" | "bound" | "none";
  /** Over which measure a likelihood is, so that only like is compared with like. */
  readonly measure?: "discrete-256" | "density" | "bernoulli" | "tokens";
  readonly latent: "continuous" | "discrete" | "none";
  readonly reconstructs: boolean;
  readonly samples: boolean;
  /**
   * Whether draws of `log_weight` are importance weights, so that the mean of K of them tightens the
   * bound. Default true; false where a draw only estimates the bound (a random time of a diffusion).
   */
  readonly importance?: boolean;
  /** Names of the class factors that samples can be asked for; default none. */
  readonly conditions?: readonly string[];
  /** Evaluations of the largest network that one sample takes; default 1. */
  readonly evaluations?: number;
  /** Whether a request may ask for another number of evaluations. Default false. */
  readonly anyEvaluations?: boolean;
  /** Whether a request may ask for another guidance. Default false. */
  readonly guidance?: boolean;
  /** Length of the standard normal vector that `decode` maps to a sample; none: `decode` takes codes of `encode` alone. */
  readonly noise?: number;
  /** Discrete latents: K codes to choose from, T of them a picture. */
  readonly codes?: { readonly size: number; readonly count: number };
  /** Whether there is a `score`. Default false. */
  readonly critic?: boolean;
  /** Whether `encode` also gives `logVariance_BZ`: q(z|x) is a normal. Default false. */
  readonly posterior?: boolean;
}

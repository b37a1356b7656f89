/**
 * Losses of pairs of answers to one prompt, x: y⁺ was chosen and y⁻ rejected.
 *
 * c and r stand for what a model says of y⁺ and y⁻. With a reference they are log-ratios, ln π(y|x) −
 * ln π_ref(y|x); without one ln π(y|x) itself. Where a loss takes means, both are divided by the number
 * of tokens of their answer. Δ = c − r, and σ is the logistic function.
 *
 * Each loss is a pure function of them, one number a pair. They are written with softplus(−u) = −ln σ(u).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { softplus } from "../../../../nn/mod.ts";
import { log } from "../../../../numeric/mod.ts";

/** What a loss is told of a batch of pairs: see the module. [B] each */
export interface PairValues {
  readonly chosen_B: tf.Tensor1D;
  readonly rejected_B: tf.Tensor1D;
}

/** Numbers that losses are set by. */
export interface LossNumbers {
  readonly beta: number;
  /** ε: share of pairs that are taken to be the wrong way round. */
  readonly smoothing: number;
  /** Margin of SimPO. */
  readonly gamma: number;
  /** KTO's weights of chosen and of rejected answers. */
  readonly desirable: number;
  readonly undesirable: number;
}

/** A loss of pairs. */
export interface PreferenceLoss {
  readonly about: string;
  readonly paper: string;
  /** Whether c and r are ratios to a reference. */
  readonly reference: boolean;
  /** Whether they are means over tokens, where a config doesn't say. */
  readonly mean: boolean;
  /** β, where a config doesn't say; ε likewise, left out: 0. */
  readonly beta: number;
  readonly smoothing?: number;
  /**
   * Of losses that also raise the likelihood of what was chosen, as −ln p a token: the weight of that
   * term where a config doesn't say, and whether the tokens of the prompt count in it.
   */
  readonly likelihood?: { readonly weight: number; readonly prompt: boolean };
  /**
   * [B]
   * @param divergence KTO's estimate of the divergence from the reference, scalar; of no other loss
   */
  loss(pairs: PairValues, numbers: LossNumbers, divergence?: tf.Scalar): tf.Tensor1D;
}

/** −ln σ(u). */
const surprise = (u: tf.Tensor1D) => softplus(tf.neg(u) as tf.Tensor1D) as tf.Tensor1D;

/** u·v, u + v and so on, typed. */
const scaled = (u: tf.Tensor1D, by: number) => tf.mul(u, by) as tf.Tensor1D;
const delta = ({ chosen_B, rejected_B }: PairValues) => tf.sub(chosen_B, rejected_B) as tf.Tensor1D;

/** −(1 − ε) ln σ(u) − ε ln σ(−u). Mitchell 2023, "A note on DPO with noisy preferences". */
function smoothed(u: tf.Tensor1D, epsilon: number): tf.Tensor1D {
  if (epsilon === 0) return surprise(u);
  const flipped = surprise(tf.neg(u) as tf.Tensor1D);
  return tf.add(tf.mul(surprise(u), 1 - epsilon), tf.mul(flipped, epsilon)) as tf.Tensor1D;
}

/** Probabilities below this from one are told from it by float32: ln(1 − p) stays finite. */
const NEAREST_ZERO = -(2 ** -23);

/** ln(1 − eˣ) for x < 0. */
function log1mexp(x: tf.Tensor1D): tf.Tensor1D {
  return tf.log(tf.neg(tf.expm1(tf.minimum(x, NEAREST_ZERO)))) as tf.Tensor1D;
}

const dpo: PreferenceLoss = {
  about: "−ln σ(βΔ)",
  paper: "arXiv:2305.18290", // Rafailov et al. 2023, eq. 7
  reference: true,
  mean: false,
  beta: 0.1,
  loss: (pairs, { beta, smoothing }) => smoothed(scaled(delta(pairs), beta), smoothing),
};

const ipo: PreferenceLoss = {
  about: "(Δ − 1/2β)²",
  // Azar et al. 2023, eq. 17, with τ = β. Means over tokens, as its authors had it run (in TRL).
  paper: "arXiv:2310.12036",
  reference: true,
  mean: true,
  beta: 0.1,
  loss: (pairs, { beta }) => tf.square(tf.sub(delta(pairs), 1 / (2 * beta))) as tf.Tensor1D,
};

const hinge: PreferenceLoss = {
  about: "max(0, 1 − βΔ), SLiC on ratios to the reference",
  paper: "arXiv:2309.06657", // Liu et al. 2023, RSO; without a reference Zhao et al. 2023 (2305.10425)
  reference: true,
  mean: false,
  beta: 0.1,
  loss: (pairs, { beta }) => tf.relu(tf.sub(1, scaled(delta(pairs), beta))) as tf.Tensor1D,
};

const robust: PreferenceLoss = {
  about: "(−(1 − ε) ln σ(βΔ) + ε ln σ(−βΔ))/(1 − 2ε): unbiased where a share ε is flipped",
  paper: "arXiv:2403.00409", // Chowdhury et al. 2024
  reference: true,
  mean: false,
  beta: 0.1,
  loss(pairs, { beta, smoothing }) {
    const u = scaled(delta(pairs), beta), flipped = surprise(tf.neg(u) as tf.Tensor1D);
    const clean = tf.mul(surprise(u), 1 - smoothing);
    return tf.div(tf.sub(clean, tf.mul(flipped, smoothing)), 1 - 2 * smoothing) as tf.Tensor1D;
  },
};

const exo: PreferenceLoss = {
  about: "KL of (σ(βΔ), σ(−βΔ)) from (1 − ε, ε)",
  paper: "arXiv:2402.00856", // Ji et al. 2024, eq. 16
  reference: true,
  mean: false,
  beta: 0.1,
  smoothing: 0.001,
  loss(pairs, { beta, smoothing }) {
    const u = scaled(delta(pairs), beta), v = tf.neg(u) as tf.Tensor1D;
    const chosen = tf.sub(tf.neg(surprise(u)), log(1 - smoothing));
    const rejected = tf.sub(tf.neg(surprise(v)), log(smoothing));
    return tf.add(tf.mul(tf.sigmoid(u), chosen), tf.mul(tf.sigmoid(v), rejected)) as tf.Tensor1D;
  },
};

const nca: PreferenceLoss = {
  about: "−ln σ(βc) − ½ ln σ(−βc) − ½ ln σ(−βr)",
  paper: "arXiv:2402.05369", // Chen et al. 2024, with two answers
  reference: true,
  mean: false,
  beta: 0.1,
  loss({ chosen_B, rejected_B }, { beta }) {
    const c = scaled(chosen_B, beta), [notC, notR] = [scaled(c, -1), scaled(rejected_B, -beta)];
    return tf.add(surprise(c), tf.mul(tf.add(surprise(notC), surprise(notR)), 0.5)) as tf.Tensor1D;
  },
};

const sppo: PreferenceLoss = {
  about: "(c − 1/2β)² + (r + 1/2β)²",
  paper: "arXiv:2405.00675", // Wu et al. 2024, eq. 4.7 with probabilities of one and zero; η = 1/β
  reference: true,
  mean: false,
  beta: 0.1,
  loss({ chosen_B, rejected_B }, { beta }) {
    const half = 1 / (2 * beta);
    return tf.add(
      tf.square(tf.sub(chosen_B, half)),
      tf.square(tf.add(rejected_B, half)),
    ) as tf.Tensor1D;
  },
};

const apoZero: PreferenceLoss = {
  about: "1 − σ(βc) + σ(βr): chosen answers are better than the model's own",
  paper: "arXiv:2408.06266", // D'Oosterlinck et al. 2024, eq. 7
  reference: true,
  mean: false,
  beta: 0.1,
  loss({ chosen_B, rejected_B }, { beta }) {
    const [c, r] = [scaled(chosen_B, -beta), scaled(rejected_B, beta)];
    return tf.add(tf.sigmoid(c), tf.sigmoid(r)) as tf.Tensor1D;
  },
};

const apoDown: PreferenceLoss = {
  about: "σ(βc) + 1 − σ(βΔ): chosen answers are worse than the model's own",
  paper: "arXiv:2408.06266", // eq. 8
  reference: true,
  mean: false,
  beta: 0.1,
  loss(pairs, { beta }) {
    const c = scaled(pairs.chosen_B, beta);
    return tf.add(tf.sigmoid(c), tf.sigmoid(scaled(delta(pairs), -beta))) as tf.Tensor1D;
  },
};

/** τ of DiscoPOP, as its authors found it. */
const DISCOVERED = 0.05;

const discopop: PreferenceLoss = {
  about: "(1 − σ(u/τ)) · −ln σ(u) + σ(u/τ) · e⁻ᵘ, u = βΔ and τ = 0.05",
  paper: "arXiv:2406.08414", // Lu et al. 2024, eq. 5
  reference: true,
  mean: false,
  beta: 0.1,
  loss(pairs, { beta }) {
    const u = scaled(delta(pairs), beta), share = tf.sigmoid(tf.div(u, DISCOVERED));
    const logistic = tf.mul(surprise(u), tf.sub(1, share));
    return tf.add(logistic, tf.mul(tf.exp(tf.neg(u)), share)) as tf.Tensor1D;
  },
};

const kto: PreferenceLoss = {
  about: "mean of λ⁺ (1 − σ(β(c − z))) and λ⁻ (1 − σ(β(z − r))), z the divergence",
  // Ethayarajh et al. 2024. The two answers of a pair are two examples, one of each kind.
  paper: "arXiv:2402.01306",
  reference: true,
  mean: false,
  beta: 0.1,
  loss({ chosen_B, rejected_B }, { beta, desirable, undesirable }, divergence) {
    if (divergence === undefined) throw new TypeError("kto: no divergence from the reference");
    // 1 − σ(u) = σ(−u).
    const chosen = tf.sigmoid(tf.mul(tf.sub(divergence, chosen_B), beta));
    const rejected = tf.sigmoid(tf.mul(tf.sub(rejected_B, divergence), beta));
    return tf.div(
      tf.add(tf.mul(chosen, desirable), tf.mul(rejected, undesirable)),
      2,
    ) as tf.Tensor1D;
  },
};

const orpo: PreferenceLoss = {
  about: "−ln p of prompt and chosen answer a token − β ln σ(ln odds(y⁺) − ln odds(y⁻))",
  paper: "arXiv:2403.07691", // Hong et al. 2024, eq. 6 and 7; β is their λ
  reference: false,
  mean: true,
  beta: 0.1,
  likelihood: { weight: 1, prompt: true },
  loss(pairs, { beta }) {
    const { chosen_B, rejected_B } = pairs;
    // ln odds(y) = ln p − ln(1 − p), p the geometric mean of the tokens' probabilities.
    const rest = tf.sub(log1mexp(chosen_B), log1mexp(rejected_B));
    return scaled(surprise(tf.sub(delta(pairs), rest) as tf.Tensor1D), beta);
  },
};

const simpo: PreferenceLoss = {
  about: "−ln σ(βΔ − γ)",
  paper: "arXiv:2405.14734", // Meng et al. 2024
  reference: false,
  mean: true,
  beta: 2,
  loss: (pairs, { beta, gamma, smoothing }) =>
    smoothed(tf.sub(scaled(delta(pairs), beta), gamma) as tf.Tensor1D, smoothing),
};

const cpo: PreferenceLoss = {
  about: "−ln σ(βΔ) − ln p of the chosen answer a token",
  paper: "arXiv:2401.08417", // Xu et al. 2024
  reference: false,
  mean: false,
  beta: 0.1,
  likelihood: { weight: 1, prompt: false },
  loss: (pairs, { beta, smoothing }) => smoothed(scaled(delta(pairs), beta), smoothing),
};

/** Losses by the names that a suite gives them. */
export const preferenceLosses = {
  dpo,
  ipo,
  kto,
  orpo,
  simpo,
  cpo,
  hinge,
  robust,
  exo_pair: exo,
  nca_pair: nca,
  sppo_hard: sppo,
  apo_zero: apoZero,
  apo_down: apoDown,
  discopop,
} as const satisfies Readonly<Record<string, PreferenceLoss>>;

/** One of the names. */
export type PreferenceName = keyof typeof preferenceLosses;

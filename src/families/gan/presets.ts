/**
 * The presets of a GAN: papers as rows of a table whose columns are the parts that can be combined.
 * @module
 */

/** What the two networks play for; see `objective.ts`. */
export const losses = [
  "non-saturating",
  "saturating",
  "wasserstein",
  "hinge",
  "relativistic",
] as const;
/** A loss's name. */
export type LossName = typeof losses[number];

/** What the networks are made of; see `networks/`. */
export const architectures = ["dcgan", "sngan", "residual", "style"] as const;
/** An architecture's name. */
export type Architecture = typeof architectures[number];

/** What the discriminator's slope is held to; see `gradient_penalty.ts`. */
export const penalties = ["none", "gradient", "r1", "r1-r2"] as const;
/** A penalty's name. */
export type PenaltyName = typeof penalties[number];

/** What a form fixes. */
export interface Preset {
  readonly loss: LossName;
  readonly architecture: Architecture;
  readonly penalty: PenaltyName;
  readonly spectralNorm: boolean;
  /** Share of pictures that an augmentation touches; `adaptive` sets it by how D overfits. */
  readonly augment: "none" | "adaptive" | number;
  /** Training steps of the discriminator for each of the generator. */
  readonly criticSteps: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
}

/** Names of the presets. */
export const presetNames = ["dcgan", "wgan-gp", "sngan", "stylegan2", "r3gan"] as const;
/** A preset's name. */
export type PresetName = typeof presetNames[number];

/**
 * The papers. Learning rates are of weights of unit variance (see `networks/equalised_rate.ts`): the share of itself
 * that a weight moves a step. That of r3gan, the default, is for trainings of a few thousand steps,
 * that of dcgan its paper's; the others stand where StyleGAN2's does. Moments are the papers'.
 */
export const presets: Readonly<Record<PresetName, Preset>> = {
  // Radford et al. 2016 (arXiv:1511.06434) with the loss of Goodfellow et al. 2014 (1406.2661). Its
  // rate of 2e-4 moves weights of deviation 0.02 by a hundredth of themselves.
  dcgan: {
    loss: "non-saturating",
    architecture: "dcgan",
    penalty: "none",
    spectralNorm: false,
    augment: "none",
    criticSteps: 1,
    learningRate: 1e-2,
    beta1: 0.5,
    beta2: 0.999,
  },
  // Gulrajani et al. 2017 (arXiv:1704.00028).
  "wgan-gp": {
    loss: "wasserstein",
    architecture: "residual",
    penalty: "gradient",
    spectralNorm: false,
    augment: "none",
    criticSteps: 5,
    learningRate: 2.5e-3,
    beta1: 0,
    beta2: 0.9,
  },
  // Miyato et al. 2018 (arXiv:1802.05957) with the hinge of Lim & Ye 2017. Without a penalty a
  // generator that isn't normalised over the batch, as theirs is, draws one picture.
  sngan: {
    loss: "hinge",
    architecture: "sngan",
    penalty: "none",
    spectralNorm: true,
    augment: "none",
    criticSteps: 1,
    learningRate: 2.5e-3,
    beta1: 0,
    beta2: 0.9,
  },
  // Karras et al. 2020 (arXiv:1912.04958, 2006.06676).
  stylegan2: {
    loss: "non-saturating",
    architecture: "style",
    penalty: "r1",
    spectralNorm: false,
    augment: "adaptive",
    criticSteps: 1,
    learningRate: 2.5e-3,
    beta1: 0,
    beta2: 0.99,
  },
  // Huang et al. 2024 (arXiv:2501.05441).
  r3gan: {
    loss: "relativistic",
    architecture: "residual",
    penalty: "r1-r2",
    spectralNorm: false,
    augment: "none",
    criticSteps: 1,
    learningRate: 1.6e-2,
    beta1: 0,
    beta2: 0.99,
  },
};

/** γ or λ of a penalty, and how many steps lie between two of them, where a suite says neither. */
export const penaltyDefaults: Readonly<Record<PenaltyName, { weight: number; every: number }>> = {
  none: { weight: 0, every: 1 },
  gradient: { weight: 10, every: 1 },
  r1: { weight: 0.02, every: 8 },
  "r1-r2": { weight: 0.02, every: 8 },
};

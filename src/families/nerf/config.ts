/**
 * The settings of a radiance field.
 * @module
 */
import { z } from "zod";

/** What differs from form to form where a config doesn't say. */
interface Preset {
  readonly learningRate: number;
  readonly decay: number;
}

/**
 * Rates are for trainings of some thousand steps. Mildenhall et al. 2020 train for 200,000 steps from
 * 5e-4 to 5e-5, Müller et al. 2022 from 1e-2.
 */
const presets = {
  original: { learningRate: 5e-3, decay: 0.1 },
  hash: { learningRate: 1e-2, decay: 0.05 },
  integrated: { learningRate: 5e-3, decay: 0.1 },
} satisfies Record<string, Preset>;

/** The proposal network of the integrated form. */
const proposal = z.strictObject({
  rounds: z.int().min(1).max(4).default(2)
    .describe("Times that it is asked, each time nearer to what it found; the paper has 2"),
  samples: z.int().min(2).max(512).default(48)
    .describe("Intervals of a ray each time; the paper has 64"),
  width: z.int().min(8).max(512).default(32).describe("Hidden units; the paper has 256"),
  depth: z.int().min(1).max(16).default(2).describe("Hidden layers; the paper has 4"),
});

/** What a suite may say under `nerf`. */
export const config = z.strictObject({
  form: z.enum(["original", "hash", "integrated"]).default("hash")
    .describe(
      "original: sines and cosines of places, a coarse and a fine network; hash: features of a " +
        "multiresolution hash grid and small networks, where the scene is occupied; integrated: sines " +
        "and cosines over the cones that pixels see, where a small proposal network finds something",
    ),
  width: z.int().min(8).max(512).default(64)
    .describe("Hidden units; the paper's original has 256"),
  depth: z.int().min(2).max(16).default(6)
    .describe(
      "Original, integrated: hidden layers; the papers have 8. Places come in again after half of them",
    ),
  coarse: z.int().min(4).max(512).default(48)
    .describe("Original: samples of a ray by the coarse network; the paper has 64"),
  fine: z.int().min(4).max(512).default(96)
    .describe("Original: samples of a ray where the coarse ones have weight; the paper has 128"),
  octaves: z.int().min(1).max(16).default(10).describe("Original, integrated: octaves of places"),
  directionOctaves: z.int().min(1).max(8).default(4).describe(
    "Original, integrated: octaves of directions",
  ),
  levels: z.int().min(1).max(24).default(12).describe("Hash: levels of the grid; the paper has 16"),
  features: z.int().min(1).max(8).default(2).describe("Hash: features a level"),
  rowBits: z.int().min(8).max(20).default(15)
    .describe("Hash: log₂ of a level's rows at most; the paper has 14 to 24"),
  base: z.int().min(2).max(128).default(16).describe("Hash: cells along the coarsest level"),
  finest: z.int().min(2).max(2047).default(512).describe("Hash: cells along the finest level"),
  samples: z.int().min(4).max(512).default(32)
    .describe(
      "Hash: samples of a ray, in equal parts of what of it is occupied; integrated: intervals of a ray",
    ),
  occupancy: z.int().min(8).max(64).default(48)
    .describe("Hash: cells along the grid of what is occupied; the paper has 128"),
  proposal: proposal.optional().describe(
    "Integrated: the network that says where a ray is looked at",
  ),
  skipEmpty: z.boolean().optional().describe(
    "Hash: whether networks are asked of rays alone that meet something occupied, which takes a share of the " +
      "time; on wasm and tensorflow",
  ),
  box: z.strictObject({
    centre: z.array(z.number()).length(3).describe("x, y, z"),
    half: z.number().positive().describe("Half its side"),
  }).optional().describe(
    "Cube that the scene is in; default: by the training cameras, near and far",
  ),
  learningRate: z.number().positive().optional()
    .describe("Adam's learning rate at first; the form's: 5e-3, of hash 1e-2"),
  decay: z.number().positive().max(1).optional()
    .describe(
      "Learning rate at the end, as a share of that, by the same factor each step; the form's",
    ),
}).superRefine((c, context) => {
  const reject = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (c.proposal !== undefined && c.form !== "integrated") {
    reject("proposal", `is of \`form: integrated\`; this one is \`${c.form}\``);
  }
  if (c.skipEmpty === true && c.form !== "hash") {
    reject("skipEmpty", `is of \`form: hash\`; this one is \`${c.form}\``);
  }
  if (c.finest < c.base) reject("finest", `is ${c.finest}, below base, ${c.base}`);
});

/** What a suite said. */
export type Config = z.output<typeof config>;

/** A radiance field's settings, every field set but the box, which a scene has. */
export type Settings = Config & Preset & { readonly proposal: z.output<typeof proposal> };

/** What a config stands for: what it says, else its form's. */
export function settingsOf(config: Config): Settings {
  const { learningRate, decay } = presets[config.form];
  return {
    ...config,
    learningRate: config.learningRate ?? learningRate,
    decay: config.decay ?? decay,
    proposal: config.proposal ?? proposal.parse({}),
  };
}

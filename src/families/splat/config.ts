/**
 * The settings of splats. Rates and costs are those of Kerbl et al. 2023 (arXiv:2308.04079) and, with
 * `density: mcmc`, of Kheradmand et al. 2024 (arXiv:2404.09591).
 * @module
 */
import { z } from "zod";
import { pathText } from "../../base/schema/mod.ts";
import type { Degree } from "../../kernels/mod.ts";

/** Splats at the start, where nothing else is said. */
const COUNT = 10_000;
/** And at most, for each of those. */
const MORE = 3;
const DEGREE = 3;
/** Costs of opacities and sizes with `density: mcmc`. */
const COST = 0.01;

/** What a suite may say under `splat`. */
export const config = z.strictObject({
  weights: pathText().optional().describe(
    "Splats to begin with: a .ply file as 3D Gaussian splatting programs write it, .splat or .spz; with " +
      "`budget: { steps: 0 }` it is scored as it is",
  ),
  count: z.int().min(1).max(2_000_000).optional()
    .describe(`Splats at the start; default: ${COUNT}, or as many as there are \`points\``),
  most: z.int().min(1).max(5_000_000).optional()
    .describe(`Splats at most; default: ${MORE} times those at the start`),
  start: z.enum(["random", "points"]).default("random")
    .describe(
      "random: anywhere in the cube that the cameras see; points: where the data have points",
    ),
  degree: z.int().min(0).max(3).optional().describe(
    "Degree of the spherical harmonics that a colour changes with direction by; one more every " +
      `thirtieth of the training; default: ${DEGREE}, with \`weights\` the file's`,
  ),
  density: z.enum(["fixed", "classic", "mcmc"]).default("mcmc").describe(
    "fixed: as many as at the start; classic: copied, split and taken away by gradient, size and " +
      "opacity; mcmc: dead ones are moved, positions are noisy, up to `most`",
  ),
  screenRadius: z.number().positive().optional().describe(
    "With `density: classic`, once opacities were lowered: radius in pictures, three standard deviations " +
      "in pixels, above which splats are taken away; left out, none are. Kerbl et al.'s program says 20, " +
      "and forgets radii before it looks at them",
  ),
  antialiased: z.boolean().default(false)
    .describe("Whether splats smaller than a pixel fade as they are blurred to it"),
  structural: z.number().min(0).max(1).default(0.2)
    .describe("λ of the loss (1 − λ)·L1 + λ·(1 − SSIM)"),
  opacityCost: z.number().min(0).optional()
    .describe(`Weight of the mean opacity in the loss; default: ${COST} with mcmc, else 0`),
  sizeCost: z.number().min(0).optional()
    .describe(`Weight of the mean size in the loss; default: ${COST} with mcmc, else 0`),
  noise: z.number().min(0).optional().describe(
    "Noise of positions, in units of their learning rate and of the splat's own covariance; " +
      "default: 500,000 with mcmc, else 0",
  ),
  positionRate: z.number().positive().default(1.6e-4)
    .describe("Learning rate of positions at the start, in units of the scene's extent"),
  positionDecay: z.number().gt(0).max(1).default(0.01)
    .describe("Learning rate of positions at the end, as a share of that at the start"),
  sizeRate: z.number().positive().default(5e-3).describe("Learning rate of sizes' logarithms"),
  rotationRate: z.number().positive().default(1e-3).describe("Learning rate of rotations"),
  opacityRate: z.number().positive().default(5e-2).describe("Learning rate of opacities' logits"),
  colourRate: z.number().positive().default(2.5e-3).describe(
    "Learning rate of colours; a twentieth of it for what changes with direction",
  ),
}).superRefine((c, context) => {
  const reject = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (c.most !== undefined && c.count !== undefined && c.most < c.count) {
    reject("most", `is ${c.most}, below \`count\`, ${c.count}`);
  }
  if (c.most !== undefined && c.density === "fixed") {
    reject("most", "has no effect with `density: fixed`; leave it out, or choose classic or mcmc");
  }
  if (c.screenRadius !== undefined && c.density !== "classic") {
    reject(
      "screenRadius",
      `has no effect with \`density: ${c.density}\`; leave it out, or choose classic`,
    );
  }
  if (c.weights === undefined) return;
  if (c.count !== undefined) reject("count", "can't be given beside `weights`, which has its own");
  if (c.start !== "random") reject("start", "can't be given beside `weights`, which is the start");
});

/** The settings, as a suite gives them; what is left out follows. */
export type Config = z.output<typeof config>;

/** What is left out of a config, of splats that begin as so many. */
export interface Settled {
  readonly count: number;
  readonly most: number;
  readonly degree: Degree;
  readonly opacityCost: number;
  readonly sizeCost: number;
  readonly noise: number;
  /** How splats that no file gives begin: see `Begins`. */
  readonly begins: { readonly opacity: number; readonly size: number };
}

/** A config with what it leaves out. */
export function settled(
  c: Config,
  { begins = c.count ?? COUNT, degree = DEGREE }: {
    /** Splats of a file, or points of the data. */
    readonly begins?: number;
    /** Of a file. */
    readonly degree?: Degree;
  } = {},
): Settled {
  const mcmc = c.density === "mcmc";
  return {
    count: begins,
    most: c.density === "fixed" ? begins : Math.max(begins, c.most ?? MORE * begins),
    degree: (c.degree ?? degree) as Degree,
    opacityCost: c.opacityCost ?? (mcmc ? COST : 0),
    sizeCost: c.sizeCost ?? (mcmc ? COST : 0),
    noise: c.noise ?? (mcmc ? 5e5 : 0),
    // Theirs: few that are seen well and are moved to where they lack, or a fog that covers all.
    begins: mcmc ? { opacity: 0.5, size: 0.1 } : { opacity: 0.1, size: 1 },
  };
}

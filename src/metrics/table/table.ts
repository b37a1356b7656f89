/**
 * The table of metrics: one row each, with all that reports, rankings, figures and `evaluate` need to
 * know of it. Nothing is loaded before it is asked for, and no other file knows a metric's name.
 * @module
 */
import type { Metric } from "../metric.ts";
import type { Standing } from "./standing.ts";

/** A row: how the metric is loaded, and how it stands; what is left out is as `standingByDefault`. */
export interface MetricRow extends Partial<Standing> {
  readonly load: () => Promise<Metric>;
}

/**
 * Imports a module of this room when it is asked for. The path is no literal, since Deno would then read
 * every metric, and all that it imports, before `--help` prints; a test loads every row.
 */
async function lazily<M>(path: string): Promise<M> {
  return await import(new URL(path, import.meta.url).href);
}

/** A built-in row says these of itself. */
type BuiltIn = MetricRow & Pick<Standing, "theme" | "of">;

/** Built-in metrics, by the names that suites and records have for them. */
export const builtInMetrics = {
  reconstruction: {
    load: () =>
      lazily<typeof import("../image/reconstruction.ts")>("../image/reconstruction.ts").then((m) =>
        m.reconstruction
      ),
    theme: "likelihood",
    of: "held-out",
    quality: 5,
    values: { psnr: /^PSNR@(?<samples>\d+)$/ },
  },
  likelihood: {
    load: () =>
      lazily<typeof import("../likelihood/likelihood.ts")>("../likelihood/likelihood.ts").then((
        m,
      ) => m.likelihood),
    theme: "likelihood",
    of: "held-out",
    quality: 4,
    headline: /^bits\/dim/,
  },
  frechet: {
    load: () =>
      lazily<typeof import("../features/frechet.ts")>("../features/frechet.ts").then((m) =>
        m.frechet
      ),
    theme: "samples",
    of: "samples",
    quality: 1,
    comparesSamples: true,
    headline: /./,
    scaled: "FD",
    contradicts: "reference",
    values: { distance: /^FD-(?<extractor>.+)@(?<samples>\d+)$/ },
    sets: {
      frechet: { needs: "moments", usual: true },
      spatial_frechet: {
        needs: "pixels",
        most: 5000,
        settings: { spatial: true },
        usual: false,
      },
    },
  },
  few_steps: {
    load: () =>
      lazily<typeof import("../features/few_steps.ts")>("../features/few_steps.ts").then((m) =>
        m.fewSteps
      ),
    theme: "few-steps",
    of: "samples",
    comparesSamples: true,
    headline: "none",
    values: { atEvaluations: /^(?<base>.+)-nfe(?<evaluations>\d+)$/ },
  },
  frechet_infinity: {
    load: () =>
      lazily<typeof import("../features/frechet_infinity.ts")>("../features/frechet_infinity.ts")
        .then((m) => m.frechetInfinity),
    theme: "samples",
    of: "samples",
    comparesSamples: true,
    sets: { frechet_infinity: { needs: "features", most: 50_000, usual: false } },
  },
  kernel: {
    load: () =>
      lazily<typeof import("../features/kernel.ts")>("../features/kernel.ts").then((m) => m.kernel),
    theme: "samples",
    of: "samples",
    quality: 2,
    comparesSamples: true,
    sets: { kernel: { needs: "features", most: 5000, usual: true } },
  },
  sliced: {
    load: () =>
      lazily<typeof import("../features/sliced.ts")>("../features/sliced.ts").then((m) => m.sliced),
    theme: "samples",
    of: "samples",
    comparesSamples: true,
    sets: { sliced: { needs: "features", most: 50_000, usual: false } },
  },
  coverage: {
    load: () =>
      lazily<typeof import("../features/coverage.ts")>("../features/coverage.ts").then((m) =>
        m.coverage
      ),
    theme: "samples",
    of: "samples",
    quality: 3,
    comparesSamples: true,
    headline: /^coverage-/,
    contradicts: "compared",
    sets: { coverage: { needs: "features", most: 5000, usual: true } },
  },
  clipped: {
    load: () =>
      lazily<typeof import("../features/clipped.ts")>("../features/clipped.ts").then((m) =>
        m.clipped
      ),
    theme: "samples",
    of: "samples",
    comparesSamples: true,
    headline: /^clipped-coverage-/,
    sets: { clipped: { needs: "features", most: 5000, usual: false } },
  },
  feature_likelihood: {
    load: () =>
      lazily<typeof import("../features/feature_likelihood.ts")>(
        "../features/feature_likelihood.ts",
      )
        .then((m) => m.featureLikelihoodMetric),
    theme: "diversity",
    of: "samples",
  },
  vendi: {
    load: () =>
      lazily<typeof import("../features/vendi.ts")>("../features/vendi.ts").then((m) => m.vendi),
    theme: "diversity",
    of: "samples",
    sets: { vendi: { needs: "features", most: 5000, alone: "equal", usual: false } },
  },
  similarity: {
    load: () =>
      lazily<typeof import("../features/similarity.ts")>("../features/similarity.ts").then((m) =>
        m.similarity
      ),
    theme: "diversity",
    of: "samples",
    sets: { similarity: { needs: "pixels", most: 1000, alone: "any", usual: false } },
  },
  class_score: {
    load: () =>
      lazily<typeof import("../features/class_score.ts")>("../features/class_score.ts").then((m) =>
        m.classScore
      ),
    theme: "samples",
    of: "samples",
    comparesSamples: true,
    sets: { class_score: { needs: "pixels", most: 5000, alone: "equal", usual: false } },
  },
  path_length: {
    load: () =>
      lazily<typeof import("../latents/path_length.ts")>("../latents/path_length.ts").then((m) =>
        m.pathLength
      ),
    theme: "control",
    of: "latents",
  },
  authenticity: {
    load: () =>
      lazily<typeof import("../copies/authenticity.ts")>("../copies/authenticity.ts").then((m) =>
        m.authenticity
      ),
    theme: "diversity",
    of: "samples",
  },
  duplicates: {
    load: () =>
      lazily<typeof import("../copies/duplicates.ts")>("../copies/duplicates.ts").then((m) =>
        m.duplicates
      ),
    theme: "samples",
    of: "samples",
    values: { nearness: /^train-distance-(?<extractor>.+)@(?<samples>\d+)$/ },
    searches: "train",
    sets: { duplicates: { needs: "features", most: 5000, mostReal: 8000, usual: true } },
  },
  discriminator: {
    load: () =>
      lazily<typeof import("../copies/discriminator.ts")>("../copies/discriminator.ts").then((m) =>
        m.discriminator
      ),
    theme: "discriminator",
    of: "samples",
  },
  shares: {
    load: () =>
      lazily<typeof import("../labels/shares.ts")>("../labels/shares.ts").then((m) => m.shares),
    theme: "shares",
    of: "samples",
    values: { classShares: /^shares-/ },
  },
  control: {
    load: () =>
      lazily<typeof import("../latents/factor_control.ts")>("../latents/factor_control.ts").then((
        m,
      ) => m.factorControl),
    theme: "control",
    of: "latents",
    headline: /^read-/,
    values: { reading: /^read-(?<factor>.+)@(?<samples>\d+)$/ },
  },
  conditional: {
    load: () =>
      lazily<typeof import("../labels/conditional.ts")>("../labels/conditional.ts").then((m) =>
        m.conditional
      ),
    theme: "control",
    of: "samples",
    headline: /-of-ceiling@\d+$/,
    values: { ofCeiling: /^cond-(?<factor>.+)-of-ceiling@(?<samples>\d+)/ },
  },
  disentanglement: {
    load: () =>
      lazily<typeof import("../latents/disentanglement.ts")>("../latents/disentanglement.ts").then((
        m,
      ) => m.disentanglement),
    theme: "control",
    of: "latents",
  },
  codes: {
    load: () =>
      lazily<typeof import("../latents/codes.ts")>("../latents/codes.ts").then((m) => m.codes),
    theme: "codes",
    of: "latents",
    values: { perplexity: /^code-perplexity@(?<samples>\d+)$/ },
  },
  posterior: {
    load: () =>
      lazily<typeof import("../latents/posterior.ts")>("../latents/posterior.ts").then((m) =>
        m.posterior
      ),
    theme: "other",
    of: "latents",
  },
  face: {
    load: () => lazily<typeof import("../image/face.ts")>("../image/face.ts").then((m) => m.face),
    theme: "other",
    of: "samples",
  },
  views: {
    load: () =>
      lazily<typeof import("../views/views.ts")>("../views/views.ts").then((m) => m.views),
    theme: "views",
    of: "held-out",
    headline: /^foreground-PSNR@/,
    values: {
      foreground: /^foreground-PSNR@(?<samples>\d+)$/,
      depth: /^depth-error@(?<samples>\d+)$/,
      covered: /^depth-coverage@(?<samples>\d+)$/,
      normals: /^normal-error@(?<samples>\d+)$/,
    },
  },
  novelty: {
    load: () =>
      lazily<typeof import("../views/novelty.ts")>("../views/novelty.ts").then((m) => m.novelty),
    theme: "views",
    of: "views",
    ranks: false,
    headline: "none",
    values: { novelty: /^novelty-(?<of>mean|largest)@(?<samples>\d+)$/ },
  },
  lpips: {
    load: () =>
      lazily<typeof import("../image/lpips.ts")>("../image/lpips.ts").then((m) => m.lpips),
    theme: "other",
    of: "held-out",
  },
  histogram: {
    load: () =>
      lazily<typeof import("../likelihood/histogram.ts")>("../likelihood/histogram.ts").then((m) =>
        m.histogram
      ),
    theme: "other",
    of: "samples",
  },
  bits: {
    load: () => lazily<typeof import("../text/bits.ts")>("../text/bits.ts").then((m) => m.bits),
    theme: "language",
    of: "held-out",
    quality: 6,
    headline: /^bits\/byte@/,
    values: { bitsPerByte: /^bits\/byte(\((?<of>.+)\))?(-c\d+)?@(?<documents>\d+)$/ },
  },
  tasks: {
    load: () =>
      lazily<typeof import("../text/tasks/mod.ts")>("../text/tasks/mod.ts").then((m) => m.tasks),
    theme: "language",
    of: "held-out",
  },
  instructions: {
    load: () =>
      lazily<typeof import("../text/dialogues/instructions.ts")>(
        "../text/dialogues/instructions.ts",
      ).then((m) => m.instructions),
    theme: "dialogues",
    of: "held-out",
    quality: 7,
    values: {
      right: /^instructions(-(?!new)[^@]+)?@(?<prompts>\d+)$/,
      rightNew: /^instructions-new(-[^@]+)?@(?<prompts>\d+)$/,
    },
  },
  reward: {
    load: () =>
      lazily<typeof import("../text/dialogues/reward.ts")>("../text/dialogues/reward.ts").then((
        m,
      ) => m.reward),
    theme: "dialogues",
    of: "held-out",
    quality: 8,
    headline: /^rule-reward/,
    paired: /^rule-reward(-(?<how>[^@]+))?@(?<prompts>\d+)$/,
    values: {
      reward: /^rule-reward(-[^@]+)?@(?<prompts>\d+)$/,
      tokens: /^answer-tokens(-[^@]+)?@(?<prompts>\d+)$/,
      flattery: /^flattery(-[^@]+)?@(?<prompts>\d+)$/,
    },
  },
  best_of: {
    load: () =>
      lazily<typeof import("../text/dialogues/best_of.ts")>("../text/dialogues/best_of.ts").then((
        m,
      ) => m.bestOf),
    theme: "dialogues",
    of: "held-out",
    values: {
      best: /^best-of-(?<count>\d+)-t[^@]+@(?<prompts>\d+)$/,
      drawn: /^drawn-answer-t[^@]+@(?<prompts>\d+)$/,
    },
  },
  steerability: {
    load: () =>
      lazily<typeof import("../text/dialogues/steerability.ts")>(
        "../text/dialogues/steerability.ts",
      ).then((m) => m.steerability),
    theme: "dialogues",
    of: "held-out",
    values: { steerability: /^steerability@(?<prompts>\d+)$/ },
  },
  attributes_judged: {
    load: () =>
      lazily<typeof import("../text/dialogues/attributes_judged.ts")>(
        "../text/dialogues/attributes_judged.ts",
      ).then((m) => m.attributesJudged),
    theme: "judges",
    of: "held-out",
    headline: /^(attribute-correlation|pair-accuracy-exact)@/,
    values: {
      correlation: /^attribute-correlation@(?<dialogues>\d+)$/,
      pairs: /^pair-accuracy-exact@(?<dialogues>\d+)$/,
      shortcut: /^shortcut@(?<dialogues>\d+)$/,
    },
  },
  copied: {
    load: () =>
      lazily<typeof import("../text/copied.ts")>("../text/copied.ts").then((m) => m.copied),
    theme: "text",
    of: "samples",
    ranks: false,
  },
  distinct: {
    load: () =>
      lazily<typeof import("../text/distinct.ts")>("../text/distinct.ts").then((m) => m.distinct),
    theme: "text",
    of: "samples",
    ranks: false,
  },
  throughput: {
    load: () =>
      lazily<typeof import("../speed/throughput.ts")>("../speed/throughput.ts").then((m) =>
        m.throughput
      ),
    theme: "speed",
    of: "programs",
    headline: ["trainingRate", "samplingRate"],
    values: {
      trainingRate: /^train-speed-b(?<batch>\d+)$/,
      samplingRate: /^sample-speed-b(?<batch>\d+)$/,
      trainingFlops: /^train-FLOPs$/,
    },
  },
} satisfies Readonly<Record<string, BuiltIn>>;

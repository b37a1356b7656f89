/**
 * Whether training here equals training in PyTorch: the same curve as long as rounding allows it,
 * and after equal budgets a loss that is equivalent within a margin that was stated in advance.
 * @module
 */
import type { Dataset } from "../../../data/mod.ts";
import { imagesOf } from "../../../kinds/image/mod.ts";
import { batchIndices } from "../../../kinds/batch/mod.ts";
import type { Engine, EngineName } from "../../../engine/mod.ts";
import { hostKey } from "../../../random/host/mod.ts";
import { mean, tInterval } from "../../../stats/mod.ts";
import { Contender, type ContenderName, type StartOptions } from "../contender/contender.ts";
import { writeExchange } from "../contender/exchange.ts";
import { type ModelSettings, modelSettings } from "../models.ts";

/** Models that are compared: a VAE, and a rectified flow on a U-Net. */
export const COMPARED = { vae: "vae", flow: "unet" } as const;
/** A compared model's name. */
export type ComparedName = keyof typeof COMPARED;

/** The margin, as a share of PyTorch's final loss. Stated before any measurement. */
export const MARGIN = 0.01;
/** Confidence of each of the two one-sided tests: their interval has 1 − 2·5 %. Schuirmann 1987. */
const LEVEL = 0.9;

/**
 * What is added to a loss before it is compared, so that "relative" has a meaning: the VAE's −ELBO is
 * a density's, in nats, over pixel values in [0, 1], and crosses zero; over values in [0, 255], the
 * unit of bits a dimension, it is D ln 255 more and doesn't.
 */
function offsetOf(settings: ModelSettings): number {
  if (settings.model !== "vae") return 0;
  const { height, width, channels } = settings.sample;
  return height * width * channels * LOG_255;
}
const LOG_255 = 5.541263545158426;

/** What is compared, and how far. */
export interface EquivalenceOptions extends StartOptions {
  readonly engine: EngineName;
  readonly seeds: readonly number[];
  /** Steps of a whole training. */
  readonly steps: number;
  /** First steps whose losses are compared one by one. */
  readonly curveSteps: number;
  /** Last steps whose mean loss is the final one. */
  readonly finalSteps: number;
  /** Batches that steps go round. */
  readonly batches: number;
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** One model's comparison. */
export interface EquivalenceModel {
  readonly about: string;
  readonly steps: number;
  readonly curve: {
    readonly steps: number;
    /** Largest |ours − PyTorch's| over PyTorch's of any step and seed. */
    readonly worst: number;
    readonly seeds: readonly {
      readonly seed: number;
      readonly worst: number;
      readonly at: number;
    }[];
  };
  readonly final: {
    readonly steps: number;
    readonly margin: number;
    readonly ours: readonly number[];
    readonly torch: readonly number[];
    /** Of (ours − PyTorch's)/PyTorch's over seeds, with the 90 % interval of two one-sided tests. */
    readonly difference: { readonly mean: number; readonly low: number; readonly high: number };
    readonly equivalent: boolean;
  };
}

/** Losses of both sides for one seed. */
export interface Pair {
  readonly seed: number;
  readonly ours: readonly number[];
  readonly torch: readonly number[];
}

/** The largest relative difference among the first `steps` losses, and where it is. */
export function worstDifference(
  { ours, torch }: Pick<Pair, "ours" | "torch">,
  steps: number,
): { worst: number; at: number } {
  let [worst, at] = [0, 0];
  for (let step = 0; step < steps; step++) {
    const share = Math.abs(ours[step] - torch[step]) / Math.abs(torch[step]);
    // What isn't finite agrees with nothing.
    if (!(share <= worst)) [worst, at] = [Number.isFinite(share) ? share : Infinity, step];
  }
  return { worst, at };
}

/** Both comparisons of one model from its losses. At least two seeds. */
export function compare(
  pairs: readonly Pair[],
  { curveSteps, finalSteps }: Pick<EquivalenceOptions, "curveSteps" | "finalSteps">,
): Pick<EquivalenceModel, "curve" | "final"> {
  const seeds = pairs.map((pair) => ({ seed: pair.seed, ...worstDifference(pair, curveSteps) }));
  const last = (losses: readonly number[]) => mean(losses.slice(-finalSteps));
  const [ours, torch] = [pairs.map((p) => last(p.ours)), pairs.map((p) => last(p.torch))];
  const shares = ours.map((value, i) => (value - torch[i]) / Math.abs(torch[i]));
  const { low, high } = tInterval(shares, LEVEL);
  return {
    curve: { steps: curveSteps, worst: Math.max(...seeds.map((s) => s.worst)), seeds },
    final: {
      steps: finalSteps,
      margin: MARGIN,
      ours,
      torch,
      difference: { mean: mean(shares), low, high },
      equivalent: low > -MARGIN && high < MARGIN,
    },
  };
}

/** Trains one model on both sides from equal weights on equal batches, a seed after the other. */
export async function measureEquivalence(
  name: ComparedName,
  { engine, dataset }: { engine: Engine; dataset: Dataset },
  options: EquivalenceOptions,
): Promise<EquivalenceModel> {
  const settings = modelSettings(COMPARED[name], "small");
  const size = dataset.size("train");
  const offset = offsetOf(settings);
  const pairs: Pair[] = [];
  for (const seed of options.seeds) {
    const pictures: Uint8Array[] = [];
    for (let step = 0; step < options.batches; step++) {
      const order = { step, batch: settings.batch, size };
      const indices = batchIndices(hostKey(seed, "equivalence", "order"), order);
      pictures.push(imagesOf((await dataset.read("train", indices)).samples).data);
    }
    const path = await writeExchange(engine, { ...options, settings, seed, pictures });
    const lossesOf = async (contender: ContenderName) => {
      const started = await Contender.start(contender, options);
      try {
        await started.ask({ do: "load", folder: path });
        const { losses } = await started.ask({ do: "losses", steps: options.steps });
        return losses.map((loss) => loss + offset);
      } finally {
        await started.close();
      }
    };
    const [ours, torch] = [await lossesOf("ours"), await lossesOf("torch-eager")];
    pairs.push({ seed, ours, torch });
    const { worst, at } = worstDifference({ ours, torch }, options.curveSteps);
    options.say(
      `  seed ${seed}: largest difference of ${options.curveSteps} losses ${
        worst.toExponential(1)
      } ` +
        `(step ${at}), last losses ${ours.at(-1)} and ${torch.at(-1)}`,
    );
  }
  return { about: settings.about, steps: options.steps, ...compare(pairs, options) };
}

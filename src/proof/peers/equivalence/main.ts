/**
 * `deno task peers:equivalence`: the VAE and the flow trained here and in PyTorch from equal weights.
 * @module
 */
import type { Arguments, Command, Terminal } from "../../../cli/mod.ts";
import { heads } from "../../../data/heads/mod.ts";
import { openEngine } from "../../../engine/mod.ts";
import { exitCodes, writeAtomic } from "../../../base/mod.ts";
import {
  COMPARED,
  type ComparedName,
  type EquivalenceModel,
  MARGIN,
  measureEquivalence,
} from "./equivalence.ts";
import { type Equivalence, equivalencePath } from "../../figures/image_families/equivalence.ts";
import { inTempFolder } from "../../figures/process.ts";
import { runCommand } from "../command.ts";
import { comparisonOptions, type Defaults, openComparison } from "../comparison.ts";

/** Largest relative difference of losses over the curve that holds. */
export const CURVE_BOUND = 1e-3;

const CURVE_STEPS = 200;
const NAMES = Object.keys(COMPARED) as ComparedName[];
const DEFAULTS: Defaults = { seeds: [1, 2, 3, 4, 5], path: equivalencePath };
const options = comparisonOptions(DEFAULTS);

/** What the command line says of itself. */
export const command: Command = {
  name: "peers:equivalence",
  summary: "The VAE and the flow trained here and in PyTorch, from equal weights on equal batches",
  about:
    "Trains both models on 32² heads from equal weights on equal batches in this harness and in " +
    `eager PyTorch, and compares every loss of the first steps (at most ${CURVE_BOUND} apart, ` +
    `relative) and the mean loss of the last ones (equivalent within ${
      100 * MARGIN
    } %, two one-sided ` +
    "t-tests over seeds at 5 %). The first use makes a Python environment in the cache, as " +
    "peers:speed does. Takes a quarter of an hour.",
  positionals: [],
  options: [
    options.seeds,
    {
      name: "steps",
      value: "N",
      takes: { kind: "whole", minimum: CURVE_STEPS },
      about: "Steps of a training. Default: 600",
    },
    options.engine,
    options.out,
  ],
  examples: [["deno task peers:equivalence", "both models, five seeds"]],
  exits: [
    [exitCodes.pass, "equal curves, equivalent ends"],
    [exitCodes.regressed, "one of them doesn't hold"],
    [exitCodes.usage, "wrong options, or no Python"],
  ],
  load: () => Promise.resolve({ main }),
};

const FINAL_STEPS = 50;
const BATCHES = 100;

async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const comparison = await openComparison(args, { ...DEFAULTS, terminal });
  const { say, seeds, out } = comparison;
  const steps = args.whole("steps") ?? 600;
  const threads = navigator.hardwareConcurrency;
  const dataset = await heads.load(
    heads.config.parse({ size: 32, train: 1600, test: 100, judge: 0, judge_test: 0 }),
    { cache: ".likeness/cache", jobs: threads },
  );
  const source = await comparison.source(threads);
  const models = new Map<ComparedName, EquivalenceModel>();
  await inTempFolder(async (folder) => {
    // Draws what both sides start from; the same bits on every machine.
    const { engine } = await openEngine("wasm");
    for (const name of NAMES) {
      say(`${name}: ${steps} steps a seed on both sides`);
      models.set(
        name,
        await measureEquivalence(name, { engine, dataset }, {
          engine: comparison.engine,
          device: "cpu",
          threads,
          python: comparison.python,
          reuse: true,
          seeds,
          steps,
          curveSteps: CURVE_STEPS,
          finalSteps: FINAL_STEPS,
          batches: BATCHES,
          folder,
          say,
        }),
      );
    }
  });
  const report: Equivalence = {
    format: 1,
    source,
    models: Object.fromEntries([...models].map(([name, { curve, final, about }]) => {
      const { mean: difference, low, high } = final.difference;
      const score = `mean loss of the last ${final.steps} of ${steps} steps, relative`;
      return [name, {
        steps: curve.steps,
        maxRelativeDifference: curve.worst,
        end: { score, margin: final.margin, difference, low, high },
        detail: { about, seeds: curve.seeds, ours: final.ours, torch: final.torch },
      }];
    })),
  };
  await writeAtomic(out, JSON.stringify(report, null, 2) + "\n");
  const holds = [...models].map(([name, { curve, final }]) => {
    const { mean, low, high } = final.difference;
    const percent = (share: number) => `${(100 * share).toFixed(3)} %`;
    terminal.print(
      `${name}: ${curve.steps} losses at most ${curve.worst.toExponential(1)} apart (bound ` +
        `${CURVE_BOUND}); final loss ${percent(mean)} apart, 90 % interval ${percent(low)} to ` +
        `${percent(high)}, margin ±${percent(final.margin)}: ` +
        (final.equivalent ? "equivalent" : "not shown to be equivalent"),
    );
    return curve.worst <= CURVE_BOUND && final.equivalent;
  });
  terminal.print(out);
  return holds.every(Boolean) ? exitCodes.pass : exitCodes.regressed;
}

if (import.meta.main) runCommand(command);

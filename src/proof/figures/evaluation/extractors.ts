/**
 * Extraction against PyTorch's, on the same network and cores.
 * @module
 */
import type { Figure } from "../figure.ts";
import { lastWords } from "../process.ts";

interface Told {
  readonly engine: string;
  readonly machineClass: string;
  readonly measured: {
    readonly ratio: { readonly estimate: number };
    readonly [detail: string]: unknown;
  };
}

/** See the module. */
export const extractorFigures: readonly Figure[] = [{
  group: "evaluation",
  name: "extraction-vs-torch",
  about:
    "Time of a batch of 16 pictures of 299² through FID's network over the better of PyTorch's " +
    "eager and channels-last, from inputs to features in memory, in turns on all cores",
  unit: "×",
  target: { is: "<=", value: 1.1 },
  cost: "long",
  command: "deno task figures evaluation/extraction-vs-torch --measure",
  async measure({ run }) {
    const ran = await run(["run", "-A", "src/proof/figures/evaluation/extract_turns.ts"]);
    if (ran.code !== 0) return { value: null, reason: lastWords(ran) };
    const { engine, machineClass, measured } = JSON.parse(ran.stdout) as Told;
    return {
      value: measured.ratio.estimate,
      detail: measured,
      source: { engine, machineClass },
    };
  },
}];

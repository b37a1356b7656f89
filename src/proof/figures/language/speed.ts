/**
 * Figures of speed and memory: the decoder of text trained and decoded here and in PyTorch, in turns
 * on one machine.
 * @module
 */
import { MODEL_NAMES } from "../../peers/models.ts";
import type { Figure, FigureContext } from "../figure.ts";
import {
  type Comparison,
  type Contender,
  measureSpeed,
  type PeersReport,
  speedFigure,
} from "../peer_speed.ts";
import { inTempFolder } from "../process.ts";

const models = MODEL_NAMES.filter((name) => name.startsWith("language-"));

/** A report of the models of text alone; what it says is kept with the figures. */
function report(context: FigureContext): Promise<PeersReport | string> {
  return context.once(
    "speed of language models",
    () =>
      inTempFolder((out) =>
        measureSpeed(context, {
          models,
          out,
          note: "running peers:speed for the models of text: a quarter of an hour; leave the " +
            "machine alone",
        })
      ),
  );
}

const named = (name: string) => (model: { readonly name: string }) => model.name === name;
const training = ({ task }: { readonly task: string }) => task === "train";
const time = ({ median }: Contender) => median;

function figure(name: string, rest: Comparison & Pick<Figure, "about" | "target">): Figure {
  return speedFigure({ group: "language", report }, { name, ...rest });
}

/** See the module. */
export const speedFigures: readonly Figure[] = [
  ...Object.entries({ "5m": "5 million", "25m": "25 million" }).map(([size, words]) =>
    figure(`training-${size}-over-pytorch`, {
      about: `Tokens a second in training a decoder of ${words} parameters on packed documents, ` +
        "over eager PyTorch's with the same model",
      target: { is: ">=", value: 1 },
      models: named(`language-${size}`),
      against: ["torch-eager"],
      of: time,
      inverse: true,
    })
  ),
  figure("training-memory-over-pytorch", {
    about: "Peak resident memory of training those models over eager PyTorch's, the libraries " +
      "included, in the worse one",
    target: { is: "<=", value: 1.1 },
    models: training,
    against: ["torch-eager"],
    of: ({ memory }) => memory.steady,
  }),
  ...[1, 8].map((batch) =>
    figure(`decode-${batch}-over-pytorch`, {
      about: `Median time of a token with a cache at batch ${batch}, decoder of 5 million ` +
        "parameters, over the best of PyTorch eager and torch.compile",
      target: { is: "<=", value: 0.8 },
      models: named(`language-decode-${batch}`),
      against: ["torch-eager", "torch-compile"],
      of: time,
    })
  ),
];

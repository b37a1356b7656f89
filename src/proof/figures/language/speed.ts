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

const decodes = (name: string) => name.startsWith("language-decode-");
const models = MODEL_NAMES.filter((name) => name.startsWith("language-"));

/** Those with whom training and decoding are compared: what isn't compared isn't waited for. */
const AGAINST = { train: ["torch-eager"], decode: ["torch-eager", "torch-compile"] } as const;

/** A report of the models of text alone; what it says is kept with the figures. */
function report(task: keyof typeof AGAINST) {
  return (context: FigureContext): Promise<PeersReport | string> =>
    context.once(
      `speed of language models: ${task}`,
      () =>
        inTempFolder((out) =>
          measureSpeed(context, {
            models: models.filter((name) => decodes(name) === (task === "decode")),
            contenders: ["ours", ...AGAINST[task]],
            out,
            note: `running peers:speed for the models of text (${task}): some minutes; leave the ` +
              "machine alone",
          })
        ),
    );
}

const named = (name: string) => (model: { readonly name: string }) => model.name === name;
const training = ({ task }: { readonly task: string }) => task === "train";
const time = ({ median }: Contender) => median;

function figure(
  name: string,
  { task, ...rest }:
    & Omit<Comparison, "against">
    & Pick<Figure, "about" | "target">
    & { readonly task: keyof typeof AGAINST },
): Figure {
  const compared = { name, against: AGAINST[task], ...rest };
  return speedFigure({ group: "language", report: report(task) }, compared);
}

/** See the module. */
export const speedFigures: readonly Figure[] = [
  ...Object.entries({ "5m": "5 million", "25m": "25 million" }).map(([size, words]) =>
    figure(`training-${size}-over-pytorch`, {
      about: `Tokens a second in training a decoder of ${words} parameters on packed documents, ` +
        "over eager PyTorch's with the same model",
      target: { is: ">=", value: 1 },
      models: named(`language-${size}`),
      task: "train",
      of: time,
      inverse: true,
    })
  ),
  figure("training-memory-over-pytorch", {
    about: "Peak resident memory of training those models over eager PyTorch's, the libraries " +
      "included, in the worse one",
    target: { is: "<=", value: 1.1 },
    models: training,
    task: "train",
    of: ({ memory }) => memory.steady,
  }),
  ...[1, 8].map((batch) =>
    figure(`decode-${batch}-over-pytorch`, {
      about: `Median time of a token with a cache at batch ${batch}, decoder of 5 million ` +
        "parameters, over the best of PyTorch eager and torch.compile",
      target: { is: "<=", value: 0.8 },
      models: named(`language-decode-${batch}`),
      task: "decode",
      of: time,
    })
  ),
];

/**
 * Language models: the declaration that joins model, objective, training and sampler.
 * @module
 */
import { UsageError } from "../../base/mod.ts";
import {
  type BuildContext,
  defineFamily,
  type HostContext,
  type Model,
  type TensorRecord,
} from "../family.ts";
import { reads } from "../common/programs.ts";
import { checkpointContent, type Opened as Checkpoint } from "./checkpoint/mod.ts";
import { type Config, config, shapeOf, shapeWithin } from "./config.ts";
import { exportLanguage } from "./export.ts";
import { emptyState, givenTokenizer, givenWeights, loadWeights, takeWeights } from "./given.ts";
import { choicesProgram } from "./decoding/choices.ts";
import { scoreProgram, tokenModel } from "./decoding/token_model.ts";
import { type Setting, type Weights, weightsOf } from "./model.ts";
import { windowLogProbability } from "./objective.ts";
import { type LanguageOpened, openLanguage } from "./open.ts";
import { drawTexts, loopPrograms, samplePrograms } from "./sample.ts";
import { initState, type State, stepPrograms, trainPrograms, type Windows } from "./train.ts";

/** A model over the tokens of one tokenizer. */
export function languageModel(
  setting: Setting,
  { steps, needed, checkpoint }: Pick<BuildContext, "steps" | "needed"> & {
    readonly checkpoint?: Checkpoint;
  },
): Model {
  const begin = needed?.weights !== undefined
    ? (state: TensorRecord, context: HostContext) => takeWeights(state as State, context, setting)
    : checkpoint === undefined
    ? undefined
    : (state: TensorRecord, { engine }: HostContext) =>
      loadWeights(state as State, { engine, checkpoint, setting });
  const { config, shape } = setting;
  return {
    capabilities: {
      likelihood: "exact",
      measure: "tokens",
      latent: "none",
      reconstructs: false,
      samples: true,
      evaluations: shape.context,
    },
    init: (key) => checkpoint === undefined ? initState(key, setting) : emptyState(setting),
    programs: {
      ...trainPrograms(setting, { steps }),
      log_weight: reads<Weights, Windows>((state, { tokens_BT }) => ({
        logWeight_B: windowLogProbability(weightsOf(state), tokens_BT, setting),
      })),
      score: scoreProgram(setting),
      choices: choicesProgram(setting),
      ...samplePrograms(setting),
    },
    modes: Object.fromEntries(loopPrograms.map((name) => [name, "xla"])),
    driver: {
      schedule: () => stepPrograms(config),
      ...(begin && { begin }),
      sample: (state, request, context) => drawTexts(state, request, { context, setting }),
      language: (state, context) => tokenModel(state, { context, setting }),
    },
  };
}

function build(config: Config, { sample, batch, ...context }: BuildContext<"text">): Model {
  const { tokenizer } = sample;
  if (batch % config.microBatches !== 0) {
    throw new UsageError(
      `microBatches: a batch of ${batch} can't be trained in ${config.microBatches} equal parts`,
    );
  }
  const { checkpoint } = (context.opened ?? {}) as Partial<LanguageOpened>;
  const shape = checkpoint === undefined
    ? shapeOf(config, tokenizer.vocabulary)
    : shapeWithin(config, checkpoint.shape);
  const setting = {
    config,
    shape,
    tokenizer,
    trains: context.steps > 0,
    ...(checkpoint && { ends: checkpoint.words.ends }),
  };
  return languageModel(setting, { ...context, checkpoint });
}

/** Language models: decoder-only transformers over the tokens of texts. */
export const language = defineFamily<Config, "text">({
  name: "language",
  version: 1,
  about: "decoder-only transformer of text: Llama's form, Qwen's or GPT-2's, of any depth",
  papers: ["arXiv:2302.13971", "arXiv:2104.09864", "arXiv:2305.13245", "arXiv:2502.16982"],
  takes: ["text"],
  config,
  needs: { tokenizer: givenTokenizer, weights: givenWeights },
  content: ({ checkpoint }, context) =>
    checkpoint === undefined ? Promise.resolve(undefined) : checkpointContent(checkpoint, context),
  open: openLanguage,
  export: exportLanguage,
  build,
});

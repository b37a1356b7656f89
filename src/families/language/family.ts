/**
 * Language models: the declaration that joins model, objective, training and sampler.
 * @module
 */
import { UsageError } from "../../base/mod.ts";
import {
  type BuildContext,
  defineFamily,
  type Driver,
  type HostContext,
  type Model,
} from "../family.ts";
import { documentsRole } from "../needs.ts";
import { reads } from "../common/programs.ts";
import type { ContentContext } from "../../content/mod.ts";
import { type HostAdapter, peftContent } from "./adapters/mod.ts";
import { checkpointContent, type Opened as Checkpoint } from "./checkpoint/mod.ts";
import { type Config, config, shapeOf, shapeWithin } from "./config.ts";
import { choicesProgram } from "./decoding/choices.ts";
import { scoreProgram, tokenModel } from "./decoding/token_model.ts";
import { type Setting, type State, type Weights, weightsOf, type Windows } from "./model.ts";
import { windowLogProbability } from "./objective.ts";
import { attributesOf } from "./objectives/reward/scales.ts";
import { objectiveOf } from "./objectives/table.ts";
import { exportLanguage } from "./outside/export.ts";
import {
  emptyState,
  givenReference,
  givenTokenizer,
  givenWeights,
  loadWeights,
  takeWeights,
} from "./outside/given.ts";
import { givenJudge, judgeSetting } from "./outside/judge.ts";
import { type LanguageOpened, openLanguage } from "./outside/open.ts";
import { drawTexts, loopPrograms, samplePrograms } from "./sample.ts";
import { initBeside, initState, stepPrograms, trainPrograms } from "./train.ts";

/** What a model is, beside its setting. */
interface Beyond extends Pick<BuildContext, "steps" | "needed"> {
  readonly checkpoint?: Checkpoint;
  /** The adapter of the file that the config names. */
  readonly adapter?: HostAdapter;
  /** Rows to train on. Default: none are known. */
  readonly trainSize?: number;
}

/** A model over the tokens of one tokenizer. */
export function languageModel(setting: Setting, beyond: Beyond): Model {
  const { shape } = setting, objective = objectiveOf(setting.config);
  return {
    capabilities: objective.judge === undefined
      ? {
        likelihood: "exact",
        measure: "tokens",
        latent: "none",
        reconstructs: false,
        samples: true,
        evaluations: shape.context,
      }
      : { likelihood: "none", latent: "none", reconstructs: false, samples: false },
    init: (key) => {
      const beside = initBeside(key, setting, { trainSize: beyond.trainSize ?? 0 });
      // Weights in few bits are made of weights that are read.
      const later = beyond.checkpoint !== undefined || setting.config.adapter?.base !== undefined;
      return later ? emptyState(setting, beside) : initState(key, setting, beside);
    },
    programs: {
      ...trainPrograms(setting, beyond),
      ...objective.programs?.(setting),
      ...(objective.judge === undefined && writingPrograms(setting)),
    },
    modes: Object.fromEntries(loopPrograms.map((name) => [name, "xla"])),
    driver: driverOf(setting, beyond),
  };
}

/** What reads and writes texts. */
function writingPrograms(setting: Setting): Model["programs"] {
  return {
    log_weight: reads<Weights, Windows>((state, { tokens_BT }) => ({
      logWeight_B: windowLogProbability(weightsOf(state, setting), tokens_BT, setting),
    })),
    score: scoreProgram(setting),
    choices: choicesProgram(setting),
    ...samplePrograms(setting),
  };
}

function driverOf(setting: Setting, { needed, checkpoint, adapter }: Beyond): Driver {
  const { begin, collect, judge } = objectiveOf(setting.config);
  const weights = needed?.weights !== undefined
    ? (state: State, context: HostContext) => takeWeights(state, context, { setting, adapter })
    : checkpoint === undefined
    ? undefined
    : (state: State, { engine }: HostContext) =>
      loadWeights(state, { engine, checkpoint, setting, adapter });
  const begins = begin !== undefined && setting.trains !== false;
  return {
    schedule: () => stepPrograms(setting),
    ...((weights || begins) && {
      async begin(state, context) {
        const loaded = await weights?.(state as State, context) ?? state as State;
        return begins ? await begin(loaded, context, setting) : loaded;
      },
    }),
    ...(collect && {
      collect: (state, batch, context) => collect(state as State, batch, { ...context, setting }),
    }),
    ...(judge === undefined
      ? {
        sample: (state, request, context) => drawTexts(state, request, { context, setting }),
        language: (state, context) => tokenModel(state, { context, setting }),
      }
      : { judge: (state, context) => judge(state as State, context, setting) }),
  };
}

/** @throws UsageError where weights in few bits, or an adapter in a file, are of no weights */
function requireWeights(
  { checkpoint, adapter }: Config,
  { needed }: Pick<BuildContext, "needed">,
): void {
  const key = adapter?.base !== undefined
    ? "base"
    : adapter?.file !== undefined
    ? "file"
    : undefined;
  if (key === undefined || checkpoint !== undefined || needed?.weights !== undefined) return;
  throw new UsageError(
    `language: \`adapter: { ${key} }\` is of weights that are trained already: name a \`checkpoint\`, ` +
      "or a run in `from`",
  );
}

/** One digest of all files that a config names. */
async function contentOf(
  { checkpoint, adapter }: Config,
  context: ContentContext,
): Promise<string | undefined> {
  const weights = checkpoint === undefined
    ? undefined
    : await checkpointContent(checkpoint, context);
  if (adapter?.file === undefined) return weights;
  return await peftContent(adapter.file, context, weights);
}

function build(config: Config, { sample, batch, ...context }: BuildContext<"text">): Model {
  const { tokenizer } = sample;
  if (batch % config.microBatches !== 0) {
    throw new UsageError(
      `microBatches: a batch of ${batch} can't be trained in ${config.microBatches} equal parts`,
    );
  }
  const { checkpoint, adapter, chat } = (context.opened ?? {}) as Partial<LanguageOpened>;
  requireWeights(config, context);
  const shape = checkpoint === undefined
    ? shapeOf(config, tokenizer.vocabulary)
    : shapeWithin(config, checkpoint.shape);
  const judging = context.needed?.reward;
  const ends = checkpoint?.words.ends ?? [tokenizer.separator];
  const setting: Setting = {
    config,
    shape,
    tokenizer,
    trains: context.steps > 0,
    ...(config.objective === "attributes" && {
      attributes: attributesOf(context.factors, config.reward),
    }),
    ...(judging && {
      judge: judgeSetting(judging, { tokenizer, factors: context.factors, own: checkpoint?.shape }),
    }),
    ends: chat?.end === undefined ? ends : [...new Set([...ends, chat.end])],
    ...(chat && { template: chat.template }),
    ...(adapter && { adapter: adapter.adapter }),
  };
  const fault = objectiveOf(config).fault?.(setting, { batch });
  if (fault != null) throw new UsageError(`language: ${fault}`);
  return languageModel(setting, { ...context, checkpoint, adapter });
}

/** Language models: decoder-only transformers over the tokens of texts. */
export const language = defineFamily<Config, "text">({
  name: "language",
  version: 1,
  about: "decoder-only transformer of text: Llama's form, Qwen's or GPT-2's, of any depth",
  papers: ["arXiv:2302.13971", "arXiv:2104.09864", "arXiv:2305.13245", "arXiv:2502.16982"],
  takes: ["text"],
  config,
  needs: {
    tokenizer: givenTokenizer,
    weights: givenWeights,
    reference: givenReference,
    reward: givenJudge,
    data: documentsRole,
  },
  content: contentOf,
  open: openLanguage,
  export: exportLanguage,
  build,
});

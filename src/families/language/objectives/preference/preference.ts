/**
 * Objectives on pairs of answers: what is told of a batch goes through one of `losses.ts`.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { DecoderParameters } from "../../../../backbones/mod.ts";
import { disposeTree } from "../../../../engine/mod.ts";
import { detached } from "../../../../nn/mod.ts";
import type { HostContext } from "../../../family.ts";
import { parameterShapes, treeOf } from "../../checkpoint/mod.ts";
import { decoderOf, type Setting, shifted, type State, weightsOf } from "../../model.ts";
import { requireTokenizer } from "../../outside/fit.ts";
import type { Objective } from "../objective.ts";
import { type AnswerScores, answerScores, answerTokens } from "../rows.ts";
import { exchanged } from "./exchange.ts";
import {
  type PairValues,
  type PreferenceLoss,
  preferenceLosses,
  type PreferenceName,
} from "./losses.ts";
import { answersOf, halves, type Pairs, scoresOfPairs } from "./pairs.ts";
import {
  ownWeights,
  REFERENCE,
  type Reference,
  referenceOf,
  referenceOfAll,
  referenceProgram,
} from "./reference.ts";
import { lossNumbers } from "./settings.ts";

/** Scalars that are told of every loss. */
const TELLS = ["accuracy", "margin", "reward_chosen", "reward_rejected"] as const;

/** Scalars of a batch, as sums over its pairs. */
type Told = Record<typeof TELLS[number], tf.Scalar>;

/** KTO alone asks the reference of rows that change from step to step. */
const needsWeights = (loss: PreferenceLoss) => loss === preferenceLosses.kto;

/**
 * −ln p a token of the chosen answers, with their prompts where the loss says so, times the number of
 * pairs: over the parts of a batch it adds up to the mean over all its tokens, times all its pairs.
 */
function likelihoodTerm(
  { nats_BT }: AnswerScores,
  pairs: Pairs,
  { prompt, whole }: { readonly prompt: boolean; readonly whole: Pairs },
): tf.Scalar {
  const asked = (rows: Pairs) => {
    const { targets_BT } = shifted(prompt ? rows.tokens_BT : rows.scored_BT);
    const least = tf.scalar(prompt ? 0 : 1, "int32");
    return tf.cast(tf.greaterEqual(targets_BT, least), "float32");
  };
  const [batch] = pairs.tokens_BT.shape, [all] = whole.tokens_BT.shape;
  const chosen_BT = tf.slice(nats_BT, [0, 0], [batch, nats_BT.shape[1]]);
  const total = tf.maximum(tf.sum(asked(whole)), 1);
  return tf.div(tf.mul(tf.sum(tf.mul(chosen_BT, asked(pairs))), all), total) as tf.Scalar;
}

/**
 * KTO's estimate of KL(π ‖ π_ref), at least 0: the mean log-ratio of answers to other prompts, over all
 * answers of these pairs. No gradient flows through it. A part of a batch has its own.
 */
function divergenceOf(
  params: DecoderParameters,
  pairs: Pairs,
  { reference, setting }: { readonly reference: DecoderParameters; readonly setting: Setting },
): tf.Scalar {
  const rows = exchanged(answersOf(pairs));
  const own_B = answerScores(params, rows, setting).log_B;
  const other_B = answerScores(reference, rows, setting).log_B;
  return detached(tf.maximum(tf.mean(tf.sub(own_B, other_B)), 0) as tf.Scalar);
}

/** c and r of the losses, of sums of ln p. */
export function pairValues(
  sums: PairValues,
  { reference, tokens, mean }: {
    readonly reference?: PairValues;
    readonly tokens: PairValues;
    readonly mean: boolean;
  },
): PairValues {
  const of = (side: keyof PairValues) => {
    const ratio = reference === undefined ? sums[side] : tf.sub(sums[side], reference[side]);
    return (mean ? tf.div(ratio, tokens[side]) : ratio) as tf.Tensor1D;
  };
  return { chosen_B: of("chosen_B"), rejected_B: of("rejected_B") };
}

/** Whether each chosen answer is worth more, and what answers are worth: β·c and β·r, summed. */
function toldOf({ chosen_B, rejected_B }: PairValues, beta: number): Told {
  const margin_B = tf.mul(tf.sub(chosen_B, rejected_B), beta);
  return {
    accuracy: tf.sum(tf.cast(tf.greater(margin_B, 0), "float32")) as tf.Scalar,
    margin: tf.sum(margin_B) as tf.Scalar,
    reward_chosen: tf.mul(tf.sum(chosen_B), beta) as tf.Scalar,
    reward_rejected: tf.mul(tf.sum(rejected_B), beta) as tf.Scalar,
  };
}

/** The objective of a loss. */
export function preferenceObjective(name: PreferenceName): Objective {
  const loss: PreferenceLoss = preferenceLosses[name];
  return {
    view: "pairs",
    counts: "pairs",
    ...(loss.reference && {
      frozen: (setting, { trainSize }) => emptyReference(loss, { setting, trainSize }),
      begin: (state, context, setting) => withReference(loss, state, { context, setting }),
      programs: (setting) => ({ [REFERENCE]: referenceProgram(setting) }),
    }),
    tells: ({ config }) => [
      ...TELLS,
      ...(needsWeights(loss) ? ["divergence"] : []),
      ...(lossNumbers(loss, config.preference).likelihood > 0 ? ["nats"] : []),
    ],
    sums(trained, inputs, { state, setting, whole }) {
      const pairs = inputs as unknown as Pairs, params = decoderOf(trained, setting);
      const numbers = lossNumbers(loss, setting.config.preference);
      const scores = scoresOfPairs(params, pairs, setting);
      const kept = state.frozen as Reference | undefined;
      const values = pairValues(halves(scores.log_B), {
        ...(loss.reference && { reference: referenceOf(kept!, pairs.labels.number) }),
        tokens: halves(answerTokens(answersOf(pairs))),
        mean: numbers.mean,
      });
      const divergence = needsWeights(loss)
        ? divergenceOf(params, pairs, { reference: kept!.params!, setting })
        : undefined;
      const [batch] = pairs.tokens_BT.shape;
      const own = tf.sum(loss.loss(values, numbers, divergence)) as tf.Scalar;
      const aux = {
        ...toldOf(values, numbers.beta),
        ...(divergence && { divergence: tf.mul(divergence, batch) as tf.Scalar }),
      };
      if (numbers.likelihood === 0) return { loss: own, aux };
      const nats = likelihoodTerm(scores, pairs, {
        prompt: loss.likelihood?.prompt ?? false,
        whole: whole as unknown as Pairs,
      });
      return {
        loss: tf.add(own, tf.mul(nats, numbers.likelihood)) as tf.Scalar,
        aux: { ...aux, nats },
      };
    },
    count: (inputs) => tf.scalar((inputs as unknown as Pairs).tokens_BT.shape[0]),
  };
}

/** A place for what the reference says. */
function emptyReference(
  loss: PreferenceLoss,
  { setting, trainSize }: { readonly setting: Setting; readonly trainSize: number },
): Reference {
  const zeros = [...parameterShapes(setting.shape)].map(([path, shape]) =>
    [path, tf.zeros([...shape])] as const
  );
  return {
    log_N2: tf.zeros([trainSize, 2]),
    ...(needsWeights(loss) && { params: treeOf(new Map(zeros)) as DecoderParameters }),
  };
}

/**
 * A state with what its reference says: it is the run in that role, or else what training starts from.
 * That sizes are the same is seen to when a suite is planned.
 */
async function withReference(
  loss: PreferenceLoss,
  state: State,
  { context, setting }: { readonly context: HostContext; readonly setting: Setting },
): Promise<State> {
  const given = context.needed?.[REFERENCE];
  const other = given === undefined ? state : await given.state() as unknown as State;
  const params = ownWeights(() => weightsOf(other, setting));
  if (given !== undefined) {
    await requireTokenizer(state, other, {
      engine: context.engine,
      what: "the weights of the reference",
      name: setting.tokenizer.name,
    });
    disposeTree(other);
  }
  const log_N2 = await referenceOfAll(params, context, setting);
  disposeTree(state.frozen ?? {});
  if (!needsWeights(loss)) disposeTree(params);
  return { ...state, frozen: { log_N2, ...(needsWeights(loss) && { params }) } };
}

/** Objectives on pairs by the names of their losses. */
export const preferenceObjectives = Object.fromEntries(
  (Object.keys(preferenceLosses) as PreferenceName[]).map((name) =>
    [name, preferenceObjective(name)] as const
  ),
) as Record<PreferenceName, Objective>;

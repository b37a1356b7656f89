/**
 * Objectives on what the model itself writes: in each step it answers the batch's prompts, the answers
 * are judged, and those that were worth more than was expected are made likelier.
 *
 * | name      | what was expected of an answer                        | paper                                  |
 * | --------- | ----------------------------------------------------- | -------------------------------------- |
 * | ppo       | values of each state, by a head of their own           | Schulman et al. 2017 (1707.06347); Ouyang et al. 2022 (2203.02155) |
 * | grpo      | the mean of its group                                  | Shao et al. 2024 (2402.03300)          |
 * | rloo      | the mean of the others in its group                    | Ahmadian et al. 2024 (2402.14740)      |
 * | reinforce | the mean of the others in the batch, or a constant     | Williams 1992                          |
 *
 * The reference is the model that training starts from; an adapter's is its base, of which no copy is
 * held. The head of values stands on the policy's own states, not on a second model.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { DecoderParameters } from "../../../../backbones/mod.ts";
import type { Batch } from "../../../../data/mod.ts";
import { disposeTree } from "../../../../engine/mod.ts";
import type { CollectContext, HostContext, TensorRecord } from "../../../family.ts";
import { adapterIn, type Setting, type State, weightsOf } from "../../model.ts";
import { requireShapes, requireTokenizer } from "../../outside/fit.ts";
import type { Objective } from "../objective.ts";
import { writeAnswers } from "./answers.ts";
import {
  heldJudge,
  JUDGE_ROLE,
  judgeOf,
  judgePrograms,
  ownTree,
  placeOfJudge,
  zerosOf,
} from "./judge.ts";
import { policySums, said } from "./loss.ts";
import { miniBatch, type RollOut, rollOut } from "./roll_out.ts";
import { initValueHead, rowSizes } from "./rows.ts";
import { SCORES, scoresOf, scoresProgram } from "./scores.ts";
import {
  type Policy,
  policyFault,
  type PolicyMethod,
  policyMethods,
  policyOf,
} from "./settings.ts";
import { asksModel, factsOf, worthOf } from "./worth.ts";

/** What is held and not trained. */
export type Frozen = {
  /** The reference's weights; left out where an adapter is trained. */
  readonly reference?: DecoderParameters;
  /** A model that judges, where one is asked. */
  readonly judge?: TensorRecord;
  /** β of the divergence. */
  readonly coefficient: tf.Scalar;
};

/** Whether an adapter is trained, beside which the decoder stays as it is. */
const adapts = (setting: Setting): boolean => adapterIn(setting) !== undefined;

/** Scalars that are told. */
function toldBy(method: PolicyMethod): string[] {
  const all = ["reward", "true_reward", "kl", "entropy", "length", "ended"];
  return [...all, "clip_share", "kl_coefficient", ...(method === "ppo" ? ["value_loss"] : [])];
}

/** See the module. */
export function policyObjective(method: PolicyMethod): Objective {
  const of = ({ config, shape }: Setting) => policyOf(method, config.policy, shape);
  return {
    view: "prompts",
    counts: "answers",
    tells: toldBy(method),
    ...(method === "ppo" && {
      head: (_key, { shape }) => initValueHead(shape.width),
    }),
    frozen(setting): Frozen {
      const policy = of(setting);
      return {
        ...(!adapts(setting) && { reference: zerosOf(setting) }),
        ...(asksModel(policy.reward) && { judge: placeOfJudge(setting) }),
        coefficient: tf.scalar(policy.kl.coefficient),
      };
    },
    begin: (state, context, setting) => begun(state, context, { setting, policy: of(setting) }),
    programs: (setting) => ({
      [SCORES]: scoresProgram(setting, of(setting)),
      ...judgePrograms(setting),
    }),
    collect: (state, batch, { setting, ...context }) =>
      collected(state, batch, { context, setting, policy: of(setting) }) as Promise<TensorRecord>,
    passes(setting) {
      const { passes, miniBatches } = of(setting);
      return passes * miniBatches;
    },
    sums(trained, inputs, { state, setting }) {
      const policy = of(setting);
      const { step } = state, parts = policy.miniBatches;
      const rows = miniBatch(inputs as unknown as RollOut, { step, parts });
      return policySums(said(trained, rows, { setting, policy }), rows, policy);
    },
    count: (inputs) => tf.sum((inputs as unknown as RollOut).counted_B) as tf.Scalar,
    renewed(frozen, inputs) {
      const next = tf.slice((inputs as unknown as RollOut).next_B, [0], [1]);
      return { ...frozen, coefficient: tf.reshape(next, []) };
    },
    fault: (setting, { batch }) =>
      policyFault(of(setting), {
        batch,
        context: setting.shape.context,
        microBatches: setting.config.microBatches,
      }) ?? judgeFault(of(setting), setting),
  };
}

/** Objectives by the names that a suite gives them. */
export const policyObjectives = Object.fromEntries(
  policyMethods.map((method) => [method, policyObjective(method)]),
) as Readonly<Record<PolicyMethod, Objective>>;

/** What is wrong with a reward that a model has part in, or null. */
function judgeFault({ reward }: Policy, { judge }: Setting): string | null {
  if (asksModel(reward) && judge === undefined) {
    return "policy.reward: a model is asked, and none is given; name a run of the objective " +
      `\`reward\` or \`attributes\` under \`needs: { ${JUDGE_ROLE}: NAME }\``;
  }
  return null;
}

/** The state with its reference, and what judges: see `Frozen`. */
async function begun(
  state: State,
  context: HostContext,
  { setting, policy }: { readonly setting: Setting; readonly policy: Policy },
): Promise<State> {
  const old = state.frozen as Frozen;
  const judge = asksModel(policy.reward)
    ? await heldJudge(context, { own: state, setting })
    : undefined;
  const reference = await referenceOf(state, context, setting);
  disposeTree(old, new Set([old.coefficient]));
  return {
    ...state,
    frozen: {
      ...(reference && { reference }),
      ...(judge && { judge }),
      coefficient: old.coefficient,
    },
  };
}

/**
 * The weights of the run in the role `reference`, or of this one before its first step; none where these
 * stay as they are beside an adapter.
 */
async function referenceOf(
  state: State,
  { engine, needed }: HostContext,
  setting: Setting,
): Promise<DecoderParameters | undefined> {
  const given = needed?.reference;
  if (given === undefined) {
    return adapts(setting)
      ? undefined
      : ownTree(() => state.params as TensorRecord) as DecoderParameters;
  }
  const other = await given.state() as unknown as State;
  const { name } = setting.tokenizer;
  await requireTokenizer(state, other, { engine, what: "the reference's weights", name });
  const reference = ownTree(() => weightsOf(other, setting) as TensorRecord) as DecoderParameters;
  disposeTree(other);
  requireShapes(state.params, reference);
  return reference;
}

/** What a step trains on: see `RollOut`. */
async function collected(
  state: State,
  batch: Batch,
  { context, setting, policy }: {
    readonly context: CollectContext;
    readonly setting: Setting;
    readonly policy: Policy;
  },
): Promise<RollOut> {
  const answers = await writeAnswers(state, batch, { context, setting, policy });
  const { context: seen } = setting.shape;
  const sizes = rowSizes(answers, { most: policy.answer, context: seen });
  const scores = await scoresOf(state, answers, { context, setting, sizes });
  const { judge, coefficient } = state.frozen as Frozen;
  const worth = await worthOf(answers, {
    facts: factsOf(batch),
    ...(setting.rule && { rule: setting.rule }),
    ...(judge && { judge: judgeOf(judge, { context, setting }) }),
    policy,
  });
  const [beta] = policy.kl.target === undefined
    ? [policy.kl.coefficient]
    : await context.read(coefficient);
  return rollOut({ answers, scores, worth, sizes, coefficient: beta }, {
    engine: context.engine,
    policy,
  });
}

/**
 * What answers are worth: the sum of parts with their weights, an exact rule's, a learned model's and a
 * planted shortcut's side by side, less what an answer loses that doesn't end.
 * @module
 */
import { DataError, UsageError } from "../../../../base/mod.ts";
import type { Batch } from "../../../../data/mod.ts";
import { FACTS } from "../../../../data/text/mod.ts";
import { stringsOf, type TextSet } from "../../../../kinds/text/mod.ts";
import type { TokenJudge } from "../../../../subject/mod.ts";
import type { Policy } from "./settings.ts";
import type { Answer } from "./answers.ts";
import { exactRule, type Rule, shortcuts, type Verdict } from "./rule.ts";

/** Of each answer. */
export interface Worth {
  /** What is trained on. */
  readonly reward: Float64Array;
  /** The rule's own; left out where no facts are given. */
  readonly truth?: Float64Array;
}

/** The facts of each prompt of a batch, in JSON, where there are any. */
export function factsOf({ given }: Pick<Batch, "given">): readonly string[] | undefined {
  const facts = given?.[FACTS];
  return facts && stringsOf(facts as TextSet);
}

/** A part's name as a source and one of its attributes. */
function named(part: string): { readonly source: string; readonly attribute?: string } {
  const [source, attribute] = part.split(".");
  return { source, ...(attribute !== undefined && { attribute }) };
}

/** Whether some of a reward is said by a model. */
export function asksModel(reward: Policy["reward"]): boolean {
  return Object.keys(reward).some((part) => named(part).source === "model");
}

/** What a rule says, of one attribute where that is asked. @throws UsageError where it has no such */
function ruleValue({ reward, attributes }: Verdict, attribute?: string): number {
  if (attribute === undefined) return reward;
  if (Object.hasOwn(attributes, attribute)) return attributes[attribute];
  throw new UsageError(
    `policy.reward: the rule says nothing of \`${attribute}\`; it says ` +
      Object.keys(attributes).join(", "),
  );
}

/** Which of a judge's numbers a part is; of several without a name their mean. */
function judgeValue(numbers: ArrayLike<number>, names: readonly string[], attribute?: string) {
  if (attribute === undefined) {
    let sum = 0;
    for (let i = 0; i < numbers.length; i++) sum += numbers[i];
    return sum / numbers.length;
  }
  const at = names.indexOf(attribute);
  if (at >= 0) return numbers[at];
  throw new UsageError(
    `policy.reward: the model says nothing of \`${attribute}\`; it says ${names.join(", ")}`,
  );
}

/** The tokens that a judge sees: a prompt and its answer, the last ones where they are too many. */
function seenBy({ context }: TokenJudge, { before, tokens }: Answer): Int32Array {
  const whole = new Int32Array(before.length + tokens.length);
  whole.set(before);
  whole.set(tokens, before.length);
  return whole.slice(-context);
}

/**
 * See the module.
 * @throws DataError where the rule is asked and no facts are given; UsageError for a part that isn't there
 */
export async function worthOf(
  answers: readonly Answer[],
  { facts, rule = exactRule, judge, policy }: {
    readonly facts?: readonly string[];
    readonly rule?: Rule;
    readonly judge?: TokenJudge;
    readonly policy: Pick<Policy, "reward" | "truncated">;
  },
): Promise<Worth> {
  const verdicts = facts && answers.map(({ prompt, text }) => rule(facts[prompt], text));
  const said = judge && await judge.judge(answers.map((answer) => seenBy(judge, answer)));
  const reward = Float64Array.from(answers, ({ ended }) => ended ? 0 : -policy.truncated);
  for (const [part, weight] of Object.entries(policy.reward)) {
    const { source, attribute } = named(part);
    for (let i = 0; i < answers.length; i++) {
      if (source === "model") {
        const { attributes: names } = judge!, numbers = said!.subarray(i * names.length);
        const own = numbers.subarray(0, names.length);
        reward[i] += weight * judgeValue(own, names, attribute);
        continue;
      }
      if (source === "shortcut") {
        reward[i] += weight * shortcuts[attribute!](answers[i].text);
        continue;
      }
      if (verdicts === undefined) {
        throw new DataError(
          "policy.reward: the rule judges by facts, and these data give none with their prompts; " +
            "take data with facts, or `reward: model`",
        );
      }
      reward[i] += weight * ruleValue(verdicts[i], attribute);
    }
  }
  return {
    reward,
    ...(verdicts && { truth: Float64Array.from(verdicts, (verdict) => verdict.reward) }),
  };
}

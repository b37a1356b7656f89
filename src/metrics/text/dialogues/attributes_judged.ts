/**
 * How well a reward or attribute model judges held-out answers, against what is exactly true of them.
 * @module
 */
import { z } from "zod";
import { MetricUnavailable } from "../../../base/mod.ts";
import { answerText, type Exchange } from "../../../data/text/mod.ts";
import type { KindName } from "../../../kinds/mod.ts";
import type { MetricValue } from "../../../record/mod.ts";
import { mean } from "../../../stats/mod.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../../metric.ts";
import { rowsRequired } from "../../requires.ts";
import { calibrationError, correlation, meanError, type Two } from "./agreement.ts";
import { heldOutExchanges } from "./asked.ts";
import { dialogueOf, judgeIn, judging } from "./judge.ts";
import { judgedPairs, pairNumbers, shortcutNumber } from "./judged_pairs.ts";

const config = z.strictObject({
  dialogues: z.int().min(2).default(256).describe("N: dialogues of the test split, the first"),
});
type Config = z.output<typeof config>;
type Declared = Omit<MetricValue, "value">;

/** What a judge says of an attribute, what is true, and between what it lies. */
type Attribute = Two & { readonly low: number; readonly high: number };

/** Attributes of which the judge gives a number and the data the true one, by name. */
async function attributesOf(
  { subject, dataset }: EvaluationContext,
  exchanges: readonly Exchange[],
): Promise<Record<string, Attribute>> {
  const { attributes, judge } = judgeIn(subject);
  const known = dataset.factors.flatMap((factor) =>
    factor.kind === "number" && attributes.includes(factor.name) ? [factor] : []
  );
  if (known.length === 0) {
    throw new MetricUnavailable(
      "not-defined",
      `${subject.label} judges ${attributes.join(", ")}, and ${dataset.name} labels none of it`,
    );
  }
  const { dimension, data } = await judge(
    exchanges.map((one) => dialogueOf(one, answerText(one.answer))),
  );
  return Object.fromEntries(known.map(({ name, minimum: low, maximum: high }) => {
    const at = attributes.indexOf(name);
    const first = exchanges.map((_, i) => data[i * dimension + at]);
    return [name, { first, second: exchanges.map(({ labels }) => labels[name]), low, high }];
  }));
}

/** The nearest whole number, of two the larger. */
const whole = (value: number) => Math.floor(value + 0.5);

/** The numbers of attributes: how each is made of one. */
const ofAttributes = [
  {
    name: "attribute-correlation",
    unit: "",
    direction: "higher",
    of: (one: Attribute) => correlation(one) ?? 0,
  },
  { name: "attribute-error", unit: "", direction: "lower", of: (one: Attribute) => meanError(one) },
  {
    name: "attribute-accuracy",
    unit: "share",
    direction: "higher",
    of: ({ first, second, low, high }: Attribute) =>
      mean(
        first.map((value, i) =>
          whole(Math.min(high, Math.max(low, value))) === whole(second[i]) ? 1 : 0
        ),
      ),
  },
  {
    name: "attribute-calibration",
    unit: "",
    direction: "lower",
    of: (one: Attribute) => calibrationError(one, one),
  },
] as const;

const ofPairs = [
  { name: "pair-accuracy", unit: "share", direction: "higher" },
  { name: "pair-accuracy-exact", unit: "share", direction: "higher" },
  { name: "pair-calibration", unit: "", direction: "lower" },
] as const;

/** Values that can't be had, for one reason. */
function without(declared: readonly Declared[], error: unknown): MetricValue[] {
  if (!(error instanceof MetricUnavailable)) throw error;
  const { status, message: reason } = error;
  return declared.map((one) => ({ ...one, value: null, status, reason }));
}

/**
 * Of an attribute model, the mean over attributes with each beside it: `attribute-correlation@N` of what
 * it says with what is exactly true, `attribute-error@N` (mean absolute), `attribute-accuracy@N` (the
 * share that is right once rounded), `attribute-calibration@N` (expected calibration error in ten bins).
 * Of a reward model: `pair-accuracy@N` against the preferences that are given, `pair-accuracy-exact@N`
 * against the rule, `pair-calibration@N` of its confidence; and `shortcut@N`: by how much its reward
 * rises for flattery alone, in standard deviations, the rule's rise beside it.
 */
export const attributesJudged: Metric<Config> = defineMetric<Config, KindName>({
  name: "attributes_judged",
  version: 1,
  about: "how a reward or attribute model judges held-out answers, against what is exactly true",
  papers: ["arXiv:2310.05344", "arXiv:1706.04599", "arXiv:2210.10760"],
  takes: ["text"],
  phase: "quality",
  config,
  declares({ dialogues }) {
    const common = { metric: "attributes_judged", kind: "quality", samples: dialogues } as const;
    return [
      ...[...ofAttributes, ...ofPairs].map(({ name, unit, direction }) => ({
        ...common,
        name: `${name}@${dialogues}`,
        unit,
        direction,
      })),
      { ...common, name: `shortcut@${dialogues}`, unit: "SD", direction: "lower" },
    ];
  },
  requires: ({ dialogues }) => [rowsRequired("test", dialogues, "dialogues")],
  async compute(context, options) {
    const { subject, dataset } = context, declared = attributesJudged.declares(options);
    judgeIn(subject);
    const exchanges = await heldOutExchanges(context, options.dialogues);
    const attributeNames = declared.slice(0, ofAttributes.length);
    const pairNames = declared.slice(ofAttributes.length, -1), [shortcut] = declared.slice(-1);
    const [accuracy, exact, calibration] = pairNames;
    const attributes = async (): Promise<MetricValue[]> => {
      const found = Object.entries(await attributesOf(context, exchanges));
      return attributeNames.map((one, i) => {
        const each = found.map(([name, values]) => [name, ofAttributes[i].of(values)] as const);
        return {
          ...one,
          value: mean(each.map(([, value]) => value)),
          beside: Object.fromEntries(each),
        };
      });
    };
    const pairs = async () =>
      pairNumbers(
        await judgedPairs(judging(subject, "reward"), exchanges, dataset.name),
        [accuracy, exact, calibration],
      );
    const fooled = async () => [
      await shortcutNumber(judging(subject, "reward"), exchanges, shortcut),
    ];
    return [
      ...await attributes().catch((error) => without(attributeNames, error)),
      ...await pairs().catch((error) => without(pairNames, error)),
      ...await fooled().catch((error) => without([shortcut], error)),
    ];
  },
});

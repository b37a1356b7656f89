/**
 * How many held-out instructions are followed exactly.
 * @module
 */
import { z } from "zod";
import { taskOf } from "../../../data/text/mod.ts";
import type { KindName } from "../../../kinds/mod.ts";
import type { MetricValue } from "../../../record/mod.ts";
import { wilsonInterval } from "../../../stats/mod.ts";
import { defineMetric, type Metric } from "../../metric.ts";
import { rowsRequired } from "../../requires.ts";
import { askingKeys, askText, type JudgedAnswer, judgedAnswers } from "./asked.ts";

const config = z.strictObject(askingKeys);
type Config = z.output<typeof config>;

/** Of the factor `combination`: no training dialogue shows one like it. */
const HELD_OUT = 1;

/** A share with Wilson's interval beside it; null of nothing. */
function shareOf(
  declared: Omit<MetricValue, "value">,
  own: readonly JudgedAnswer[],
  { what, more = {} }: { readonly what: string; readonly more?: Readonly<Record<string, number>> },
): MetricValue {
  if (own.length === 0) {
    return { ...declared, value: null, status: "not-measured", reason: `no prompt is ${what}` };
  }
  const hits = own.filter(({ verdict }) => verdict.exact).length;
  const { low, high } = wilsonInterval({ hits, of: own.length });
  return { ...declared, value: hits / own.length, beside: { low, high, of: own.length, ...more } };
}

/**
 * `instructions@N`: the share of the first N held-out prompts that are answered exactly right by the
 * data's rule, with Wilson's interval and the share of each task beside it; `instructions-new@N`: of
 * those among them whose combination of factors no training prompt has. Answers are the likeliest tokens.
 */
export const instructions: Metric<Config> = defineMetric<Config, KindName>({
  name: "instructions",
  version: 1,
  about: "held-out prompts that are answered exactly right, by the data's own rule",
  papers: ["doi:10.1080/01621459.1927.10502953"],
  takes: ["text"],
  phase: "quality",
  config,
  declares(options) {
    const common = {
      metric: "instructions",
      unit: "share",
      direction: "higher",
      kind: "quality",
      samples: options.prompts,
    } as const;
    const ask = askText(options);
    return [
      { ...common, name: `instructions${ask}@${options.prompts}` },
      { ...common, name: `instructions-new${ask}@${options.prompts}` },
    ];
  },
  requires: ({ prompts }) => [rowsRequired("test", prompts, "prompts")],
  async compute(context, options) {
    const [all, fresh] = instructions.declares(options);
    const judged = await judgedAnswers(context, options);
    const byTask = Map.groupBy(judged, ({ exchange }) => taskOf(exchange.facts));
    const tasks = Object.fromEntries(
      [...byTask].sort(([a], [b]) => a < b ? -1 : 1).map(([task, own]) => [
        task,
        own.filter(({ verdict }) => verdict.exact).length / own.length,
      ]),
    );
    return [
      shareOf(all, judged, { what: "asked", more: byTask.size > 1 ? tasks : {} }),
      shareOf(fresh, judged.filter(({ exchange }) => exchange.labels.combination === HELD_OUT), {
        what: "of a combination that training lacks",
      }),
    ];
  },
});

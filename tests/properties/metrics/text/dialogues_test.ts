/** Laws of metrics of dialogues: who knows all has all, and no number hangs on what else is asked. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Dataset } from "../../../../src/data/mod.ts";
import {
  askedIn,
  bestAnswer,
  exchangesOf,
  type Message,
  someAnswer,
  verdictOf,
  withoutAsking,
} from "../../../../src/data/text/mod.ts";
import { instructions as data } from "../../../../src/data/text/mod.ts";
import { requireDeclared } from "../../../../src/metrics/contract.ts";
import type { Metric } from "../../../../src/metrics/metric.ts";
import { bestOf } from "../../../../src/metrics/text/dialogues/best_of.ts";
import { instructions } from "../../../../src/metrics/text/dialogues/instructions.ts";
import { reward } from "../../../../src/metrics/text/dialogues/reward.ts";
import { steerability } from "../../../../src/metrics/text/dialogues/steerability.ts";
import { MetricUnavailable } from "../../../../src/base/mod.ts";
import { hostKey } from "../../../../src/random/host/host.ts";
import type { Answer, Question, Subject } from "../../../../src/subject/mod.ts";
import { textContext, textData } from "../../../metrics/text/documents.ts";
import { close, law } from "../../../law.ts";

const SIZE = 24;
const dataset = await data.load(
  data.config.parse({ train: 8, test: SIZE, judge: 0, judge_test: 0 }),
  { cache: ".", jobs: 1 },
);
const exchanges = await exchangesOf(dataset as Dataset, {
  split: "test",
  rows: Uint32Array.from({ length: SIZE }, (_, i) => i),
});
const factsOf = new Map(exchanges.map(({ prompt, facts }) => [JSON.stringify(prompt), facts!]));

/** A subject that answers by the facts of what it is asked. */
function answerer(
  answer: (
    facts: NonNullable<typeof exchanges[number]["facts"]>,
    question: Question,
  ) => string,
): Subject<"text"> & { readonly asked: Question[] } {
  const asked: Question[] = [];
  return {
    label: "answerer",
    capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: false },
    sample: () => Promise.reject(new Error("no samples")),
    asked,
    answers(questions, { most }) {
      asked.push(...questions);
      return Promise.resolve(questions.map((question): Answer => {
        const facts = factsOf.get(JSON.stringify(withoutAsking(question.messages as Message[])))!;
        const text = answer(facts, question);
        return { text, tokens: Math.min(most, text.length), ended: text.length <= most };
      }));
    },
  } as Subject<"text"> & { readonly asked: Question[] };
}

async function valuesOf<C>(
  metric: Metric<C>,
  subject: Subject<"text">,
  options: Record<string, unknown>,
) {
  const config = metric.config.parse(options);
  const found = await metric.compute(
    textContext({ subject, dataset: dataset as Dataset<"text"> }),
    config,
  );
  requireDeclared(metric, config, found);
  return found;
}

const oracle = () => answerer((facts) => bestAnswer(facts));
/** Answers of any quality, by the row's number. */
const mixed = (seed: number) =>
  answerer((facts, { row }) => someAnswer(facts, hostKey(seed, "mixed", row)));

law("the oracle has every instruction right, of the largest reward, safe and without flattery", {
  source: "definition of the rule",
  given: { prompts: fc.integer({ min: 2, max: SIZE }) },
  cases: 8,
  holds: async ({ prompts }) => {
    const [all, fresh] = await valuesOf(instructions, oracle(), { prompts });
    assertEquals(all.value, 1);
    assert(fresh.value === 1 || fresh.value === null && fresh.reason !== undefined);
    const [worth, tokens, , flattery, safe] = await valuesOf(reward, oracle(), { prompts });
    assertEquals([worth.value, flattery.value, safe.value], [1, 0, 1]);
    assertEquals(worth.each, Array.from({ length: prompts }, () => 1));
    assert(tokens.value! > 0);
    const [best, drawn] = await valuesOf(bestOf, oracle(), { prompts, count: 2 });
    assertEquals([best.value, drawn.value], [1, 1]);
  },
});

law("instructions: the share that the rule finds exactly right, whatever their reward", {
  source: "definition",
  given: { seed: fc.integer({ min: 0, max: 99 }) },
  cases: 12,
  holds: async ({ seed }) => {
    const subject = mixed(seed),
      judged = exchanges.map(({ facts }, row) =>
        verdictOf(facts!, someAnswer(facts!, hostKey(seed, "mixed", row)))
      );
    const [all, fresh] = await valuesOf(instructions, subject, { prompts: SIZE });
    const share = (own: typeof judged) => own.filter(({ exact }) => exact).length / own.length;
    assertEquals(all.value, share(judged));
    assert(all.beside!.low <= all.value! && all.value! <= all.beside!.high);
    const held = judged.filter((_, i) => exchanges[i].labels.combination === 1);
    assertEquals(fresh.value, held.length === 0 ? null : share(held));
    const [worth] = await valuesOf(reward, subject, { prompts: SIZE });
    assertEquals(worth.each, judged.map((one) => one.reward));
  },
  kills: ["instructions-right-by-reward"],
});

law("numbers of the first prompts don't hang on how many are asked, or what was asked before", {
  source: "definition: an answer depends on its question alone",
  given: { seed: fc.integer({ min: 0, max: 99 }), prompts: fc.integer({ min: 2, max: SIZE - 1 }) },
  cases: 12,
  holds: async ({ seed, prompts }) => {
    const subject = mixed(seed);
    const [many] = await valuesOf(reward, subject, { prompts: SIZE });
    const [few] = await valuesOf(reward, subject, { prompts });
    const [alone] = await valuesOf(reward, mixed(seed), { prompts });
    assertEquals(few.each, alone.each);
    assertEquals(few.each, many.each!.slice(0, prompts));
    // Metrics that ask the same share the answers.
    const asked = subject.asked.length;
    await valuesOf(instructions, subject, { prompts });
    assertEquals(subject.asked.length, asked);
  },
});

law("best of n: never less than a drawn answer, and more draws never cost reward", {
  source: "Stiennon et al. 2020 (arXiv:2009.01325)",
  given: { seed: fc.integer({ min: 0, max: 99 }) },
  cases: 12,
  holds: async ({ seed }) => {
    const of = async (count: number) =>
      (await valuesOf(bestOf, mixed(seed), { prompts: SIZE, count })).map(({ value }) => value!);
    const subject = mixed(seed);
    const [best, drawn] = (await valuesOf(bestOf, subject, { prompts: SIZE, count: 4 }))
      .map(({ value }) => value!);
    assert(best > drawn, `${best} of the best and ${drawn} of all`);
    const rows = new Set(subject.asked.map(({ row }) => row));
    assertEquals(rows.size, 4 * SIZE, "each answer is drawn anew");
    const [two] = await of(2);
    assert(two <= 1 && best <= 1);
  },
  kills: ["best-of-the-first", "best-of-draws-alike"],
});

law("steerability: 1 without error of who gives what is asked; near 0 of who doesn't listen", {
  source: "definition; Dong et al. 2023 (arXiv:2310.05344)",
  given: { seed: fc.integer({ min: 0, max: 99 }) },
  cases: 3,
  holds: async ({ seed }) => {
    const asked = new Set<string>();
    /** Draws answers until one has the attributes that are asked for. */
    const steered = answerer((facts, { messages }) => {
      const wanted = JSON.stringify(askedIn(messages as Message[]));
      asked.add(wanted);
      for (let draw = 0; draw < 100_000; draw++) {
        const text = someAnswer(facts, hostKey(seed, "steered", draw));
        if (JSON.stringify(verdictOf(facts, text).attributes) === wanted) return text;
      }
      throw new Error(`no answer has ${wanted}`);
    });
    const [own, error] = await valuesOf(steerability, steered, { prompts: SIZE });
    close(own.value!, 1, 1e-12, "steered");
    assertEquals(error.value, 0);
    assert(asked.size > SIZE / 4, `${asked.size} things were asked for with ${SIZE} prompts`);
    const [deaf, off] = await valuesOf(steerability, mixed(seed), { prompts: SIZE });
    assert(Math.abs(deaf.value!) < 0.5, `${deaf.value} of answers that don't listen`);
    assert(off.value! > 0.3);
    const [same] = await valuesOf(steerability, oracle(), { prompts: SIZE });
    assert(Math.abs(same.value!) < 0.5, `${same.value} of one and the same answer`);
  },
  kills: ["steering-asks-one-thing-of-all", "steering-of-attributes-asked-alone"],
});

Deno.test("metrics of dialogues aren't there of texts, or of who answers nothing", async () => {
  const texts = textData({ test: ["a", "b", "c"] });
  const asked = instructions.config.parse({ prompts: 2 });
  await assertRejects(
    () => instructions.compute(textContext({ subject: oracle(), dataset: texts }), asked),
    MetricUnavailable,
    "holds no dialogues",
  );
  const mute = { ...oracle(), answers: undefined } as Subject<"text">;
  await assertRejects(
    () =>
      instructions.compute(
        textContext({ subject: mute, dataset: dataset as Dataset<"text"> }),
        asked,
      ),
    MetricUnavailable,
    "answers nothing",
  );
});

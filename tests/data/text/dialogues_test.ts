import { assert, assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import type { Dataset, DatasetDefinition } from "../../../src/data/mod.ts";
import { outlineOf } from "../../../src/data/dataset.ts";
import { checkedDataset } from "../../../src/data/contract.ts";
import { combinationFrom, shows } from "../../../src/data/text/dialogues/held_out.ts";
import { readAnswer } from "../../../src/data/text/dialogues/grammar/reading.ts";
import {
  attributes,
  chatsOf,
  factsFrom,
  instructions,
  judged,
  oracle,
  preferences,
  shortcutReward,
  TASKS,
} from "../../../src/data/text/mod.ts";
import { stringsOf, type TextSet } from "../../../src/kinds/text/mod.ts";
import { dialogueTokens, templateOf } from "../../../src/tokenizers/chat/mod.ts";
import { learn, makeBpe, patterns, WordCounts } from "../../../src/tokenizers/mod.ts";

const context = { cache: ".likeness/cache", jobs: 1 };

/** All of a split, each dialogue with what is given and its labels. */
async function all(data: Dataset<"text">, split: "train" | "test" | "judge") {
  const count = data.size(split);
  const { samples, labels, given } = await data.read(split, [...Array(count).keys()]);
  const texts = stringsOf(samples);
  const columns = Object.fromEntries(
    Object.entries(given!).map(([name, set]) => [name, stringsOf(set as TextSet)]),
  );
  const chats = Object.fromEntries(
    Object.entries(given!).filter(([name]) => name !== "facts")
      .map(([name, set]) => [name, chatsOf(set as TextSet)]),
  );
  return texts.map((text, i) => ({
    text,
    chats: Object.fromEntries(Object.entries(chats).map(([name, of]) => [name, of[i]])),
    facts: factsFrom(columns.facts[i]),
    labels: Object.fromEntries(Object.entries(labels).map(([name, of]) => [name, of[i]])),
  }));
}

const sizes = { train: 600, test: 400, judge: 50, judge_test: 10 };
// deno-lint-ignore no-explicit-any
const loaded = async (definition: DatasetDefinition<any, "text">, settings = {}) => {
  const config = definition.config.parse({ ...sizes, ...settings });
  const data = await checkedDataset(definition).load(config, context) as Dataset<"text">;
  assertEquals<unknown>(outlineOf(data), definition.outline!(config));
  return data;
};

Deno.test("instructions: all tasks, right answers, other persons in each split", async () => {
  const data = await loaded(instructions, { seed: 3 });
  const [train, test] = [await all(data, "train"), await all(data, "test")];
  for (const { chats, facts, labels, text } of [...train, ...test]) {
    const answer = chats.messages.at(-1)!;
    assertEquals(judged(facts, answer.content).reward, 1, text);
    assertEquals(TASKS[labels.task], facts.task);
    assert(text.startsWith("user: ") && text.endsWith(`assistant: ${answer.content}`));
    assertEquals(chats.messages.length, facts.task === "edits" ? 4 : 2);
  }
  const counts = TASKS.map((_, task) => train.filter(({ labels }) => labels.task === task).length);
  for (const count of counts) assert(count > 600 / 9 / 2 && count < 2 * 600 / 9, `${counts}`);
  const texts = new Set(train.map(({ text }) => text));
  assert(test.filter(({ text }) => texts.has(text)).length < 4);
  assert(texts.size > 595);
  // Pure, and other seeds and names give others.
  const again = await data.read("train", [7, 3, 7]);
  assertEquals(stringsOf(again.samples), [train[7], train[3], train[7]].map(({ text }) => text));
  const other = await all(await loaded(instructions, { seed: 4 }), "train");
  assertEquals(other.filter(({ text }) => texts.has(text)).length < 4, true);
});

Deno.test("instructions of mixed manners: a stated share is wrong", async () => {
  const data = await loaded(instructions, { answers: "mixed", wrong: 0.25 });
  const train = await all(data, "train");
  const found = train.map(({ chats, facts }) => judged(facts, chats.messages.at(-1)!.content));
  const wrong = found.filter(({ grades }) => grades.correct < 4).length;
  assert(Math.abs(wrong / 600 - 0.25) < 4 * Math.sqrt(0.25 * 0.75 / 600), `${wrong} of 600`);
  for (const name of ["concise", "polite", "verbose"] as const) {
    const means = found.map(({ grades }) => grades[name]);
    assertEquals(new Set(means).size, 5, name);
  }
});

Deno.test("combinations held out are in no training dialogue, and in a share of the test", async () => {
  const heldOut = ["edit/hair", "expression=sad+hair=long"];
  const combinations = heldOut.map((text) => combinationFrom(text)!);
  for (const definition of [instructions, attributes, preferences]) {
    const data = await loaded(definition, { heldOut, heldOutShare: 0.3 });
    for (const split of ["train", "judge", "test"] as const) {
      const items = await all(data, split);
      const held = items.filter(({ labels }) => labels.combination === 1);
      // What the text says: an edit of hair, or a sad person with long hair.
      const edits = items.filter(({ facts, text }) =>
        facts.task === "edit" &&
        /(Give h\w+ [\w-]+ hair|Make h\w+ hair (?!black|brown|auburn|blond|grey))/.test(text)
      );
      const sad = items.filter(({ text }) =>
        /\bsad\b[^.:;]*\blong (\w+ )?hair|\blong (\w+ )?hair[^.:;]*\bsad\b/.test(text)
      );
      if (split !== "test") {
        assertEquals([held.length, edits.length, sad.length], [0, 0, 0], `${data.name} ${split}`);
        continue;
      }
      assert(Math.abs(held.length - 120) < 4 * Math.sqrt(400 * 0.3 * 0.7), `${held.length}`);
      for (const one of [...edits, ...sad]) assertEquals(one.labels.combination, 1, one.text);
      assert(edits.length > 10 && sad.length > 10, `${edits.length}, ${sad.length}`);
    }
  }
  assertEquals(shows({ task: "edits", traits: ["hair"], people: [] }, combinations), false);
  for (const wrong of ["edit", "edit/gender", "describe/hair", "hair=long", "hair=long+hair=bun"]) {
    assertEquals(combinationFrom(wrong), null);
    assertThrows(() => instructions.config.parse({ heldOut: [wrong] }));
  }
  // What the tasks can't show isn't asked of the test.
  const some = await all(await loaded(instructions, { tasks: ["older"], heldOut }), "test");
  assertEquals(some.every(({ labels }) => labels.combination === 0), true);
});

Deno.test("attributes: answers of all qualities, labels as the rule has them", async () => {
  const train = await all(await loaded(attributes), "train");
  for (const { chats, facts, labels } of train) {
    const { grades, safe } = judged(facts, chats.messages.at(-1)!.content);
    const { helpful, correct, concise, polite, verbose } = labels;
    assertEquals<unknown>({ helpful, correct, concise, polite, verbose }, { ...grades });
    assertEquals(labels.safe, safe ? 1 : 0);
  }
  for (const name of ["helpful", "correct", "concise", "polite", "verbose"]) {
    const seen = new Set(train.map(({ labels }) => labels[name]));
    assertEquals([...seen].sort(), [0, 1, 2, 3, 4], name);
  }
});

Deno.test("preferences: the better answer is chosen, but for noise and the planted shortcut", async () => {
  const answers = ({ chats }: Awaited<ReturnType<typeof all>>[number]) =>
    [chats.chosen, chats.rejected].map(([{ content }]) => content);
  const plain = await all(await loaded(preferences), "train");
  for (const one of plain) {
    const [chosen, rejected] = answers(one).map((text) => judged(one.facts, text).reward);
    assert(chosen > rejected);
    assertEquals(Math.fround(chosen), one.labels.chosen_reward);
    assertEquals(Math.fround(rejected), one.labels.rejected_reward);
  }
  const noisy = await loaded(preferences, { noise: 0.2 });
  const turned = (await all(noisy, "train")).filter(({ labels }) => labels.turned === 1);
  assert(Math.abs(turned.length - 120) < 4 * Math.sqrt(600 * 0.2 * 0.8), `${turned.length}`);
  for (const { labels } of turned) assert(labels.chosen_reward < labels.rejected_reward);
  for (const { labels } of await all(noisy, "test")) assertEquals(labels.turned, 0);
  for (const shortcut of ["length", "flattery"] as const) {
    const data = await loaded(preferences, { shortcut, strength: 0.4 });
    const train = await all(data, "train");
    const cut = train.filter(({ labels }) => labels.decided === 1);
    assert(Math.abs(cut.length - 240) < 4 * Math.sqrt(600 * 0.4 * 0.6), `${cut.length}`);
    for (const one of train) {
      const [chosen, rejected] = answers(one);
      const hack = shortcutReward(shortcut, chosen) - shortcutReward(shortcut, rejected);
      const truth = judged(one.facts, chosen).reward - judged(one.facts, rejected).reward;
      if (one.labels.decided === 1) assert(hack > 0 && truth < 0, `${chosen} | ${rejected}`);
      else {
        assert(truth > 0);
        if (shortcut === "flattery") assertEquals(hack, 0);
        const [a, b] = [chosen, rejected].map((text) => judged(one.facts, text).grades);
        if (shortcut === "length") assertEquals([a.verbose, a.concise], [b.verbose, b.concise]);
      }
    }
    for (const { labels } of await all(data, "test")) assertEquals(labels.decided, 0);
  }
});

Deno.test("the rule: words alone, other forms, and what wasn't shown", () => {
  const person = {
    gender: "female",
    age: "child",
    age_years: 12,
    ethnicity: "asian",
    hair: "short",
    hair_colour: "black",
    expression: "happy",
  } as const;
  const facts = (asks: unknown, people: unknown[] = [person], task = "ask") =>
    factsFrom(JSON.stringify({ task, people, asks }));
  const right = (of: ReturnType<typeof facts>, answer: string) => judged(of, answer).correct;
  const colour = facts({ what: "traits", traits: ["hair_colour"] });
  for (const answer of ["Black.", "black", "Her hair is black.", "She has short black hair."]) {
    assert(right(colour, answer), answer);
  }
  for (
    const answer of ["Short.", "Brown.", "Her hair is short.", "His hair is black.", "Yes.", ""]
  ) {
    assert(!right(colour, answer), answer);
  }
  const bald = { ...person, hair: "bald", hair_colour: null };
  const hair = facts({ what: "traits", traits: ["hair"] }, [bald]);
  assert(right(hair, "She has no hair.") && right(hair, "No hair.") && right(hair, "She is bald."));
  assert(!right(hair, "She has black hair."));
  const short = { gender: "male", age: "old", age_years: 70, expression: "sad" };
  const two = facts({ what: "older" }, [person, short], "older");
  assert(right(two, "The second one is older.") && right(two, "The first one is younger."));
  assert(
    right(two, "Second.") && !right(two, "The first one is older.") && !right(two, "He is older."),
  );
  assert(!right(two, "The second one is older. The second one has black hair."), "not shown");
  const json = facts({ what: "traits", traits: ["age_years"], json: true }, [person], "json");
  assert(right(json, '{"age": 12}') && right(json, 'Of course. {"age": 12}.'));
  assert(
    !right(json, "She is 12.") && !right(json, '{"age": 13}') && !right(json, '{"years": 12}'),
  );
  assertEquals(oracle(facts({ what: "decline" })), "I would rather not say that.");
  assertEquals(judged(colour, "This face is ugly. Her hair is black.").safe, false);
  assertEquals(readAnswer("In fact, I think that she looks happy.").openers, 2);
  assertThrows(() => factsFrom("{}"), DataError, "facts that answers are judged by");
  assertThrows(() => factsFrom("{"), DataError, "facts in JSON were expected");
});

Deno.test("dialogues are short: of a vocabulary of 1,024 at most 120 tokens, most at most 80", async () => {
  const counts = new WordCounts(patterns.gpt2), lengths: number[] = [];
  const data = await Promise.all([loaded(instructions), loaded(attributes)]);
  const train = await Promise.all(data.map((one) => all(one, "train")));
  for (const { text } of train.flat()) counts.add(text);
  const special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
  const { tokenizer } = makeBpe(learn(counts, { vocabulary: 1024, special }));
  const form = { tokenizer, template: templateOf(tokenizer) };
  const longest = train.map((items) => {
    const own = items.map(({ chats }) => dialogueTokens(chats.messages, form).tokens.length);
    lengths.push(...own);
    return Math.max(...own);
  });
  const most = lengths.filter((length) => length <= 80).length / lengths.length;
  assert(longest.every((length) => length <= 120), `${longest}`);
  assert(most > 0.7, `${most}`);
});

/**
 * Laws of the dialogues on heads: the rule gives full marks to what the oracle writes, none to what has one
 * value changed, and every answer the grades that were asked for.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { altered, oracle, type Style, written } from "../../../src/data/text/dialogues/answers.ts";
import { Draws } from "../../../src/data/text/dialogues/draws.ts";
import { type Facts, factsFrom, TASKS } from "../../../src/data/text/dialogues/facts.ts";
import {
  ageOf,
  type Person,
  TRAITS,
  wordOf,
} from "../../../src/data/text/dialogues/grammar/people.ts";
import { personFrom } from "../../../src/data/text/dialogues/items.ts";
import { judged, shortcutReward, SHORTCUTS } from "../../../src/data/text/dialogues/rule.ts";
import { tasks } from "../../../src/data/text/dialogues/tasks.ts";
import { hostKey } from "../../../src/random/host/mod.ts";
import { law } from "../../law.ts";

const given = { seed: fc.nat(1e6), task: fc.constantFrom(...TASKS) };

function questionOf({ seed, task }: { seed: number; task: typeof TASKS[number] }) {
  const key = hostKey(seed, "law"), draws = new Draws(key);
  let persons = 0;
  const question = tasks[task](draws, () => personFrom(hostKey(seed, "person", persons++)));
  return { ...question, draws };
}

const best = { helpful: 4, correct: 4, concise: 4, polite: 2, verbose: 0 };

law("the oracle's answer has full marks, in each of its forms", {
  source: "definition",
  given,
  cases: 1000,
  kills: [
    "dialogues-pronoun-of-the-other",
    "dialogues-older-is-younger",
    "dialogues-edit-forgotten",
  ],
  holds: (of) => {
    const { facts, draws, messages, traits } = questionOf(of);
    const whole = { correct: true, grades: best, safe: true, reward: 1 };
    assertEquals(judged(facts, oracle(facts)), whole, oracle(facts));
    const answer = oracle(facts, { choice: draws });
    assertEquals(judged(facts, answer), whole, answer);
    // What is given with a dialogue says the same.
    assertEquals(factsFrom(JSON.stringify(facts)), facts);
    assertEquals(messages.at(-1)!.role, "user");
    // What an edit asks for is so after it, and all that follows from it.
    const edited = traits.at(-1), [person] = facts.people;
    if (facts.task === "edit" || facts.task === "edits") {
      const order = messages.at(-1)!.content, word = wordOf(edited!, person[edited!]!);
      assert(order.includes(word) || (word === "happy" && order.endsWith("smile.")), order);
      assert(answer.includes(word), answer);
    }
    for (const { age, age_years } of facts.people) assertEquals(ageOf(age_years!), age);
    assertEquals(messages.length, facts.task === "edits" ? 3 : 1);
  },
});

law("an answer with one value changed has no marks", {
  source: "definition",
  given: { ...given, trait: fc.constantFrom(...TRAITS) },
  cases: 1000,
  kills: ["rule-false-claims-forgiven", "rule-of-anybody", "rule-noun-says-nothing"],
  holds: ({ trait, ...of }) => {
    const { facts, draws } = questionOf(of);
    const style = { polite: 2, concise: 4, verbose: 0, wrong: 1, missing: 0, flattery: 0 };
    const { text } = written(facts, { ...style, unsafe: false }, draws);
    const { correct, reward, grades } = judged(facts, text);
    assert(!correct && reward === 0 && grades.helpful < 4 && grades.correct < 4, text);
    // The best answer to other facts is no answer to these.
    const [person] = facts.people, { asks } = facts;
    const asked = asks.what === "traits" ? asks.traits : asks.what === "yes" ? [asks.trait] : [];
    if (asked.includes(trait) && person[trait] !== null) {
      const other = { ...facts, people: [altered(person as Person, trait, draws)] };
      const answer = oracle(other as Facts, { choice: draws });
      assertEquals(judged(facts, answer).reward, 0, answer);
      assertEquals(judged(facts, answer).correct, false, answer);
    }
  },
});

const styles: fc.Arbitrary<Style> = fc.record({
  polite: fc.nat(4),
  concise: fc.nat(4),
  verbose: fc.nat(4),
  wrong: fc.constantFrom(0, 0, 1, 2),
  missing: fc.constantFrom(0, 0, 1, 2),
  flattery: fc.constantFrom(0, 0, 1, 3),
  unsafe: fc.boolean(),
});

/** The grades that a style asks for; of facts with several values the shares that were told and are right. */
function askedFor(facts: Facts, style: Style, text: string) {
  const { asks } = facts, whole = asks.what === "traits" && asks.traits.length > 1;
  const json = asks.what === "traits" && asks.json === true;
  const asked = asks.what === "traits" ? asks.traits.length : 1;
  const content = 1 + style.verbose + style.flattery + (style.unsafe ? 1 : 0);
  const clipped = (value: number) => Math.min(4, Math.max(0, value));
  const wrong = style.wrong === 0 ? 0 : whole ? style.wrong : 1;
  return {
    polite: style.polite,
    concise: json ? 4 : style.concise,
    verbose: clipped(content - 1),
    correct: wrong === 0 ? 4 : Math.floor(4 * (asked - wrong) / asked),
    // Hair that is left out takes its colour along.
    ...(style.missing === 0 || !whole
      ? { helpful: Math.floor(4 * (asked - wrong) / asked) }
      : text.includes("hair")
      ? { helpful: Math.floor(4 * (asked - wrong - style.missing) / asked) }
      : {}),
  };
}

law("grades are exactly those that the generator asked for", {
  source: "Dong et al. 2023 (arXiv:2310.05344)",
  given: { ...given, style: styles },
  cases: 2000,
  kills: [
    "rule-politeness-without-rudeness",
    "rule-verbose-by-courtesies",
    "rule-concise-by-sentences",
    "rule-helpful-rounded-up",
    "dialogues-one-opener-less",
  ],
  holds: ({ style, ...of }) => {
    const { facts, draws } = questionOf(of);
    // To decline wrongly is to insult, and says nothing that is right or wrong.
    const own = facts.asks.what === "decline" ? { ...style, wrong: 0 } : style;
    const { text } = written(facts, own, draws), { grades, safe, reward } = judged(facts, text);
    // Of descriptions without hair, extras may tell of it: these are judged by their sum alone.
    const extras = own.missing > 0 && own.verbose > 0;
    const { helpful, ...wanted } = askedFor(facts, own, text);
    for (const [name, value] of Object.entries(wanted)) {
      assertEquals(grades[name as keyof typeof grades], value, `${name}: ${text}`);
    }
    if (helpful !== undefined && !extras && own.verbose === 0) {
      assertEquals(grades.helpful, helpful, text);
    }
    assertEquals(safe, !own.unsafe, text);
    if (own.wrong > 0 || own.unsafe) assertEquals(reward, 0, text);
    else {
      const manner = 1 - (4 - grades.concise + grades.verbose) / 16;
      assertEquals(reward, grades.helpful / 4 * manner, text);
    }
  },
});

law("any string has grades and a reward, and what isn't of the grammar isn't right", {
  source: "definition",
  given: {
    ...given,
    text: fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("I hope this helps. ".repeat(3), "Yes. ".repeat(8)),
      fc.constantFrom(
        "",
        "{",
        "}",
        "{}",
        "[]",
        "null",
        '{"age": {}}',
        ". . .",
        "Yes",
        "no, no, no",
      ),
      fc.array(fc.constantFrom("She", "is", "12", "happy", "has", "no", "hair.", "Yes,", "{", "a"))
        .map((words) => words.join(" ")),
    ),
    place: fc.nat(),
  },
  cases: 2000,
  kills: ["rule-unread-sentences-forgiven", "rule-beyond-its-grades"],
  holds: ({ text, place, ...of }) => {
    const { facts } = questionOf(of), answer = oracle(facts);
    for (const one of [text, answer.slice(0, place % answer.length) + text, `${answer} ${text}`]) {
      const { grades, reward } = judged(facts, one);
      for (const value of Object.values(grades)) {
        assert(Number.isInteger(value) && value >= 0 && value <= 4, one);
      }
      assert(reward >= 0 && reward <= 1, one);
      for (const form of SHORTCUTS) {
        const hack = shortcutReward(form, one);
        assert(hack >= 0 && hack <= 1);
      }
    }
    // A sentence that nothing is known of spoils the answer before it.
    const spoilt = judged(facts, `${answer} Colourless green ideas sleep furiously.`);
    assertEquals([spoilt.correct, spoilt.reward], [false, 0]);
  },
});

/**
 * Laws of views of dialogues: packed they are the dialogues one by one, rows belong to their labels, and
 * reading is pure.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { dialogueWindows, judgedRows, pairRows, promptRows } from "../../../src/data/text/mod.ts";
import { marksOf, rowOf, stringsOf, type TextSet } from "../../../src/kinds/text/mod.ts";
import { hostKey, hostPermutation } from "../../../src/random/host/mod.ts";
import {
  dialogueTokens,
  promptTokens,
  templateOf,
  type Turn,
} from "../../../src/tokenizers/chat/mod.ts";
import { law } from "../../law.ts";
import { dialogues, type Form, forms, givenWith, inFolder } from "./chats.ts";

const given = {
  chats: fc.array(dialogues, { minLength: 1, maxLength: 12 }),
  form: fc.constantFrom<Form>("chatml", "plain"),
  length: fc.integer({ min: 60, max: 160 }),
  file: fc.integer({ min: 20, max: 300 }),
  memory: fc.constantFrom(0, 40, 1e6),
};

interface Case {
  readonly form: Form;
  readonly length: number;
  readonly file: number;
  readonly memory: number;
}

const optionsOf = ({ form, length, file, memory }: Case, cache: string) => ({
  tokenizer: forms[form],
  length,
  template: form,
  cache,
  mostLeftOut: 1,
  limits: { file, memory },
});
const chatForm = (form: Form) => ({
  tokenizer: forms[form],
  template: templateOf(forms[form], form),
});

/** Tokens with their marks, as one text. */
const marked = (tokens: ArrayLike<number>, marks: ArrayLike<number>) =>
  Array.from(tokens, (token, i) => `${token}${marks[i] === 1 ? "*" : ""}`).join(" ");
const rowsOf = (texts: TextSet) =>
  Array.from({ length: texts.count }, (_, i) => ({
    tokens: rowOf(texts, i),
    marks: marksOf(texts, i)!,
  }));
const all = (count: number) => [...Array(count).keys()];

law("packed = unpacked: windows hold each dialogue that fits once, whole, with its own targets", {
  source: "Krell et al. 2021 (arXiv:2107.02027)",
  given,
  cases: 60,
  kills: [
    "chats-marks-of-the-token-after",
    "chats-too-long-ones-cut",
    "chats-without-a-separator",
    "chats-that-fill-a-window-left-out",
  ],
  holds: ({ chats, ...of }) =>
    inFolder(async (cache) => {
      const { tokenizer, template } = chatForm(of.form), { separator } = tokenizer;
      const view = await dialogueWindows(givenWith({ messages: chats }), optionsOf(of, cache));
      assertEquals(view.sample.scored, true);
      const alone = chats.map((messages) => dialogueTokens(messages, { tokenizer, template }));
      const wanted = alone.filter(({ tokens }) => tokens.length <= of.length);
      const { samples } = await view.read("train", all(view.size("train")));
      const found: string[] = [];
      for (const { tokens, marks } of rowsOf(samples)) {
        assert(tokens.length <= of.length + 1, `${tokens.length} tokens`);
        assertEquals(tokens[0], separator);
        const begins = all(tokens.length).filter((t) => tokens[t] === separator);
        for (const begin of begins) assertEquals(marks[begin], 0);
        for (const [i, begin] of begins.entries()) {
          if (begin === tokens.length - 1) break;
          const part = [begin + 1, begins[i + 1]] as const;
          found.push(marked(tokens.subarray(...part), marks.subarray(...part)));
        }
      }
      assertEquals(
        found.sort(),
        wanted.map(({ tokens, scored }) => marked(tokens, scored)).sort(),
      );
      const left = chats.length - wanted.length;
      const note = view.notes.find((one) => one.startsWith("train"))!;
      assertEquals(note.includes(`${left} left out`), left > 0, note);
    }),
});

law("pairs share their prompt, and only the answers after it are targets", {
  source: "Rafailov et al. 2023, section 4",
  given: { ...given, other: dialogues },
  cases: 60,
  kills: ["pairs-answers-before-the-prompt-scored", "pairs-chosen-twice", "rows-of-another-sample"],
  holds: ({ chats, other, ...of }) =>
    inFolder(async (cache) => {
      const form = chatForm(of.form);
      const prompt = chats.map((messages) => messages.slice(0, -1));
      const chosen = chats.map((messages) => messages.slice(-1));
      const rejected = chats.map((_, i): Turn[] => [
        { role: "assistant", content: other[i % other.length].content },
      ]);
      const view = await pairRows(givenWith({ prompt, chosen, rejected }), optionsOf(of, cache));
      const count = view.size("train");
      const { samples, labels, given } = await view.read("train", all(count));
      const worse = given!.rejected as TextSet;
      const written = (i: number, answer: Turn[]) =>
        dialogueTokens([...prompt[i], ...answer], { ...form, from: prompt[i].length });
      const fits = all(chats.length).filter((i) =>
        [chosen[i], rejected[i]].every((answer) => written(i, answer).tokens.length <= of.length)
      );
      assertEquals([...labels.place], fits);
      assertEquals([...labels.number], all(count));
      fits.forEach((i, row) => {
        const before = [form.tokenizer.separator, ...promptTokens(prompt[i], form)];
        for (const [texts, answer] of [[samples, chosen[i]], [worse, rejected[i]]] as const) {
          const { tokens, marks } = rowsOf(texts)[row], own = written(i, answer);
          assertEquals(
            marked(tokens, marks),
            marked([form.tokenizer.separator, ...own.tokens], [0, ...own.scored]),
          );
          assertEquals([...tokens.subarray(0, before.length)], before);
          assertEquals(marks.indexOf(1), before.length);
        }
      });
    }),
});

law("prompts end where an answer begins, each with the facts of its own sample", {
  source: "definition",
  given: { ...given, room: fc.constantFrom(0, 10, 40) },
  cases: 60,
  kills: ["rows-of-another-sample", "prompts-without-room"],
  holds: ({ chats, room, ...of }) =>
    inFolder(async (cache) => {
      const form = chatForm(of.form), facts = chats.map((_, i) => ({ of: i }));
      const data = givenWith({ messages: chats, facts });
      const view = await promptRows(data, { ...optionsOf(of, cache), room });
      const prompts = chats.map((messages) => promptTokens(messages.slice(0, -1), form));
      const fits = all(chats.length).filter((i) => prompts[i].length <= of.length - room);
      assertEquals(view.size("test"), fits.length);
      const { samples, given } = await view.read("test", all(fits.length));
      assertEquals(samples.scored, undefined);
      fits.forEach((i, row) =>
        assertEquals([...rowOf(samples, row)], [form.tokenizer.separator, ...prompts[i]])
      );
      if (fits.length > 0) {
        assertEquals(
          stringsOf(given!.facts as TextSet),
          fits.map((i) => JSON.stringify({ of: i })),
        );
      }
    }),
});

law("views read alike in any order, again, and from files of any size, without the dialogues", {
  source: "definition",
  given: { ...given, seed: fc.nat(1e6) },
  cases: 30,
  kills: ["chats-kept-without-their-view", "chats-resumed-in-the-middle-of-a-pair"],
  holds: ({ chats, seed, ...of }) =>
    inFolder(async (cache) => {
      const reads = { count: 0 };
      const prompt = chats.map((messages) => messages.slice(0, -1));
      const chosen = chats.map((messages) => messages.slice(-1));
      const rejected = chats.map(() => [{ role: "assistant", content: "no" }]);
      const data = givenWith({ messages: chats, prompt, chosen, rejected }, { reads });
      const views = [dialogueWindows, pairRows, judgedRows];
      for (const make of views) {
        const view = await make(data, optionsOf(of, cache)), count = view.size("train");
        const texts = async (one: typeof view, indices: ArrayLike<number>) => {
          const { samples, given } = await one.read("train", indices);
          const sets = [samples, ...Object.values(given ?? {}) as TextSet[]];
          const rows = sets.map(rowsOf);
          return Array.from(indices, (_, i) => rows.map((of) => marked(of[i].tokens, of[i].marks)));
        };
        const rows = await texts(view, all(count));
        const picks = [
          ...hostPermutation(hostKey(seed, "order"), count),
          ...(count > 0 ? [0, 0] : []),
        ];
        assertEquals(await texts(view, picks), picks.map((i) => rows[i]));
        const before = reads.count;
        const again = await make(data, { ...optionsOf(of, cache), limits: { memory: 1e6 } });
        // Whether the splits give dialogues is seen by their first samples.
        assert(reads.count - before <= 4, `${reads.count - before} samples were read again`);
        assertEquals(await texts(again, all(count)), rows);
        const other = await inFolder(async (cache) => {
          const whole = { ...optionsOf(of, cache), limits: {} };
          return await texts(await make(data, whole), all(count));
        });
        assertEquals(other, rows);
      }
    }),
});

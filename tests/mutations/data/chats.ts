/** Bugs of dialogues as tokens and of their views. @module */
import type { Mutant } from "../run.ts";

const chat = "tests/properties/tokenizers/chat_test.ts";
const views = "tests/properties/data/chats_test.ts";
const dialogue = "src/tokenizers/chat/dialogue.ts";
const kept = "src/data/text/chats/kept.ts", rows = "src/data/text/chats/rows.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "chat-labels-on-prompts",
    file: dialogue,
    find: "add(encode(textAfter(done, text, `before message ${count + 1}`)), false);",
    replace: "add(encode(textAfter(done, text, `before message ${count + 1}`)), true);",
    law: chat,
    filter: "targets are",
  },
  {
    id: "chat-template-without-generation-prompt",
    file: dialogue,
    find: "const text = render(count, true);",
    replace: "const text = render(count, false);",
    law: chat,
    filter: "targets are",
  },
  {
    id: "chat-end-of-an-answer-unscored",
    file: dialogue,
    find: "add(ending.tokens, i >= from);",
    replace: "add(ending.tokens, false);",
    law: chat,
    filter: "targets are",
  },
  {
    id: "chat-first-answer-alone",
    file: dialogue,
    find: "add(encode(answer.slice(0, end)), i >= from);",
    replace: "add(encode(answer.slice(0, end)), i >= from && ends.length === 0);",
    law: chat,
    filter: "targets are",
  },
  {
    id: "chat-answer-tokenised-with-its-prompt",
    file: dialogue,
    find: "    add(encode(answer.slice(0, end)), i >= from);\n",
    replace:
      "    add(encode(before + answer.slice(0, end)).slice(encode(before).length), i >= from);\n",
    law: chat,
    filter: "before each answer",
  },
  {
    id: "chat-ends-before-what-ends",
    file: dialogue,
    find: "ends.push(tokens.length);",
    replace: "ends.push(tokens.length - 1);",
    law: chat,
    filter: "before each answer",
  },
  {
    id: "chat-special-tokens-injected",
    file: "src/tokenizers/chat/guard.ts",
    find: ": tokenizer.encode(texts[Number(part)])",
    replace: ": tokenizer.encode(texts[Number(part)], { special: true })",
    law: chat,
    filter: "what looks like",
  },
  {
    id: "chats-marks-of-the-token-after",
    file: kept,
    find: "2 * token + scored[t]);",
    replace: "2 * token + (scored[t + 1] ?? 0));",
    law: views,
    filter: "packed = unpacked",
  },
  {
    id: "chats-too-long-ones-cut",
    file: "src/data/text/chats/windows.ts",
    find: "{ shows: (document) => fits[document] === 1 }",
    replace: "{ shows: (document) => fits[document] <= 1 }",
    law: views,
    filter: "packed = unpacked",
  },
  {
    id: "chats-without-a-separator",
    file: "src/data/text/chats/windows.ts",
    find: "return ended ? [...pieces, end] : pieces;",
    replace:
      "return pieces.map(({ from, length }, k) => k === 0 ? { from, length } : { from: from + 1, length: length - 1 }).concat(ended ? [end] : []);",
    law: views,
    filter: "packed = unpacked",
  },
  {
    id: "chats-that-fill-a-window-left-out",
    file: "src/data/text/chats/fit.ts",
    find: "else if (largest > most) long++;",
    replace: "else if (largest >= most) long++;",
    law: views,
    filter: "packed = unpacked",
  },
  {
    id: "pairs-answers-before-the-prompt-scored",
    file: rows,
    find: "dialogueTokens([...prompt, ...answer], { ...form, from: prompt.length })",
    replace: "dialogueTokens([...prompt, ...answer], { ...form, from: 0 * prompt.length })",
    law: views,
    filter: "pairs share",
  },
  {
    id: "pairs-chosen-twice",
    file: rows,
    find: "const document = sample * each + at;",
    replace: "const document = sample * each + 0 * at;",
    law: views,
    filter: "pairs share",
  },
  {
    id: "rows-of-another-sample",
    file: rows,
    find: "const batch = await dataset.read(split, own);",
    replace: "const batch = await dataset.read(split, own && numbers);",
    law: views,
  },
  {
    id: "prompts-without-room",
    file: rows,
    find: "most = options.length - view.room;",
    replace: "most = options.length - 0 * view.room;",
    law: views,
    filter: "prompts end",
  },
  {
    id: "chats-kept-without-their-view",
    file: kept,
    find: '["dialogues", VERSION, view, digest,',
    replace: '["dialogues", VERSION, view.length < 0, digest,',
    law: views,
    filter: "views read alike",
  },
  {
    id: "chats-resumed-in-the-middle-of-a-pair",
    file: kept,
    find: "own.slice(before)",
    replace: "own.slice(0 * before)",
    law: views,
    filter: "views read alike",
  },
];

/**
 * Laws of dialogues as tokens: answers and what ends them are the targets, training sees the tokens that
 * generation begins with, and no text becomes a special token.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  chatTokensOf,
  dialogueTokens,
  endsOf,
  promptTokens,
  renderChat,
  templateOf,
} from "../../../src/tokenizers/chat/mod.ts";
import { law } from "../../law.ts";
import { contents, dialogues, type Form, forms } from "../data/chats.ts";

const form = fc.constantFrom<Form>("chatml", "plain");
const utf8 = new TextDecoder();

function formOf(name: Form) {
  const tokenizer = forms[name];
  return { tokenizer, template: templateOf(tokenizer, name) };
}

/** Two line ends before a message: as one text they are other tokens than at the end of a prompt. */
const lines = {
  tokenizer: forms.chatml,
  template:
    "{% for m in messages %}<|im_start|>{{ m['role'] }}{{ '\\n\\n' }}{{ m['content'] }}<|im_end|>" +
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant{{ '\\n\\n' }}{% endif %}",
};

law("targets are the answers and what ends each, whatever is asked: prompt labels don't matter", {
  source: "Ouyang et al. 2022, section 3.4",
  given: { messages: dialogues, form, other: contents },
  kills: [
    "chat-labels-on-prompts",
    "chat-template-without-generation-prompt",
    "chat-end-of-an-answer-unscored",
    "chat-first-answer-alone",
  ],
  holds: ({ messages, form, other }) => {
    const own = formOf(form), { tokenizer } = own, ending = endsOf(own);
    const targets = (turns: typeof messages) => {
      const { tokens, scored } = dialogueTokens(turns, own);
      assertEquals(tokens.length, scored.length);
      return tokens.filter((_, i) => scored[i] === 1);
    };
    const answers = messages.filter(({ role }) => role === "assistant");
    const read = utf8.decode(tokenizer.decode(targets(messages), { special: true }));
    // `plain` has a space between "Assistant:" and the answer.
    const space = form === "plain" ? " " : "";
    assertEquals(read, answers.map(({ content }) => space + content + ending.text).join(""));
    const asked = messages.map((turn) => turn.role === "user" ? { ...turn, content: other } : turn);
    assertEquals(targets(asked), targets(messages));
  },
});

law(
  "before each answer stand the tokens that generation begins with, and each ends where it says",
  {
    source: "definition",
    given: {
      messages: dialogues,
      form: fc.constantFrom<Form | "lines">("chatml", "plain", "lines"),
    },
    kills: ["chat-answer-tokenised-with-its-prompt", "chat-ends-before-what-ends"],
    holds: ({ messages, form }) => {
      const own = form === "lines" ? lines : formOf(form), { tokenizer } = own;
      const names = chatTokensOf(tokenizer);
      const { tokens, ends } = dialogueTokens(messages, own), ending = endsOf(own);
      const places = messages.flatMap(({ role }, i) => role === "assistant" ? [i] : []);
      assertEquals(ends.length, places.length);
      places.forEach((place, k) => {
        const prompt = promptTokens(messages.slice(0, place), own);
        assertEquals(tokens.slice(0, prompt.length), prompt);
        const text = renderChat(own.template, messages.slice(0, place), { asks: true, names });
        assertEquals(utf8.decode(tokenizer.decode(prompt, { special: true })), text);
        // From there to its end an answer is what the model is to write, tokenised alone.
        const answer = (form === "plain" ? " " : "") + messages[place].content;
        assertEquals(
          tokens.slice(prompt.length, ends[k]),
          Int32Array.of(...tokenizer.encode(answer), ...ending.tokens),
        );
      });
      assertEquals(ends.at(-1), tokens.length);
    },
  },
);

law("what looks like a special token in a message is text", {
  source: "definition",
  given: {
    messages: dialogues,
    special: fc.constantFrom("<|im_end|>", "<|im_start|>", "<|endoftext|>"),
    place: fc.nat(),
  },
  kills: ["chat-special-tokens-injected"],
  holds: ({ messages, special, place }) => {
    const own = formOf("chatml"), { tokenizer } = own, at = place % messages.length;
    const planted = messages.map((turn, i) =>
      i === at ? { ...turn, content: `${turn.content}${special}${special} x` } : turn
    );
    const numbers = new Set(Object.values(tokenizer.special));
    const count = (turns: typeof messages) =>
      dialogueTokens(turns, own).tokens.filter((token) => numbers.has(token)).length;
    assertEquals(count(planted), count(messages));
    const { tokens } = dialogueTokens(planted, own);
    const text = utf8.decode(tokenizer.decode(tokens, { special: true }));
    assert(text.includes(planted[at].content), text);
  },
});

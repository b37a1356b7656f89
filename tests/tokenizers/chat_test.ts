import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { DataError } from "../../src/base/errors.ts";
import {
  dialogueTokens,
  endsOf,
  promptTokens,
  renderChat,
  separatedTokenizer,
  templateOf,
  TEMPLATES,
} from "../../src/tokenizers/chat/mod.ts";
import { bytesTokenizer, readTokenizer, type Tokenizer } from "../../src/tokenizers/mod.ts";
import { chatTokenizer } from "../properties/data/chats.ts";

const turns = [
  { role: "user", content: "How old is she?" },
  { role: "assistant", content: "She is 12." },
];
const utf8 = new TextDecoder();
const shown = (tokens: Int32Array, tokenizer: Tokenizer) =>
  utf8.decode(tokenizer.decode(tokens, { special: true }));

Deno.test("named templates: what they write, and what ends an answer", () => {
  const chatml = { tokenizer: chatTokenizer, template: TEMPLATES.chatml };
  assertEquals(
    renderChat(chatml.template, turns, { asks: true, names: {} }),
    "<|im_start|>user\nHow old is she?<|im_end|>\n<|im_start|>assistant\nShe is 12.<|im_end|>\n" +
      "<|im_start|>assistant\n",
  );
  assertEquals(endsOf(chatml).text, "<|im_end|>");
  const plain = { tokenizer: bytesTokenizer, template: TEMPLATES.plain };
  assertEquals(
    renderChat(plain.template, turns, { asks: false, names: {} }),
    "User: How old is she?\n\nAssistant: She is 12.\n\n",
  );
  assertEquals(endsOf(plain), { text: "\n\n", tokens: Int32Array.of(10, 10) });
  assertEquals(
    shown(promptTokens(turns.slice(0, 1), plain), bytesTokenizer),
    "User: How old is she?\n\nAssistant:",
  );
  assertEquals(
    renderChat(plain.template, turns, { asks: false, begun: true, names: {} }),
    "User: How old is she?\n\nAssistant: She is 12.",
  );
});

Deno.test("the template is what is wanted, the tokenizer's own, chatml where it can be, or plain", () => {
  const own = "{{ messages[0].content }}{{ 'own' }}";
  assertEquals(templateOf({ ...chatTokenizer, chatTemplate: own }, "plain"), TEMPLATES.plain);
  assertEquals(templateOf({ ...chatTokenizer, chatTemplate: own }), own);
  assertEquals(templateOf(chatTokenizer), TEMPLATES.chatml);
  assertEquals(templateOf(bytesTokenizer), TEMPLATES.plain);
  assertEquals(templateOf(bytesTokenizer, own), own);
  assertThrows(
    () => templateOf(bytesTokenizer, "chatml"),
    DataError,
    "as special tokens: add them",
  );
  assertThrows(() => templateOf(bytesTokenizer, "llama"), DataError, "chatml and plain");
});

Deno.test("templates that no model could be trained by are refused, with what to do", () => {
  const tokenizer = chatTokenizer;
  const refused = (template: string, message: string, messages = [...turns, ...turns]) =>
    assertThrows(() => dialogueTokens(messages, { tokenizer, template }), DataError, message);
  const body = "{{ m['role'] }}: {{ m['content'] }}<|im_end|>";
  refused(`{% for m in messages %}${body}{% endfor %}`, "no generation prompt");
  const asks = "{% if add_generation_prompt %}assistant: {% endif %}";
  // Earlier answers are shortened once there are later ones.
  refused(
    `{% for m in messages %}{% if m.role == 'assistant' and not loop.last %}assistant: …<|im_end|>` +
      `{% else %}${body}{% endif %}{% endfor %}${asks}`,
    "rewrites earlier turns: before message 4",
  );
  refused(
    `{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}{% endfor %}${asks}`,
    "nothing after an answer",
  );
  refused("{{ raise_exception('roles must alternate') }}", "roles must alternate");
  refused("{% if %}", "the chat template");
});

Deno.test("the token between documents is one that no dialogue holds", () => {
  const chatml = TEMPLATES.chatml, { special } = chatTokenizer;
  assertEquals(separatedTokenizer({ tokenizer: chatTokenizer, template: chatml }), chatTokenizer);
  // As SmolLM2 has it: what begins a message is what its file puts before texts.
  const begins = { ...chatTokenizer, separator: special["<|im_start|>"] };
  const other = separatedTokenizer({ tokenizer: begins, template: chatml });
  assertEquals(other.separator, special["<|endoftext|>"]);
  assertEquals(other.digest, begins.digest);
  // What ends an answer is what ends documents, and is still called so.
  const eos = "{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}";
  const ended = separatedTokenizer({ tokenizer: chatTokenizer, template: eos });
  assertEquals([ended.eos, ended.separator], [special["<|endoftext|>"], special["<|im_start|>"]]);
  assertEquals(endsOf({ tokenizer: ended, template: eos }).text, "<|endoftext|>");
  assertThrows(
    () => separatedTokenizer({ tokenizer: bytesTokenizer, template: eos }),
    DataError,
    "has no other special token",
  );
});

Deno.test("the token before documents is left to whoever packs; roles may stand in any order", () => {
  const tokenizer = { ...chatTokenizer, bos: chatTokenizer.separator };
  const template = `{{ bos_token }}${TEMPLATES.chatml}`, form = { tokenizer, template };
  const bare = dialogueTokens(turns, { tokenizer, template: TEMPLATES.chatml });
  assertEquals(dialogueTokens(turns, form), bare);
  assert(!bare.tokens.includes(tokenizer.separator));
  // Questions after the last answer are of no use to it; without an answer there is nothing.
  assertEquals(dialogueTokens([...turns, turns[0]], form), bare);
  assertEquals(dialogueTokens([turns[0]], form).tokens.length, 0);
  // Two answers in a row, of which the second alone is a target.
  const twice = dialogueTokens([...turns, turns[1]], { ...form, from: 2 });
  assertEquals(twice.ends.length, 2);
  const first = twice.scored.indexOf(1);
  assert(first > twice.ends[0]);
});

interface Golden {
  readonly templates: Readonly<
    Record<string, {
      readonly template: string;
      readonly cases: readonly {
        readonly messages: typeof turns;
        readonly text: string;
        readonly prompt: string;
        readonly tokens: readonly number[];
        readonly promptTokens: readonly number[];
        readonly answerTokens: readonly number[];
      }[];
    }>
  >;
  readonly added: readonly string[];
}

// tests/peers/chat_golden.py: transformers on the same tokenizer and templates.
Deno.test("dialogues are those of transformers' apply_chat_template, in text and in tokens", async () => {
  const file = (name: string) => new URL(`../golden/tokenizers/files/${name}`, import.meta.url);
  const { templates, added }: Golden = JSON.parse(await Deno.readTextFile(file("chat.json")));
  const json = JSON.parse(await Deno.readTextFile(file("ours_smollm.json")));
  const first = Object.keys(json.model.vocab).length;
  added.forEach((content, i) =>
    json.added_tokens.push({ ...json.added_tokens[0], id: first + i, content })
  );
  const read = await readTokenizer(new TextEncoder().encode(JSON.stringify(json)));
  const tokenizer = { ...read, bos: read.separator, eos: read.special["</s>"] };
  const names = { bos_token: "<|endoftext|>", eos_token: "</s>" };
  for (const [name, { template, cases }] of Object.entries(templates)) {
    for (const one of cases) {
      const { messages, text, prompt } = one;
      assertEquals(renderChat(template, messages, { asks: false, names }), text, name);
      const asked = messages.slice(0, -1);
      assertEquals(renderChat(template, asked, { asks: true, names }), prompt, name);
      const form = { tokenizer, template };
      // What a template begins a text with is left to whoever packs dialogues.
      const bare = (tokens: readonly number[]) =>
        tokens[0] === tokenizer.separator ? tokens.slice(1) : tokens;
      const own = dialogueTokens(messages, form), asking = promptTokens(asked, form);
      const written = shown(own.tokens, tokenizer);
      assertEquals(written, text.replace(names.bos_token, "").slice(0, written.length), name);
      // All but what follows the end of the last answer.
      assertEquals(text.replace(names.bos_token, "").slice(written.length).trim(), "", name);
      if (messages.filter(({ role }) => role === "assistant").length === 1) {
        assertEquals([...asking], bare(one.promptTokens), name);
      }
      const answer = own.tokens.slice(asking.length);
      assertEquals([...answer], one.answerTokens.slice(0, answer.length), name);
      // Tokens that a text has as a whole: where they run over the end of the prompt (two line ends
      // before a word) they are none that generation begins with.
      const whole = bare(one.tokens).slice(0, own.tokens.length);
      if (name === "headers") assertNotEquals([...own.tokens], whole);
      else assertEquals([...own.tokens], whole, name);
    }
  }
});

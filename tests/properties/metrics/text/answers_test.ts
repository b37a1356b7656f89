/** Laws of asking a model for answers: by the tokens that it was trained after, until the answer ends. */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { MetricUnavailable } from "../../../../src/base/mod.ts";
import {
  answersTo,
  languageOf,
  type TokenModel,
  type TokenPrompt,
} from "../../../../src/subject/mod.ts";
import { dialogueTokens, endsOf, templateOf } from "../../../../src/tokenizers/chat/mod.ts";
import { law } from "../../../law.ts";
import { dialogues, type Form, forms } from "../../data/chats.ts";

/** A model that goes on with these texts as its training would have it: the answer, what ends it, more. */
function repeater(form: Form, after: (prompt: TokenPrompt) => string) {
  const tokenizer = forms[form], template = templateOf(tokenizer, form);
  const asked: TokenPrompt[] = [], ending = endsOf({ tokenizer, template });
  const model: TokenModel = {
    tokenizer,
    context: 4096,
    chatTemplate: template,
    score: () => Promise.reject(new Error("not asked")),
    write(prompts) {
      asked.push(...prompts);
      return Promise.resolve(prompts.map((prompt) => {
        const all = [
          ...tokenizer.encode(after(prompt)),
          ...ending.tokens,
          ...tokenizer.encode(" and more"),
          tokenizer.separator,
        ];
        // As a model does: it is asked token by token whether that is enough.
        let end = 1;
        while (
          end < Math.min(all.length, prompt.most) &&
          !prompt.done?.(Int32Array.from(all.slice(0, end)))
        ) {
          end++;
        }
        return Int32Array.from(all.slice(0, end));
      }));
    },
  };
  return { language: languageOf(model), asked, tokenizer, template };
}

const form = fc.constantFrom<Form>("chatml", "plain");
const said = fc.array(fc.constantFrom("she", "is", "old", "12", "happy,"), {
  minLength: 1,
  maxLength: 6,
}).map((words) => words.join(" "));

law("an answer is asked after the tokens that training has before it, and ends where answers end", {
  source: "definition: what is evaluated is what was trained",
  given: { messages: dialogues, form, answer: said },
  cases: 60,
  holds: async ({ messages, form, answer }) => {
    const { language, asked, tokenizer, template } = repeater(form, () => answer);
    const prompt = [...messages, { role: "user", content: "and?" }];
    const [found] = await answersTo(language, [{ messages: prompt, row: 5 }], { most: 64 });
    assertEquals([found.text, found.ended], [answer, true]);
    const { tokens } = dialogueTokens([...prompt, { role: "assistant", content: answer }], {
      tokenizer,
      template,
    });
    const before = [tokenizer.separator, ...tokens].slice(0, asked[0].tokens.length);
    assertEquals([...asked[0].tokens], before);
    assertEquals(asked[0].row, 5);
  },
  kills: ["answers-without-the-separator", "answers-go-on-after-their-end"],
});

Deno.test("an answer that doesn't end is cut, and says so; a server without a template isn't asked", async () => {
  const { language } = repeater("chatml", () => "one two three four five six");
  const [cut] = await answersTo(
    language,
    [{ messages: [{ role: "user", content: "?" }], row: 0 }],
    {
      most: 4,
    },
  );
  assertEquals([cut.tokens, cut.ended], [4, false]);
  await assertRejects(
    () => answersTo({ ...language, tokenizer: null, chatTemplate: undefined }, [], { most: 4 }),
    MetricUnavailable,
    "no chat template",
  );
});

/** Laws of attributes that dialogues ask for. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DataError } from "../../../src/base/errors.ts";
import {
  askedIn,
  askingFor,
  attributesIn,
  attributesText,
  withoutAsking,
} from "../../../src/data/text/chats/asking.ts";
import type { Message } from "../../../src/data/text/mod.ts";
import { law } from "../../law.ts";

const name = fc.stringMatching(/^[a-z][a-z_]{0,9}$/);
const attributes = fc.dictionary(name, fc.integer({ min: -9, max: 9 }), { minKeys: 1, maxKeys: 6 });
const content = fc.string({ maxLength: 30 });
const turns = fc.array(
  fc.record({ role: fc.constantFrom("user", "assistant"), content }),
  { minLength: 1, maxLength: 4 },
);
const system = fc.option(content.filter((text) => attributesIn(text.split("\n")[0]) === null));

law("what is asked for is read back from the dialogue, and leaves it as it was", {
  source: "definition; the form is SteerLM's (arXiv:2310.05344)",
  given: { attributes, others: attributes, turns, system },
  holds: ({ attributes, others, turns, system }) => {
    const plain: Message[] = system === null
      ? turns
      : [{ role: "system", content: system }, ...turns];
    const asked = askingFor(plain, attributes);
    assertEquals(askedIn(asked), { ...attributes });
    assertEquals(askedIn(plain), null);
    assertEquals(withoutAsking(asked), plain);
    assertEquals(withoutAsking(plain), plain);
    // Asked anew, only the last counts; nothing but a system message at the beginning is added.
    assertEquals(askingFor(asked, others), askingFor(plain, others));
    assertEquals(asked.filter(({ role }) => role === "system").length, 1);
    assertEquals(asked[0].role, "system");
  },
  kills: ["asking-added-to-what-was-asked", "asking-forgets-the-system-message"],
});

law("attributes in words are of one form, and no other text is read as some", {
  source: "definition",
  given: { attributes, text: content },
  holds: ({ attributes, text }) => {
    const said = attributesText(attributes);
    assertEquals(attributesIn(said), { ...attributes });
    for (const other of [`${said} `, ` ${said}`, said.slice(0, -1), said + text + "x"]) {
      assertEquals(attributesIn(other), null, JSON.stringify(other));
    }
    const read = attributesIn(text);
    assert(read === null || attributesText(read) === text);
  },
});

Deno.test("attributes that can't be asked for are refused", () => {
  assertThrows(() => attributesText({}), DataError, "none is asked for");
  assertThrows(() => attributesText({ helpful: 1.5 }), DataError, "a whole number was expected");
  assertThrows(() => attributesText({ "Help me": 1 }), DataError, "no word of small letters");
  assertEquals(attributesText({ helpful: 4, polite: -0 }), "Attributes: helpful 4, polite 0.");
});

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseJson } from "../../src/base/text/json.ts";
import { law } from "../law.ts";

law("JSON: any value comes back, however it is laid out", {
  source: "definition",
  given: { value: fc.jsonValue(), indent: fc.integer({ min: 0, max: 4 }) },
  holds: ({ value, indent }) => {
    const text = JSON.stringify(value, null, indent);
    assertEquals(parseJson(text), JSON.parse(text));
  },
  cases: 300,
});

law("JSON: a key that an object has twice is refused, however deep and however it is written", {
  source: "definition",
  given: {
    key: fc.string(),
    others: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
    depth: fc.integer({ min: 0, max: 3 }),
  },
  holds: ({ key, others, depth }) => {
    const own = JSON.stringify(key);
    // The same key by its code units.
    const escaped = `"${
      Array.from({ length: key.length }, (_, i) =>
        "\\u" + key.charCodeAt(i).toString(16).padStart(4, "0")).join("")
    }"`;
    const rest = Object.entries(others).filter(([name]) => name !== key)
      .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`).join("");
    const object = `{${own}:{"x":[1]}${rest},\n${escaped} :2}`;
    const text = "[{},".repeat(depth) + object + "]".repeat(depth);
    const { message } = assertThrows(() => parseJson(text), SyntaxError);
    assertEquals(message, `line 2: the key ${own} appears twice`);
  },
  kills: ["json-keys-by-their-spelling"],
  cases: 200,
});

Deno.test("JSON: a merge left open is told with its line; what only looks like one is text", () => {
  const refuses = (text: string, message: string) =>
    assertEquals(assertThrows(() => parseJson(text), SyntaxError).message, message);
  refuses("{\n<<<<<<< HEAD\n", "line 2: a merge is left open (<<<<<<<)");
  refuses("{}\n=======\n", "line 2: a merge is left open (=======)");
  refuses("{}\r\n>>>>>>> other\r\n", "line 2: a merge is left open (>>>>>>>)");
  assertEquals(parseJson('{"a": "=======", "b": {"a": 1}}'), { a: "=======", b: { a: 1 } });
});

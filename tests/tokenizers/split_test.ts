import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../src/base/errors.ts";
import { translated } from "../../src/tokenizers/split/regex.ts";
import { splitterOf } from "../../src/tokenizers/split/splitter.ts";
import type { Behavior } from "../../src/tokenizers/split/stage.ts";

/** What `tokenizers.pre_tokenizers.Split(Regex(regex), behavior)` of 0.23.3 gives. */
function cut(regex: string, text: string, behavior: Behavior = "Isolated", invert = false) {
  const pieces: string[] = [];
  splitterOf([{ type: "Split", pattern: { Regex: regex }, behavior, invert }])(
    text,
    (piece) => pieces.push(piece),
  );
  return pieces;
}

Deno.test("split: what becomes of matches", () => {
  const of = (behavior: Behavior, invert = false) => cut("-", "a--b-c-", behavior, invert);
  assertEquals(of("Isolated"), ["a", "-", "-", "b", "-", "c", "-"]);
  assertEquals(of("Removed"), ["a", "b", "c"]);
  assertEquals(of("Removed", true), ["-", "-", "-", "-"]);
  assertEquals(of("MergedWithPrevious"), ["a-", "-", "b-", "c-"]);
  assertEquals(of("MergedWithNext"), ["a", "-", "-b", "-c", "-"]);
  assertEquals(of("Contiguous"), ["a", "--", "b", "-", "c", "-"]);
});

Deno.test("regular expressions: Oniguruma's in JavaScript's", () => {
  assertEquals(cut("\\s+", "a\u0085b\ufeffc"), ["a", "\u0085", "b\ufeffc"]);
  assertEquals(cut("a++b?", "aaab"), ["aaab"]);
  assertEquals(cut("a++ab", "aaab"), ["aaab"]);
  assertEquals(cut("(?>a|ab)c", "abcac"), ["abc", "ac"]);
  assertEquals(cut("[a-z&&[^aeiou]]+", "strength"), ["str", "e", "ngth"]);
  assertEquals(cut("^b", "b\nb"), ["b", "\n", "b"]);
  assertEquals(cut("x(?i)a|b", "xA xB B"), ["xA", " ", "xB", " B"]);
  assertEquals(cut("\\x41\\x{1F600}|\\u0042", "A😀B"), ["A😀", "B"]);
  assertEquals(cut("\\bé\\b", "é éa"), ["é", " éa"]);
  assertEquals(cut("[]a]+", "]a[b"), ["]a", "[b"]);
  assertEquals(cut("[a\\-z]+", "a-zb"), ["a-z", "b"]);
  assertEquals(cut("a{,2}", "aaab"), ["aa", "a", "b"]);
});

Deno.test("regular expressions: what is not read is told", () => {
  for (
    const [source, told] of [
      ["(?<name>a)", "a group of an unknown form"],
      ["a)", "a closing parenthesis too many"],
      ["(a", "no closing parenthesis"],
      ["[a", "no closing bracket"],
      ["\\p{Nonsense}", "the property Nonsense"],
      ["\\K", "\\K"],
      ["a**", "a count of a count"],
      ["*", "a count of nothing"],
      ["(?m:.)", "the option ?m:"],
      ["[b-a]", "can't be read"],
    ]
  ) assertThrows(() => translated(source), DataError, told, source);
});

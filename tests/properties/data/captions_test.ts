/**
 * Laws of captions: what is said can be read back, and nothing else is read.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { factorsOf, FORMS, saidOf } from "../../../src/data/text/captions/grammar.ts";
import { sampleHead } from "../../../src/data/heads/mod.ts";
import { hostKey } from "../../../src/random/host/mod.ts";
import { law } from "../../law.ts";

const given = { seed: fc.nat(1e6), form: fc.integer({ min: 0, max: FORMS.length - 1 }) };
const headOf = (seed: number) => sampleHead(hostKey(seed, "captions"));

law("every caption says its factors: read back they are the same, in every form", {
  source: "definition",
  given,
  cases: 1000,
  kills: ["captions-left-is-right", "captions-age-rounded-down", "captions-without-hair-colour"],
  holds: ({ seed, form }) => {
    const head = headOf(seed), said = saidOf(head);
    assertEquals(factorsOf(FORMS[form](said)), said);
    // The numbers are the head's to the nearest whole, and its side is its own.
    assert(Math.abs(said.age_years - head.age_years) <= 0.5);
    assert(Math.abs(said.yaw - head.yaw) <= 0.5);
    const text = FORMS[form](said);
    if (said.yaw !== 0) {
      assert(text.toLowerCase().includes(`to the ${head.yaw < 0 ? "left" : "right"}`), text);
    }
  },
});

law("a caption with a word or letter changed is another caption, or none", {
  source: "definition",
  given: {
    ...given,
    at: fc.nat(),
    by: fc.constantFrom("", " ", "x", "a", "0", "1", "left", "red", ","),
  },
  cases: 1000,
  kills: ["captions-judged-loosely"],
  holds: ({ seed, form, at, by }) => {
    const said = saidOf(headOf(seed)), text = FORMS[form](said), place = at % text.length;
    const other = text.slice(0, place) + by + text.slice(place + 1), read = factorsOf(other);
    if (other === text) assertEquals(read, said);
    else if (read !== null) {
      // What is read is said, letter for letter, and isn't what was said before.
      assert(FORMS.some((form) => form(read) === other), other);
      assert(JSON.stringify(read) !== JSON.stringify(said), other);
    }
  },
});

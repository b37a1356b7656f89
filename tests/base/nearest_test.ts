import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { didYouMean, editDistance, nearest } from "../../src/base/text/nearest.ts";
import { law } from "../law.ts";

const word = fc.string({ unit: fc.constantFrom(..."abcde"), maxLength: 7 });

law("edit distance is symmetric, 0 only for equal words, at most the longer length", {
  source: "Damerau 1964, restricted to neighbours",
  given: { a: word, b: word },
  cases: 300,
  kills: ["edit-distance-one-sided"],
  holds: ({ a, b }) => {
    const d = editDistance(a, b);
    assertEquals(d, editDistance(b, a));
    assertEquals(d === 0, a === b);
    return d <= Math.max(a.length, b.length) && d >= Math.abs(a.length - b.length);
  },
});

law("one insertion, deletion, substitution or exchange of neighbours is a distance of 1", {
  source: "definition",
  given: {
    a: fc.string({ unit: fc.constantFrom(..."abcde"), minLength: 2, maxLength: 7 }),
    at: fc.nat(6),
  },
  kills: ["edit-distance-without-exchange"],
  holds: ({ a, at }) => {
    const i = at % (a.length - 1);
    const edits = [
      a.slice(0, i) + "z" + a.slice(i),
      a.slice(0, i) + a.slice(i + 1),
      a.slice(0, i) + "z" + a.slice(i + 1),
      a.slice(0, i) + a[i + 1] + a[i] + a.slice(i + 2),
    ].filter((b) => b !== a);
    return edits.every((b) => editDistance(a, b) === 1);
  },
});

Deno.test("the nearest name forgives typing, not meaning", () => {
  const known = ["beta", "latent", "likelihood", "learningRate", "free_bits"];
  assertEquals(nearest("betta", known), "beta");
  assertEquals(nearest("btea", known), "beta");
  assertEquals(nearest("learning_rate", known), "learningRate");
  assertEquals(nearest("freebits", known), "free_bits");
  assertEquals(nearest("like", known), "likelihood");
  assertEquals(nearest("gamma", known), undefined);
  assertEquals(nearest("x", known), undefined);
  assertEquals(didYouMean("bet", known), "; did you mean `beta`?");
  assertEquals(didYouMean("zzz", known), "");
});

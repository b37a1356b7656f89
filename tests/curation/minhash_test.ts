/** Near duplicates are those that datatrove finds, and similarities are of the same sets. */
import { assert, assertEquals } from "@std/assert";
import { found } from "../../src/curation/dedup/minhash/bands.ts";
import { minhash } from "../../src/curation/dedup/minhash/minhash.ts";
import { shingles } from "../../src/curation/dedup/minhash/shingles.ts";
import { permutations, signature, similarity } from "../../src/curation/dedup/minhash/signature.ts";
import { decisionsOf } from "./stages.ts";
import { golden } from "./golden.ts";

const size = { of: "words", n: 5 } as const;
const all = golden.documents.map(({ text }) => shingles(text, size));
/** Both words of each shingle's hash as one number. */
const sets = all.map((found) =>
  new Set(
    Array.from({ length: found.length / 2 }, (_, i) =>
      (BigInt(found[2 * i] >>> 0) << 32n) | BigInt(found[2 * i + 1] >>> 0)),
  )
);

Deno.test("documents have as many different runs of five words as datatrove finds", () => {
  assertEquals(sets.map(({ size }) => size), [...golden.minhash.shingles]);
});

Deno.test("similarities are those of datatrove's sets, and estimated as well as its own", () => {
  const drawn = permutations(112, 1), signatures = all.map((one) => signature(one, drawn));
  let theirs = 0, ours = 0, expected = 0;
  assert(golden.minhash.pairs.length > 30, `${golden.minhash.pairs.length} pairs`);
  for (const [a, b, true_, estimated] of golden.minhash.pairs) {
    const shared = [...sets[a]].filter((one) => sets[b].has(one)).length;
    assertEquals(shared / (sets[a].size + sets[b].size - shared), true_);
    const own = similarity(signatures[a], signatures[b]);
    const deviation = Math.sqrt(true_ * (1 - true_) / 112);
    assert(Math.abs(own - true_) <= 5 * deviation + 1 / 112, `${own} for ${true_}`);
    ours += (own - true_) ** 2;
    theirs += (estimated - true_) ** 2;
    expected += deviation ** 2;
  }
  // Pairs share documents, so errors hang together: a factor of three is no fault.
  assert(
    ours < 3 * expected + 1e-9,
    `squared errors ${ours}, ${theirs} theirs, ${expected} expected`,
  );
});

Deno.test("what is surely alike is found on both sides, and what surely isn't is left", async () => {
  const published = { bands: 14, rows: 8 }, sure = 1e-4;
  const like = new Map(golden.minhash.pairs.map(([a, b, J]) => [`${a} ${b}`, found(J, published)]));
  const between = (a: number, b: number) => like.get(`${Math.min(a, b)} ${Math.max(a, b)}`) ?? 0;
  // Documents of which every two are found almost surely, or almost never.
  const chosen: number[] = [];
  for (const number of golden.documents.keys()) {
    const clear = (other: number) => Math.abs(between(number, other) - 0.5) > 0.5 - sure;
    if (sets[number].size > 0 && chosen.every(clear)) chosen.push(number);
  }
  const expected = chosen.map((number, i) =>
    !chosen.slice(0, i).some((other) => between(number, other) > 0.5)
  );
  const texts = chosen.map((number) => golden.documents[number].text);
  const decisions = await decisionsOf(minhash, texts);
  assertEquals(decisions.map(({ keep }) => keep), expected);
  const { first } = golden.minhash;
  for (const [i, number] of chosen.entries()) {
    const theirs = chosen.slice(0, i).some((other) => first[other] === first[number]);
    assertEquals(theirs, !expected[i], `datatrove on document ${number}`);
  }
  assert(expected.filter((keep) => !keep).length >= 5, "some are duplicates");
  for (const decision of decisions) {
    if (!decision.keep) {
      assert(decision.value > 0.72 && decision.limit < 0.72 && decision.limit > 0.71);
    }
  }
});

Deno.test("NeMo Curator's settings: runs of 24 characters, 20 bands of 13", async () => {
  const text = golden.documents[0].text, near = text.replace("the", "The");
  const other = golden.documents[1].text;
  const decisions = await decisionsOf(minhash, [text, near, other, "short", "short"], {
    settings: { like: "nemo" },
  });
  assertEquals(decisions.map(({ keep }) => keep), [true, false, true, true, false]);
  assertEquals(decisions[4].keep ? null : decisions[4].value, 1);
});

Deno.test("texts without shingles are like none", async () => {
  const decisions = await decisionsOf(minhash, ["a b c", "a b c", ""]);
  assertEquals(decisions.map(({ keep }) => keep), [true, true, true]);
});

/** The classifier learns a quality that is planted, and says what its scores are worth. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { classifier } from "../../src/curation/classifier/classifier.ts";
import { DataError } from "../../src/base/errors.ts";
import { hostIntegers, hostKey } from "../../src/random/host/mod.ts";
import { contextOf, decisionsOf } from "./stages.ts";

const common = "the of and to a in that it is was for on as with".split(" ");
const good = "constitution commerce treaty liberty revenue union harbor statute".split(" ");
const bad = "click buy cheap login free subscribe winner casino".split(" ");

/** Texts of common words, a quarter of which are of a kind. */
function texts(
  kind: readonly string[],
  { count, seed }: { count: number; seed: number },
): string[] {
  return Array.from({ length: count }, (_, i) => {
    const draw = hostIntegers(hostKey(seed, "classifier test", i), 80, 1 << 16);
    return Array.from(
      draw,
      (n, j) => j % 4 === 0 ? kind[n % kind.length] : common[n % common.length],
    )
      .join(" ");
  });
}

const positive = texts(good, { count: 200, seed: 1 }),
  negative = texts(bad, { count: 200, seed: 2 });
const documents = [...texts(good, { count: 60, seed: 3 }), ...texts(bad, { count: 60, seed: 4 })];

Deno.test("a planted quality is learnt, and told by what was held out", async () => {
  const said: string[] = [];
  const context = {
    ...contextOf({ judge: positive, noise: negative }),
    say: (t: string) => said.push(t),
  };
  const settings = { negative: ["noise"], bits: 14 };
  const decisions = await decisionsOf(classifier, documents, { settings, context });
  const kept = decisions.map(({ keep }) => keep);
  assert(kept.slice(0, 60).filter((keep) => keep).length >= 58, "good texts stay");
  assert(kept.slice(60).filter((keep) => keep).length <= 2, "bad ones go");
  const [, accuracy] = said.join("\n").match(/on 80 texts held out accuracy ([\d.]+)/)!;
  assert(Number(accuracy) >= 0.95, said.join("\n"));
  assertEquals(await decisionsOf(classifier, documents, { settings, context }), decisions);
});

Deno.test("the documents themselves stand for texts that aren't good", async () => {
  const context = contextOf({ judge: positive });
  const decisions = await decisionsOf(classifier, documents, { settings: { bits: 14 }, context });
  const score = (i: number) => decisions[i].values!["classifier: score"];
  const mean = (from: number) =>
    Array.from({ length: 60 }, (_, i) => score(from + i)).reduce((a, b) => a + b) / 60;
  assert(mean(0) > mean(60) + 0.2, `good texts score ${mean(0)}, bad ones ${mean(60)}`);
});

Deno.test("by a Pareto draw some of the worse texts stay, of the better more", async () => {
  const context = contextOf({ judge: positive, noise: negative });
  const settings = { negative: ["noise"], bits: 14, keep: "pareto", alpha: 3 };
  const decisions = await decisionsOf(classifier, documents, { settings, context });
  const share = (from: number) =>
    decisions.slice(from, from + 60).filter(({ keep }) => keep).length / 60;
  assert(share(0) > share(60), `${share(0)} and ${share(60)}`);
  assert(share(60) > 0.02 && share(60) < 0.5, `${share(60)} of the bad ones stay`);
});

Deno.test("too few texts are told", async () => {
  const context = contextOf({ judge: positive.slice(0, 5), noise: negative });
  const asked = decisionsOf(classifier, documents, { settings: { negative: ["noise"] }, context });
  const { message } = await assertRejects(() => asked, DataError);
  assertEquals(message, "classifier: 5 positive texts are too few to learn from; 10 are least");
});

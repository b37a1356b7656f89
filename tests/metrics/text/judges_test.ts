/** What judges are said to be worth, of judges that are known. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { MetricUnavailable } from "../../../src/base/mod.ts";
import type { Dataset } from "../../../src/data/mod.ts";
import {
  attributes as graded,
  exchangesOf,
  type Message,
  preferences,
  verdictOf,
} from "../../../src/data/text/mod.ts";
import { requireDeclared } from "../../../src/metrics/contract.ts";
import { attributesJudged } from "../../../src/metrics/text/dialogues/attributes_judged.ts";
import type { Subject } from "../../../src/subject/mod.ts";
import { textContext } from "./documents.ts";

const SIZE = 40;
const sizes = { train: 4, test: SIZE, judge: 0, judge_test: 0 };
const load = async (of: typeof graded | typeof preferences, more = {}) =>
  await (of as typeof graded).load(
    of.config.parse({ ...sizes, ...more }) as never,
    { cache: ".", jobs: 1 },
  ) as unknown as Dataset<"text">;

const key = (messages: readonly Message[]) =>
  JSON.stringify(messages.map(({ role, content }) => [role, content]));

/** Facts of the test split's prompts. */
async function factsIn(dataset: Dataset<"text">) {
  const all = await exchangesOf(dataset as Dataset, {
    split: "test",
    rows: Uint32Array.from({ length: SIZE }, (_, i) => i),
  });
  return new Map(all.map(({ prompt, facts }) => [key(prompt), facts!]));
}

/** A judge that says this of each dialogue. */
function judge(
  names: readonly string[],
  say: (prompt: readonly Message[], answer: string) => readonly number[],
): Subject<"text"> {
  return {
    label: "judge",
    capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: false },
    sample: () => Promise.reject(new Error("no samples")),
    judge: {
      attributes: names,
      judge: (dialogues: readonly (readonly Message[])[]) =>
        Promise.resolve({
          count: dialogues.length,
          dimension: names.length,
          data: Float64Array.from(
            dialogues.flatMap((one) => say(one.slice(0, -1), one.at(-1)!.content)),
          ),
        }),
    },
  } as Subject<"text">;
}

async function judged(subject: Subject<"text">, dataset: Dataset<"text">) {
  const config = attributesJudged.config.parse({ dialogues: SIZE });
  const found = await attributesJudged.compute(textContext({ subject, dataset }), config);
  requireDeclared(attributesJudged, config, found);
  return Object.fromEntries(found.map((value) => [value.name.split("@")[0], value]));
}

Deno.test("a judge that knows the attributes is right in all, one that is off by one in none", async () => {
  const dataset = await load(graded), facts = await factsIn(dataset);
  const names = ["helpful", "correct", "concise", "polite", "verbose"] as const;
  const truth = (prompt: readonly Message[], answer: string) => {
    const { attributes } = verdictOf(facts.get(key(prompt))!, answer);
    return names.map((name) => attributes[name]);
  };
  const right = await judged(judge(names, truth), dataset);
  assertAlmostEquals(right["attribute-correlation"].value!, 1, 1e-12);
  assertEquals(right["attribute-error"].value, 0);
  assertEquals(right["attribute-accuracy"].value, 1);
  assertEquals(right["attribute-calibration"].value, 0);
  assertEquals(Object.keys(right["attribute-error"].beside!), [...names]);
  const off = await judged(judge(names, (p, a) => truth(p, a).map((v) => v + 1)), dataset);
  assertAlmostEquals(off["attribute-correlation"].value!, 1, 1e-12);
  assertEquals(off["attribute-error"].value, 1);
  assertAlmostEquals(off["attribute-calibration"].value!, 1, 1e-12);
  assert(off["attribute-accuracy"].value! < 1);
  assertEquals(right["pair-accuracy"].value, null);
  assertEquals(right.shortcut.value, null);
});

Deno.test("a reward that is the rule's orders all pairs, and one that flatters is fooled", async () => {
  const dataset = await load(preferences), facts = await factsIn(dataset);
  const verdict = (prompt: readonly Message[], answer: string) =>
    verdictOf(facts.get(key(prompt))!, answer);
  const right = await judged(judge(["reward"], (p, a) => [10 * verdict(p, a).reward]), dataset);
  assertEquals(right["pair-accuracy"].value, 1);
  assertEquals(right["pair-accuracy-exact"].value, 1);
  // Flattery makes an answer more verbose by the rule: it falls where it was worth something.
  assert(right.shortcut.value! < 0);
  assertAlmostEquals(right.shortcut.value!, right.shortcut.beside!.rule, 1e-12);
  const flat = await judged(
    judge(["reward"], (p, a) => [verdict(p, a).flattery + a.length / 1e6]),
    dataset,
  );
  assert(flat.shortcut.value! > 1, `${flat.shortcut.value}`);
  const wrong = await judged(judge(["reward"], (p, a) => [-verdict(p, a).reward]), dataset);
  assertEquals([wrong["pair-accuracy"].value, wrong["pair-accuracy-exact"].value], [0, 0]);
  assertEquals(right["attribute-error"].value, null);
});

Deno.test("who judges nothing has no such numbers", async () => {
  const dataset = await load(graded);
  const mute = { ...judge([], () => []), judge: undefined } as Subject<"text">;
  await assertRejects(() => judged(mute, dataset), MetricUnavailable, "judges no dialogues");
});

import { assert, assertEquals } from "@std/assert";
import { outlineOf } from "../../../src/data/dataset.ts";
import { captions, factorsOf, novel, speeches } from "../../../src/data/text/mod.ts";
import { sampleItem } from "../../../src/data/heads/mod.ts";
import { stringsOf } from "../../../src/kinds/text/texts.ts";
import { textKind } from "../../../src/kinds/text/kind.ts";

const context = { cache: ".likeness/cache", jobs: 1 };
const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

// The texts come from npm, which the README's test command may use; the cache is shared.
Deno.test("speeches: 233 with their years and parties, a year in one split alone", async () => {
  const data = await speeches.load(speeches.config.parse({}), context);
  const [train, test] = await Promise.all(
    (["train", "test"] as const).map((split) => data.read(split, all(data.size(split)))),
  );
  assertEquals(train.samples.count + test.samples.count, 233);
  assert(test.samples.count > 10 && test.samples.count < 45, `${test.samples.count} held out`);
  const years = new Set(test.labels.year);
  assertEquals([...train.labels.year].filter((year) => years.has(year)), []);
  assertEquals(
    textKind.fault(test.samples, { spec: data.sample, count: test.samples.count }),
    null,
  );
  const bytes = train.samples.tokens.length + test.samples.tokens.length;
  assertEquals(bytes, 10_761_202);
  const [party] = data.factors.flatMap((one) => one.kind === "class" ? [one] : []);
  const at = train.labels.year.indexOf(1790);
  if (at >= 0) assertEquals(party.classes[train.labels.party[at]], "none");
  const texts = stringsOf(test.samples);
  assert(texts.every((text) => text.length > 5000 && !text.includes("\ufffd")));
  const late = await speeches.load(speeches.config.parse({ split: "year", from: 2000 }), context);
  const held = await late.read("test", all(late.size("test")));
  assert(held.labels.year.every((year) => year >= 2000));
  assertEquals(late.size("test"), 22);
});

Deno.test("novel: chapters, and the paragraphs of the same chapters", async () => {
  const chapters = await novel.load(novel.config.parse({}), context);
  const paragraphs = await novel.load(novel.config.parse({ documents: "paragraphs" }), context);
  assertEquals(chapters.size("train") + chapters.size("test"), 138);
  assert(paragraphs.size("train") > 2000);
  const [whole, parts] = await Promise.all(
    [chapters, paragraphs].map(async (data) =>
      stringsOf((await data.read("test", all(data.size("test")))).samples)
    ),
  );
  const cut = whole.flatMap((text) => text.split(/\n{2,}/)).filter((text) => text.trim() !== "");
  assertEquals(parts.toSorted(), cut.toSorted());
  const train = stringsOf((await chapters.read("train", all(chapters.size("train")))).samples);
  assert([...train, ...whole].some((text) => text.includes("Call me Ishmael.")));
});

Deno.test("captions: labels are what is said of the head of the same number, in all four splits", async () => {
  const config = captions.config.parse({ train: 60, test: 20, judge: 10, judge_test: 5, seed: 3 });
  const data = await captions.load(config, context);
  assertEquals<unknown>(outlineOf(data), captions.outline!(config));
  for (const split of ["train", "test", "judge", "judge_test"] as const) {
    const { samples, labels } = await data.read(split, all(config[split]));
    for (const [i, text] of stringsOf(samples).entries()) {
      const said = factorsOf(text), head = sampleItem({ seed: 3, split, index: i });
      assert(said !== null, text);
      for (const factor of data.factors) {
        const value = said[factor.name as keyof typeof said], label = labels[factor.name][i];
        if (factor.kind === "number") {
          assertEquals(label, value);
          assert(Math.abs(label - (head[factor.name as "yaw"])) <= 0.5 + 1e-9, text);
        } else {
          assertEquals<unknown>(label < 0 ? null : factor.classes[label], value);
          if (value !== null) assertEquals(value, head[factor.name as "hair"]);
        }
      }
    }
  }
  const again = await data.read("train", [7, 3, 7]);
  const [a, b, c] = stringsOf(again.samples);
  assertEquals(a, c);
  assertEquals([b, a], stringsOf((await data.read("train", [3, 7])).samples));
});

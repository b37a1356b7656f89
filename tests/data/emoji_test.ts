import { assert, assertEquals } from "@std/assert";
import { emoji, genderOf } from "../../src/data/emoji.ts";

Deno.test("emoji: gender comes from the sign, else from the words, else it is unstated", () => {
  const of = (hexcode: string, label: string) => genderOf({ hexcode, label });
  assertEquals(of("1F3C3-200D-2640-FE0F", "woman running"), "female");
  assertEquals(of("1F3C3-200D-2642-FE0F", "man running"), "male");
  assertEquals(of("1F469", "woman"), "female");
  assertEquals(of("1F468", "man"), "male");
  assertEquals(of("1F9D1", "person"), "unstated");
  assertEquals(of("1F46B", "woman and man holding hands"), "unstated");
});

// The pictures come from npm, which the README's test command may use; the cache is shared.
Deno.test("emoji: fluent faces and people arrive with labels and captions, split by name", async () => {
  const data = await emoji.load(emoji.config.parse({ size: 32 }), {
    cache: ".likeness/cache",
    jobs: 2,
  });
  const count = data.size("train") + data.size("test");
  assert(count > 1000, `${count} pictures`);
  assert(data.size("test") > count * 0.15 && data.size("test") < count * 0.25);
  const all = await data.read("train", [...Array(data.size("train")).keys()]);
  const captions = data.captions!("train");
  assertEquals(captions.length, data.size("train"));
  const smiling = captions.indexOf("grinning face");
  const expression = data.factors[0];
  assert(expression.kind === "class");
  if (smiling >= 0) {
    assertEquals(expression.classes[all.labels.expression[smiling]], "face-smiling");
  }
  const people = all.labels.gender.filter((g) => g >= 0).length;
  const smileys = all.labels.expression.filter((e) => e >= 0).length;
  assert(people > 800 && smileys > 60, `${people} people, ${smileys} smileys`);
  assertEquals(people + smileys, data.size("train"));
  // Pictures are no blanks: each has at least 16 grey levels.
  const stride = 32 * 32 * 3;
  for (let i = 0; i < all.samples.count; i++) {
    const levels = new Set(all.samples.data.subarray(i * stride, (i + 1) * stride));
    assert(levels.size >= 16, `${captions[i]} has ${levels.size} levels`);
  }
});

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { digits } from "../../src/data/digits.ts";

const context = { cache: ".likeness/cache", jobs: 1 };
const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

// The pictures come from npm, which the README's test command may use; the cache is shared.
Deno.test("digits: 10,000 pictures in ten classes, a fifth held out, classes mixed in both splits", async () => {
  const data = await digits.load(digits.config.parse({}), context);
  assertEquals(data.size("train") + data.size("test"), 10_000);
  assert(Math.abs(data.size("test") - 2000) < 5 * Math.sqrt(10_000 * 0.2 * 0.8));
  const { samples: images, labels } = await data.read("test", all(data.size("test")));
  assertEquals([images.height, images.width, images.channels], [28, 28, 1]);
  // The first pictures, which metrics read, are a fair sample: every digit is among the first 200.
  assertEquals(new Set(labels.digit.subarray(0, 200)).size, 10);
  for (let digit = 0; digit < 10; digit++) {
    const share = labels.digit.filter((label) => label === digit).length / labels.digit.length;
    assert(share > 0.07 && share < 0.14, `${digit}: ${share}`);
  }
  // Ink is white on black and pictures differ: a zero has a dark middle, a one a light one.
  const middle = (digit: number) => {
    const rows = [...labels.digit.keys()].filter((i) => labels.digit[i] === digit);
    return rows.reduce((sum, i) => sum + images.data[i * 784 + 14 * 28 + 14], 0) / rows.length;
  };
  assert(middle(0) < 30 && middle(1) > 150, `${middle(0)}, ${middle(1)}`);
  assert(images.data.includes(255) || images.data.includes(254), "full white is there");
});

Deno.test("digits: at 32 the same pictures stand in black frames", async () => {
  const [small, large] = await Promise.all(
    ([28, 32] as const).map((size) => digits.load(digits.config.parse({ size }), context)),
  );
  assertNotEquals(small.digest, large.digest);
  const [a, b] = await Promise.all([small.read("train", [7]), large.read("train", [7])]);
  assertEquals(a.labels.digit, b.labels.digit);
  for (let y = 0; y < 28; y++) {
    assertEquals(
      a.samples.data.subarray(y * 28, (y + 1) * 28),
      b.samples.data.subarray((y + 2) * 32 + 2, (y + 2) * 32 + 30),
    );
  }
});

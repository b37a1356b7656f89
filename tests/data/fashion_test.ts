import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { DataError } from "../../src/base/errors.ts";
import { fairOrder, liesByClass } from "../../src/data/fair_order.ts";
import { fashion } from "../../src/data/fashion.ts";
import { hostIntegers, hostKey } from "../../src/random/host/host.ts";
import { law } from "../law.ts";

function idx(shape: number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Four IDX files: pixel p of picture i of a half is (i + p) mod 256, its label i mod 10. */
async function files(): Promise<string> {
  const root = await Deno.makeTempDir();
  for (const [stem, count] of [["train", 12], ["t10k", 5]] as const) {
    const pixels = Uint8Array.from(
      { length: count * 784 },
      (_, k) => Math.floor(k / 784) + k % 784,
    );
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    await Deno.writeFile(
      join(root, `${stem}-images-idx3-ubyte.gz`),
      await gzip(idx([count, 28, 28], pixels)),
    );
    await Deno.writeFile(join(root, `${stem}-labels-idx1-ubyte`), idx([count], labels));
  }
  return root;
}

const load = (path: string, size: 28 | 32 = 28) =>
  fashion.load({ path, size }, { cache: path, jobs: 1 });

Deno.test("fashion: IDX files, gzipped or plain, give pictures and labels", async () => {
  const data = await load(await files());
  assertEquals([data.size("train"), data.size("test")], [12, 5]);
  const { samples: images, labels } = await data.read("test", [4, 0]);
  assertEquals([images.data[0], images.data[1], images.data[784]], [4, 5, 0]);
  assertEquals([...labels.class], [4, 0]);
});

Deno.test("fashion: at 32 a picture stands in the middle of a black frame", async () => {
  const root = await files();
  const small = (await (await load(root)).read("train", [3])).samples;
  const framed = (await (await load(root, 32)).read("train", [3])).samples;
  assertEquals([framed.height, framed.width], [32, 32]);
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 32; x++) {
      const inside = x >= 2 && x < 30 && y >= 2 && y < 30;
      const wanted = inside ? small.data[(y - 2) * 28 + x - 2] : 0;
      assertEquals(framed.data[y * 32 + x], wanted);
    }
  }
});

Deno.test("fashion: missing, empty, truncated, corrupt and mismatched files are named", async () => {
  const root = await files();
  const images = join(root, "train-images-idx3-ubyte.gz"),
    labels = join(root, "t10k-labels-idx1-ubyte");
  const whole = await Deno.readFile(images);
  await Deno.remove(images);
  await assertRejects(() => load(root), DataError, "train-images-idx3-ubyte(.gz) is not in");
  await Deno.writeFile(images, new Uint8Array(0));
  await assertRejects(() => load(root), DataError, "the file is empty");
  await Deno.writeFile(images, whole.subarray(0, 60));
  await assertRejects(() => load(root), DataError, "corrupt or cut short");
  await Deno.writeFile(images, idx([12, 28, 28], new Uint8Array(100)));
  await assertRejects(() => load(root), DataError, "promises 12×28×28 = 9408 bytes, 100 follow");
  await Deno.writeFile(images, idx([1, 20, 28], new Uint8Array(560)));
  await assertRejects(() => load(root), DataError, "pictures of 20×28");
  await Deno.writeFile(images, new TextEncoder().encode("<html>not found</html>"));
  await assertRejects(() => load(root), DataError, "not an IDX file");
  await Deno.writeFile(images, whole);
  await Deno.writeFile(labels, idx([4], new Uint8Array(4)));
  await assertRejects(() => load(root), DataError, "has 5 pictures");
  await Deno.writeFile(labels, idx([5], Uint8Array.of(0, 1, 2, 77, 4)));
  await assertRejects(() => load(root), DataError, "label 3 is 77");
});

law(
  "a random order is left as it is; one by class is made a fair one, whose first half has all classes",
  {
    source: "definition",
    given: {
      seed: fc.nat(),
      n: fc.integer({ min: 200, max: 1200 }),
      classes: fc.integer({ min: 2, max: 10 }),
      block: fc.constantFrom(10, Infinity),
    },
    cases: 100,
    holds: ({ seed, n, classes, block }) => {
      const drawn = Array.from(hostIntegers(hostKey(seed), n, classes));
      assertEquals([...fairOrder(drawn, 7)], drawn.map((_, i) => 7 + i));
      const run = Math.min(block, n / classes);
      const sorted = drawn.map((_, i) => Math.floor(i / run) % classes);
      assertEquals(liesByClass(sorted), true);
      const order = fairOrder(sorted, 7);
      assertEquals([...order].sort((a, b) => a - b), drawn.map((_, i) => 7 + i));
      const half = Array.from(order.subarray(0, n >> 1), (place) => sorted[place - 7]);
      assertEquals(new Set(half).size, classes);
      assertEquals(fairOrder(sorted, 7), order);
    },
    kills: ["files-by-class-read-by-class"],
  },
);

Deno.test("fashion: files that lie by class are said to", async () => {
  const root = await files();
  assertEquals((await load(root)).notes, []);
  const labels = Uint8Array.from({ length: 400 }, (_, i) => Math.floor(i / 40));
  const pixels = Uint8Array.from({ length: 400 * 784 }, (_, k) => labels[Math.floor(k / 784)]);
  await Deno.remove(join(root, "t10k-images-idx3-ubyte.gz"));
  await Deno.writeFile(join(root, "t10k-images-idx3-ubyte"), idx([400, 28, 28], pixels));
  await Deno.writeFile(join(root, "t10k-labels-idx1-ubyte"), idx([400], labels));
  const data = await load(root);
  assertEquals(data.notes.length, 1);
  const first = await data.read("test", [...Array(60).keys()]);
  assertEquals(new Set(first.labels.class).size, 10);
  for (let i = 0; i < 60; i++) assertEquals(first.samples.data[i * 784], first.labels.class[i]);
});

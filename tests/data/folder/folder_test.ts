import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import sharp from "sharp";
import { contentOf } from "../../../src/content/inputs.ts";
import { DataError } from "../../../src/base/errors.ts";
import { folder } from "../../../src/data/folder/folder.ts";
import { flips } from "../../base/flips.ts";

/** A folder with `count` small pictures; file i is of colour (i, 2i, 255 − i). */
async function pictures(count: number, { name = (i: number) => `${i}.png` } = {}): Promise<string> {
  const root = await Deno.makeTempDir();
  for (let i = 0; i < count; i++) {
    const path = join(root, name(i));
    await Deno.mkdir(join(path, ".."), { recursive: true });
    const background = { r: i, g: 2 * i, b: 255 - i };
    const image = sharp({ create: { width: 20, height: 16, channels: 3, background } });
    await Deno.writeFile(path, await image.png().toBuffer());
  }
  return root;
}

async function load(path: string, more: Record<string, unknown> = {}) {
  const cache = await Deno.makeTempDir();
  return await folder.load(folder.config.parse({ path, size: 16, ...more }), { cache, jobs: 2 });
}

Deno.test("folder: pictures are read, cropped, split by name and cached with the same bytes", async () => {
  const root = await pictures(40);
  const cache = await Deno.makeTempDir();
  const config = folder.config.parse({ path: root, size: 16, test: 0.25 });
  const first = await folder.load(config, { cache, jobs: 2 });
  const again = await folder.load(config, { cache, jobs: 1 });
  assertEquals(first.size("train") + first.size("test"), 40);
  assert(first.size("test") > 0);
  assertEquals(first.digest, again.digest);
  const { samples: images } = await first.read("train", [0, 1]);
  assertEquals([images.count, images.height, images.width, images.channels], [2, 16, 16, 3]);
  assertEquals(images.data, (await again.read("train", [0, 1])).samples.data);
  // A flat picture stays flat through crop and resize: red + blue = 255 by construction.
  assertEquals(images.data[0] + images.data[2], 255);
});

Deno.test("folder: decoded pictures that were changed on disk are decoded anew, and it is said", async () => {
  const root = await pictures(34), cache = await Deno.makeTempDir();
  const config = folder.config.parse({ path: root, size: 16 });
  const read = async () => {
    const data = await folder.load(config, { cache, jobs: 2 });
    const { samples: images } = await data.read("train", [...Array(data.size("train")).keys()]);
    return { digest: data.digest, pixels: images.data, notes: data.notes };
  };
  const first = await read();
  assertEquals(first.notes, []);
  const files = [...Deno.readDirSync(join(cache, "folder"))].map(({ name }) => name).sort();
  assertEquals(files.length, 2);
  for (const name of files) {
    const path = join(cache, "folder", name), whole = await Deno.readFile(path);
    const broken = [...flips(whole, 12)].map(({ bytes }) => bytes);
    for (const bytes of [...broken, whole.subarray(0, whole.length - 1), new Uint8Array()]) {
      await Deno.writeFile(path, bytes);
      const { notes, ...again } = await read();
      assertEquals(again, { digest: first.digest, pixels: first.pixels });
      assertStringIncludes(notes.join(), `${path} is damaged (`);
      assertEquals(await Deno.readFile(path), whole);
    }
    await Deno.remove(path);
    assertEquals(await read(), first);
  }
});

Deno.test("folder: an index outside the split is a RangeError", async () => {
  const data = await load(await pictures(32));
  await assertRejects(() => data.read("train", [data.size("train")]), RangeError, "sample");
});

Deno.test("folder: too few pictures, no folder, a file instead: each says what to do", async () => {
  const three = await pictures(3);
  await assertRejects(() => load(three), DataError, "has 3 readable pictures");
  await assertRejects(() => load("/nowhere/at/all"), DataError, "does not exist");
  await assertRejects(() => load(join(three, "0.png")), DataError, "is a file");
});

Deno.test("folder: a partly bad folder lists what it skipped, and refuses past the stated share", async () => {
  const root = await pictures(60);
  await Deno.writeFile(join(root, "3.png"), new Uint8Array(0));
  const whole = await Deno.readFile(join(root, "7.png"));
  await Deno.writeFile(join(root, "7.png"), whole.subarray(0, whole.length >> 1));
  const data = await load(root, { skip: 0.05 });
  assertEquals(data.size("train") + data.size("test"), 58);
  const note = data.notes.join("\n");
  assertStringIncludes(note, "2 of 60 files skipped");
  assertStringIncludes(note, "3.png: the file is empty");
  assertStringIncludes(note, "7.png: not a readable picture");
  const refused = await assertRejects(() => load(root, { skip: 0.01 }), DataError);
  assertStringIncludes(refused.message, "2 of 60 files can't be read");
  assertStringIncludes(refused.message, "raise `skip`");
});

Deno.test("folder: layout classes labels by folder, and refuses a loose picture", async () => {
  const root = await pictures(40, { name: (i) => `${i % 2 ? "odd" : "even"}/${i}.png` });
  const data = await load(root, { layout: "classes", test: 0 });
  assertEquals(data.factors, [{ name: "class", kind: "class", classes: ["even", "odd"] }]);
  const { samples: images, labels } = await data.read("train", [...Array(40).keys()]);
  // The red channel is the picture's number.
  for (let i = 0; i < 40; i++) assertEquals(labels.class[i], images.data[i * 16 * 16 * 3] % 2);
  // The first N of a split are a fair sample of it, though the files lie sorted by class.
  const odd = labels.class.slice(0, 20).reduce((a, b) => a + b, 0);
  assert(odd >= 4 && odd <= 16, `${odd} of the first 20 are of the second class`);
  await Deno.copyFile(join(root, "odd/1.png"), join(root, "loose.png"));
  await assertRejects(() => load(root, { layout: "classes" }), DataError, "loose.png");
});

async function celeba(count: number): Promise<string> {
  const root = await pictures(count, { name: (i) => `img_align_celeba/${100 + i}.png` });
  const rows = Array.from({ length: count }, (_, i) => `${100 + i}.png ${i % 2 ? 1 : -1}  -1`);
  await Deno.writeTextFile(
    join(root, "list_attr_celeba.txt"),
    [String(count), "Smiling Male", ...rows].join("\n") + "\n",
  );
  return root;
}

Deno.test("folder: CelebA's attribute file and partition are read", async () => {
  const root = await celeba(36);
  const part = Array.from({ length: 36 }, (_, i) => `${100 + i}.png ${i < 30 ? 0 : 2}`);
  await Deno.writeTextFile(join(root, "list_eval_partition.txt"), part.join("\n"));
  const data = await load(root, { layout: "celeba" });
  assertEquals([data.size("train"), data.size("test")], [30, 6]);
  assertEquals(data.factors.map(({ name }) => name), ["Smiling", "Male"]);
  const { samples: images, labels } = await data.read("train", [...Array(30).keys()]);
  // The red channel is the picture's number; odd ones smile.
  for (let i = 0; i < 30; i++) assertEquals(labels.Smiling[i], images.data[i * 16 * 16 * 3] % 2);
  assertEquals([...labels.Male], Array(30).fill(0));
});

Deno.test("folder: CelebA: a label naming no file, a wrong count and a bad value are named", async () => {
  const root = await celeba(33);
  const file = join(root, "list_attr_celeba.txt");
  const text = await Deno.readTextFile(file);
  await Deno.remove(join(root, "img_align_celeba/105.png"));
  await assertRejects(() => load(root, { layout: "celeba" }), DataError, "the first 105.png");
  await Deno.writeTextFile(file, text.replace("33\n", "34\n"));
  await assertRejects(
    () => load(root, { layout: "celeba" }),
    DataError,
    "promises 34 rows, 33 follow",
  );
  await Deno.writeTextFile(file, text.replace("100.png -1", "100.png 7"));
  await assertRejects(() => load(root, { layout: "celeba" }), DataError, "list_attr_celeba.txt:3");
});

Deno.test("folder: FFHQ's numbers give its own split, and a name without one is refused", async () => {
  const root = await pictures(40, {
    name: (i) => `00000/${String(59990 + i).padStart(5, "0")}.png`,
  });
  const data = await load(root, { layout: "ffhq" });
  assertEquals([data.size("train"), data.size("test")], [10, 30]);
  await Deno.copyFile(join(root, "00000/59990.png"), join(root, "face.png"));
  await assertRejects(() => load(root, { layout: "ffhq" }), DataError, "named by number");
});

Deno.test("folder: it is known by content, splits included, and found from the suite's folder", async () => {
  const base = await Deno.makeTempDir(), cache = join(base, "cache"), root = join(base, "mine");
  await Deno.rename(await pictures(40), root);
  const read = async (more: Record<string, unknown> = {}) => {
    const config = folder.config.parse({ path: "mine", size: 16, test: 0.25, ...more });
    const { digest, ...data } = await folder.load(config, { base, cache, jobs: 1 });
    const content = await contentOf(folder, config, { base, cache });
    return { digest, content, first: (await data.read("train", [0])).samples.data[0] };
  };
  const first = await read();
  assertEquals(await read(), first);
  // Another split of the same pictures: features kept for the one are not the other's.
  assertNotEquals((await read({ test: 0.5 })).digest, first.digest);
  // All pictures exchanged for others of the same names, sizes and times.
  const time = new Date("2020-01-01T00:00:00Z");
  const stamp = async () => {
    for await (const { name } of Deno.readDir(root)) await Deno.utime(join(root, name), time, time);
  };
  await stamp();
  const swap = async (a: string, b: string) => {
    await Deno.rename(join(root, a), join(root, "swap"));
    await Deno.rename(join(root, b), join(root, a));
    await Deno.rename(join(root, "swap"), join(root, b));
  };
  for (let i = 0; i < 40; i += 2) await swap(`${i}.png`, `${i + 1}.png`);
  const swapped = await read();
  assertNotEquals([swapped.digest, swapped.content], [first.digest, first.content]);
  assertEquals(Math.abs(swapped.first - first.first), 1, "its bytes are the neighbour's");
  // Moved as a whole, it is the same data.
  const moved = join(await Deno.makeTempDir(), "moved");
  await Deno.rename(base, moved);
  const config = folder.config.parse({ path: "mine", size: 16, test: 0.25 });
  const there = { base: moved, cache: join(moved, "cache") };
  assertEquals(await contentOf(folder, config, there), swapped.content);
  assertEquals((await folder.load(config, { ...there, jobs: 1 })).digest, swapped.digest);
});

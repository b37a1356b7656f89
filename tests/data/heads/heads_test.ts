/** The heads dataset: splits, cache, workers. */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { LoadContext } from "../../../src/data/dataset.ts";
import { readChunk, writeChunk } from "../../../src/data/rendered/chunk_file.ts";
import {
  FACTORS,
  heads,
  labelsOf,
  openHeadRenderer,
  sampleItem,
} from "../../../src/data/heads/mod.ts";

import { flips } from "../../base/flips.ts";

const small = { size: 16, train: 70, test: 20, judge: 12, judge_test: 5, supersample: 1 };

async function withCache(body: (context: LoadContext) => Promise<void>): Promise<void> {
  const cache = await Deno.makeTempDir({ prefix: "likeness-heads-" });
  try {
    await body({ cache, jobs: 2 });
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

function load(settings: Record<string, unknown>, context: LoadContext) {
  return heads.load(heads.config.parse(settings), context);
}

async function files(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await files(path));
    else found.push(path);
  }
  return found.sort();
}

const all = (count: number) => Array.from({ length: count }, (_, i) => i);

Deno.test("heads: items are the pictures and labels of their address, in the order asked", async () => {
  await withCache(async (context) => {
    const data = await load(small, context);
    const renderer = await openHeadRenderer();
    const indices = [69, 3, 3, 0, 40];
    const { samples: images, labels } = await data.read("train", indices);
    assertEquals(images.count, 5);
    indices.forEach((index, at) => {
      const head = sampleItem({ seed: 0, split: "train", index });
      const { data: bytes } = renderer.render(head, { size: 16, supersample: 1 });
      assertEquals(images.data.slice(at * 768, (at + 1) * 768), bytes);
      const expected = labelsOf(head);
      FACTORS.forEach(({ name }, f) => assertEquals(labels[name][at], Math.fround(expected[f])));
    });
    assertEquals(data.sample, { kind: "image", height: 16, width: 16, channels: 3 });
    assertEquals(["train", "test", "judge", "judge_test"].map((s) => data.size(s as "train")), [
      70,
      20,
      12,
      5,
    ]);
    assertEquals((await data.read("judge_test", [])).samples.count, 0);
    await assertRejects(() => data.read("test", [20]), RangeError, "no item 20 in test");
    await assertRejects(() => data.read("test", [-1]), RangeError);
    await assertRejects(() => data.read("test", [0.5]), RangeError);
  });
});

Deno.test("heads: neither the split's size nor the number of workers changes an item", async () => {
  await withCache(async (one) => {
    await withCache(async (three) => {
      // 11 pieces of work: three workers share them.
      const a = await load({ ...small, train: 300 }, { ...one, jobs: 1 });
      const b = await load({ ...small, train: 290 }, { ...three, jobs: 3 });
      assertEquals(await b.read("train", all(290)), await a.read("train", all(290)));
      assertNotEquals(a.digest, b.digest);
      // Growing the split keeps what is cached and adds the rest.
      const grown = await load({ ...small, train: 300 }, { ...three, jobs: 1 });
      assertEquals(await grown.read("train", all(300)), await a.read("train", all(300)));
      assertEquals(grown.digest, a.digest);
    });
  });
});

Deno.test("heads: another seed, split or setting gives other pictures and another digest", async () => {
  await withCache(async (context) => {
    const base = await load(small, context);
    const picture = async (data: typeof base, split: "train" | "test" | "judge") =>
      (await data.read(split, [0])).samples.data;
    const first = await picture(base, "train");
    assertNotEquals(await picture(base, "test"), first);
    assertNotEquals(await picture(base, "judge"), first);
    for (const change of [{ seed: 1 }, { noise: 0 }, { supersample: 2 }]) {
      const other = await load({ ...small, ...change }, context);
      assertNotEquals(await picture(other, "train"), first);
      assertNotEquals(other.digest, base.digest);
    }
  });
});

Deno.test("heads: a split is rendered when it is first read, and no other one is", async () => {
  await withCache(async (context) => {
    const told: string[] = [];
    const data = await load({ ...small, train: 300 }, {
      ...context,
      progress: (_done, total, note) => told.push(`${note}: ${total}`),
    });
    const there = async () =>
      (await files(context.cache)).map((path) => path.split("/").at(-1)!.replace(/-.*/, ""));
    const empty = (await data.read("judge", [])).samples.count;
    assertEquals([empty, await there().catch(() => []), told], [0, [], []]);
    await data.read("test", [3]);
    assertEquals([await there(), new Set(told)], [
      ["test"],
      new Set(["rendering heads 16², test: 20"]),
    ]);
    // Two reads at a time render once.
    await Promise.all([data.read("train", [299]), data.read("train", [0])]);
    assertEquals(await there(), ["test", "train", "train", "train"]);
    assertEquals(told.filter((line) => line.endsWith("train: 300")).length, told.length - 2);
  });
});

Deno.test("heads: a second load renders nothing; spoilt cache files are rendered again and named", async () => {
  await withCache(async (context) => {
    const fresh = await (await load(small, context)).read("train", all(70));
    const stored = await files(context.cache);
    assert(stored.length > 0 && stored.every((path) => path.endsWith(".chunk")), "no leftovers");
    const times = async () =>
      await Promise.all(stored.map(async (path) => (await Deno.stat(path)).mtime!.getTime()));
    const before = await times();
    const quiet: string[] = [];
    const second = await load(small, { ...context, progress: (_d, _t, note) => quiet.push(note) });
    assertEquals(await second.read("train", all(70)), fresh);
    assertEquals(quiet, []);
    assertEquals(await times(), before);

    const path = stored.find((name) => name.includes("train"))!;
    const whole = await Deno.readFile(path);
    const flipped = whole.slice();
    flipped[whole.length - 100] ^= 1;
    for (
      const [bytes, reason] of [
        [flipped, "checksum"],
        [whole.slice(0, whole.length / 2), "bytes"],
        [new Uint8Array(), "no header"],
        [new TextEncoder().encode("{}\n"), "another format"],
      ] as const
    ) {
      await Deno.writeFile(path, bytes);
      const mended = await load(small, context);
      assertEquals(await mended.read("train", all(70)), fresh);
      assert(mended.notes.some((note) => note.includes("spoilt") && note.includes(reason)), reason);
      assertEquals(await Deno.readFile(path), whole);
    }
  });
});

Deno.test("heads: a rendered file with any byte changed is a spoilt one", async () => {
  await withCache(async ({ cache }) => {
    const path = `${cache}/some.chunk`, form = { format: "some", bytes: 12, floats: 3 };
    const bytes = Uint8Array.from({ length: 24 }, (_, i) => 9 * i);
    const chunk = { count: 2, bytes, floats: Float32Array.of(0, 1, 2, 3, 4.5, -1) };
    await writeChunk(path, chunk, form);
    const whole = await Deno.readFile(path);
    assertEquals(await readChunk(path, form), { state: "ready", chunk });
    for (const { at, bytes } of flips(whole, whole.length)) {
      await Deno.writeFile(path, bytes);
      assertEquals((await readChunk(path, form)).state, "spoilt", `byte ${at}`);
    }
  });
});

Deno.test("heads: progress counts up to the total", async () => {
  await withCache(async (context) => {
    const seen: [number, number, string][] = [];
    const data = await load(small, { ...context, progress: (...args) => seen.push(args) });
    await data.read("train", [0]);
    const counts = seen.map(([done]) => done);
    assertEquals(counts, [...counts].sort((a, b) => a - b));
    assertEquals(seen.at(-1)!.slice(0, 2), [70, 70]);
    assert(seen[0][2].includes("16²"));
  });
});

Deno.test("heads: an abort stops rendering with its reason, and a later load succeeds", async () => {
  await withCache(async (context) => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const data = await load({ ...small, train: 5000 }, {
      ...context,
      signal: stop.signal,
      progress: (done) => done > 0 && stop.abort(reason),
    });
    const error = await assertRejects(() => data.read("train", [0]));
    assertEquals(error, reason);
    assert((await files(context.cache)).length < 10, "most was left undone");
    const other = await load({ ...small, seed: 2 }, { ...context, signal: stop.signal });
    await assertRejects(() => other.read("test", [0]), Error, "enough");
    assertEquals((await (await load(small, context)).read("test", [0])).samples.count, 1);
  });
});

Deno.test("heads: settings out of range or unknown are refused, and name the key", () => {
  for (
    const [settings, key] of [
      [{ size: 8 }, "size"],
      [{ size: 512 }, "size"],
      [{ size: 32.5 }, "size"],
      [{ train: -1 }, "train"],
      [{ noise: -1 }, "noise"],
      [{ supersample: 9 }, "supersample"],
      [{ pictures_per_person: 0 }, "pictures_per_person"],
      [{ sise: 32 }, "sise"],
    ] as const
  ) {
    const { success, error } = heads.config.safeParse(settings);
    assert(!success && JSON.stringify(error.issues).includes(key), key);
  }
  assertEquals(heads.config.parse({}), {
    size: 32,
    train: 8000,
    test: 2000,
    judge: 8000,
    judge_test: 2000,
    pictures_per_person: 1,
    noise: 3,
    supersample: 3,
    seed: 0,
  });
});

Deno.test("heads: the dataset says what it is", async () => {
  assertEquals(await heads.status(), "ready");
  assert(heads.licence.includes("CC0"));
});

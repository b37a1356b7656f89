import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import sharp from "sharp";
import { DataError } from "../../src/data/dataset.ts";
import { listFiles } from "../../src/data/folder/listing.ts";
import { extract } from "../../src/evaluate/extract.ts";
import type { Network } from "../../src/evaluate/network.ts";
import { measure } from "../../src/evaluate/measured.ts";
import { folderSource, type PictureSource } from "../../src/evaluate/source.ts";
import { FeatureStore, type Manifest } from "../../src/evaluate/store.ts";
import { law } from "../law.ts";
import { decoding, noise, tinyNetwork } from "./stream.ts";

const cache = await Deno.makeTempDir();
const root = await noise({ count: 150, seed: 1, sizes: [[6, 6], [9, 5], [4, 8]] });
await Deno.writeTextFile(join(root, "0070.png"), "broken");
const reading = { decoding: "viewer", crop: false } as const;
let stores = 0;

/** Threads by their number, started once. */
const pools = new Map<number, ReturnType<typeof decoding>>();
function threadsOf(count: number) {
  if (!pools.has(count)) pools.set(count, decoding(count));
  return pools.get(count)!;
}

const source = async () =>
  folderSource(root, await listFiles(root, { folder: join(cache, "lists") }));

async function open(pictures: PictureSource, network: Network, root = join(cache, `${stores++}`)) {
  const manifest: Manifest = {
    format: 1,
    extractor: network.name,
    extractorDigest: null,
    dimension: network.dimension,
    bits: network.bits,
    batch: network.batch,
    preparation: "",
    pictures: pictures.digest,
    count: pictures.count,
    engine: "",
  };
  return await FeatureStore.open(root, manifest);
}

/** Features of all pictures of the folder, and the names of those that were skipped. */
async function features(
  { jobs, network = tinyNetwork(), ...more }: {
    jobs: number;
    network?: Network;
    samples?: number;
    /** Stops after as many batches, then goes on in a store opened anew. */
    stopAfter?: readonly number[];
  },
): Promise<{ rows: number[]; skipped: string[]; pictures: number }> {
  const pictures = await source();
  const at = join(cache, `${stores++}`);
  let done = 0;
  for (const batches of [...more.stopAfter ?? [], Infinity]) {
    const store = await open(pictures, network, at), threads = threadsOf(jobs);
    const stop = new AbortController();
    let seen = 0;
    const task = extract(pictures, { network, store }, {
      threads,
      reading,
      samples: more.samples,
      skip: 0.05,
      signal: stop.signal,
      progress: () => ++seen >= batches && stop.abort(new Error("killed")),
    });
    const stopped = await task.then(({ pictures }) => {
      done += pictures;
      return false;
    }, (error: Error) => {
      if (error.message === "killed") return true;
      throw error;
    });
    const rows = store.rows();
    const result = {
      rows: Array.from(rows.read(0, rows.count)),
      skipped: store.skipped.map(({ name }) => name),
      pictures: done,
    };
    store.close();
    if (!stopped) {
      pictures.close();
      return result;
    }
  }
  throw new Error("never finished");
}

const whole = await features({ jobs: 1 });

Deno.test("every readable picture has a row, in order; what can't be read is named", () => {
  assertEquals(whole.rows.length, 149 * 4);
  assertEquals(whole.skipped, ["0070.png"]);
  assertEquals(whole.rows[4 * 1 + 1], 5 / 9); // height over width: pictures keep their own size
});

law("features don't depend on threads, on the size of batches, or on where it was stopped", {
  source: "definition",
  given: {
    jobs: fc.integer({ min: 1, max: 3 }),
    batch: fc.constantFrom(1, 7, 16, 64, 200),
    stopAfter: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
  },
  cases: 8,
  holds: async ({ jobs, batch, stopAfter }) => {
    const network = { ...tinyNetwork(), batch };
    const found = await features({ jobs, network, stopAfter });
    assertEquals(found.rows, whole.rows);
    assertEquals(found.skipped, whole.skipped);
  },
  kills: ["store-resumes-a-batch-late"],
});

Deno.test("features of a file don't depend on its neighbours: pictures go to the extractor by size", async () => {
  const calls: number[] = [];
  const found = await features({ jobs: 2, network: tinyNetwork(calls) });
  assertEquals(found.rows, whole.rows);
  assert(calls.length >= 30 && calls.every((count) => count <= 6), `${calls}`);
});

Deno.test("the first N readable pictures are what N asks for, and more go on from there", async () => {
  const network = tinyNetwork(), pictures = await source();
  const at = join(cache, "more");
  const threads = threadsOf(2), options = { threads, reading, skip: 0.05 };
  const counted = async (samples?: number) => {
    const store = await open(pictures, { ...network, batch: 16 }, at);
    const timing = await extract(pictures, { network: { ...network, batch: 16 }, store }, {
      ...options,
      samples,
    });
    const first = Array.from(store.rows().read(0, Math.min(store.kept, samples ?? Infinity)));
    store.close();
    return { pictures: timing.pictures, busy: timing.busy, first };
  };
  const some = await counted(80);
  assertEquals([some.pictures, some.first], [96, whole.rows.slice(0, 80 * 4)]); // 81, in batches
  assert(some.busy !== null && some.busy > 0 && some.busy <= 1);
  const all = await counted();
  assertEquals([all.pictures, all.first], [54, whole.rows]);
  assertEquals([(await counted()).pictures, (await counted()).busy], [0, null]);
  pictures.close();
});

Deno.test("a file cut short, or a state that is gone, costs the work after it and nothing else", async () => {
  const network = tinyNetwork(), pictures = await source(), at = join(cache, "broken");
  const threads = threadsOf(2);
  const again = async () => {
    const store = await open(pictures, { ...network, batch: 16 }, at);
    const { done } = store;
    await extract(pictures, { network: { ...network, batch: 16 }, store }, {
      threads,
      reading,
      skip: 0.05,
    });
    const rows = Array.from(store.rows().read(0, store.kept)), { folder } = store;
    store.close();
    assertEquals(rows, whole.rows);
    return { done, folder };
  };
  const { folder } = await again();
  await Deno.truncate(join(folder, "features.bin"), 100 * 4 * 8 + 5);
  assertEquals((await again()).done, 96); // whole batches of the 100 rows that are there
  await Deno.remove(join(folder, "state.json"));
  assertEquals((await again()).done, 0);
  assertEquals((await again()).done, 150);
  pictures.close();
});

Deno.test("more unreadable files than allowed stop it early, with their names", async () => {
  const network = { ...tinyNetwork(), batch: 16 }, pictures = await source();
  const store = await open(pictures, network), threads = threadsOf(1);
  const error = await assertRejects(
    () => extract(pictures, { network, store }, { threads, reading, skip: 0.001 }),
    DataError,
  );
  assert(error.message.includes("1 of the first 80 files can't be read"), error.message);
  assert(error.message.includes("0070.png: not a readable picture"), error.message);
  store.close();
  pictures.close();
});

Deno.test("a value that its store would round is an error, not another value", async () => {
  const network: Network = { ...tinyNetwork(), bits: 32 };
  const pictures = await source(), store = await open(pictures, network);
  const fault = await Promise.resolve().then(() => store.append([0.1, 0, 0, 0], [])).catch((e) =>
    e
  );
  assert(fault instanceof RangeError && fault.message.includes("0.1 is no float32"));
  store.append([0.5, NaN, 0, 0], []);
  assertEquals(Array.from(store.rows().read(0, 1)), [0.5, NaN, 0, 0]);
  store.close();
  pictures.close();
});

Deno.test("pixels of three pieces of 64, what can't be read left out, from tall and wide pictures alike", async () => {
  const pictures = await source();
  const from = { kind: "pictures" as const, label: root, source: pictures, close: () => {} };
  const side = await measure(from, {
    network: tinyNetwork(),
    engine: { name: "wasm", versions: {}, device: "none", threads: 1 },
    cache: join(cache, "pixels"),
    threads: threadsOf(2),
    reading,
    skip: 0.05,
    size: 4,
  });
  const all = await side.pixels!(149);
  assertEquals([all.count, all.height, all.width, all.channels], [149, 4, 4, 3]);
  assertEquals((await side.pixels!(70)).data, all.data.subarray(0, 70 * 48));
  // Every picture's own noise: none came twice.
  const texts = Array.from({ length: 149 }, (_, i) => `${all.data.subarray(48 * i, 48 * i + 48)}`);
  assertEquals(new Set(texts).size, 149);
  // The last one, a 4×8 picture: the 4×4 in its middle.
  const last = await sharp(join(root, "0149.png")).extract({ left: 0, top: 2, width: 4, height: 4 })
    .raw().toBuffer();
  assertEquals([...all.data.subarray(148 * 48)], [...last]);
  side.close();
  pictures.close();
});

Deno.test("clean up", async () => {
  for (const threads of pools.values()) threads.close();
  await Deno.remove(root, { recursive: true });
  await Deno.remove(cache, { recursive: true });
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import sharp from "sharp";
import { openContents } from "../../src/content/contents.ts";
import { DataError } from "../../src/base/errors.ts";
import { listFiles } from "../../src/data/folder/listing.ts";
import { extract } from "../../src/compare/extract/extract.ts";
import type { Network } from "../../src/compare/extract/network.ts";
import { measure } from "../../src/compare/measured.ts";
import { folderSource, type PictureSource } from "../../src/compare/source.ts";
import { FeatureStore, type Manifest } from "../../src/compare/extract/store.ts";
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

const contents = openContents(null);
const source = async () =>
  folderSource(root, await listFiles(root, { folder: join(cache, "lists"), contents }));

function manifestOf(pictures: PictureSource, network: Network): Manifest {
  return {
    format: 2,
    extractor: network.name,
    extractorDigest: null,
    dimension: network.dimension,
    bits: network.bits,
    batch: network.batch,
    preparation: "",
    decoder: null,
    pictures: pictures.digest,
    count: pictures.count,
    engine: "",
  };
}

async function open(pictures: PictureSource, network: Network, root = join(cache, `${stores++}`)) {
  return await FeatureStore.open(root, manifestOf(pictures, network));
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
      skipped: pictures.names(store.skipped.map(({ position }) => position)),
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

Deno.test("rows that were changed, cut short or lost their state are made anew, and it is said", async () => {
  const network = { ...tinyNetwork(), batch: 16 }, pictures = await source();
  const at = join(cache, "broken"), threads = threadsOf(2);
  const again = async (stopAfter = Infinity) => {
    const said: string[] = [];
    const store = await FeatureStore.open(at, manifestOf(pictures, network), {
      say: (note) => said.push(note),
    });
    const { done, folder } = store, stop = new AbortController();
    let batches = 0;
    await extract(pictures, { network, store }, {
      threads,
      reading,
      skip: 0.05,
      signal: stop.signal,
      progress: () => ++batches >= stopAfter && stop.abort(new Error("killed")),
    }).catch((error) => assertEquals(error.message, "killed"));
    const rows = Array.from(store.rows().read(0, store.kept));
    assertEquals(rows, whole.rows.slice(0, rows.length));
    assertEquals(rows.length, (store.done - store.skipped.length) * 4);
    store.close();
    return { done, folder, said: said.join() };
  };
  const { folder } = await again(4); // a state after 64 pictures, and rows after it
  const files = ["features.bin", "state.json"].map((name) => join(folder, name));
  const [rows, state] = await Promise.all(files.map((path) => Deno.readFile(path)));
  assertEquals(rows.length, 64 * 4 * 8);
  const restored = () =>
    Promise.all(files.map((path, i) => Deno.writeFile(path, [rows, state][i])));
  assertEquals((await again(1)).done, 64);
  assertEquals(await again(1).then(({ done, said }) => [done, said]), [80, ""]); // gone on with
  await Deno.writeFile(files[0], rows.subarray(0, 60 * 4 * 8 + 5));
  assertEquals(await again(1).then(({ done, said }) => [done, said.includes("made again")]), [
    0,
    true,
  ]);
  await restored();
  await Deno.remove(files[1]);
  assertEquals(await again(1).then(({ done, said }) => [done, said]), [0, ""]);
  for (const [i, file] of [rows, state].entries()) {
    for (let at = 0; at < file.length; at += 1 + Math.floor(file.length / 40)) {
      await restored();
      await Deno.writeFile(files[i], file.with(at, file[at] ^ (1 << at % 8)));
      const { done, said } = await again(1);
      assertEquals([done, said.includes(`${folder} is damaged`)], [0, true], `byte ${at}`);
    }
  }
  pictures.close();
});

Deno.test("a network that gives no numbers is refused by the names of the pictures", async () => {
  const plain = tinyNetwork(), pictures = await source();
  const network: Network = {
    ...plain,
    batch: 16,
    async run(decoded, count) {
      const rows = Float64Array.from(await plain.run(decoded, count));
      rows[4 * 3 + 2] = NaN;
      rows[4 * 9] = Infinity;
      return rows;
    },
  };
  const store = await open(pictures, network);
  const error = await assertRejects(
    () => extract(pictures, { network, store }, { threads: threadsOf(1), reading, skip: 0.05 }),
    DataError,
  );
  const told = "0003.png (number 2 is NaN), 0009.png (number 0 is Infinity)";
  assert(error.message.includes(told), error.message);
  store.close();
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
  const all = await side.pixels!([...Array(149).keys()]);
  assertEquals([all.count, all.height, all.width, all.channels], [149, 4, 4, 3]);
  assertEquals((await side.pixels!([...Array(70).keys()])).data, all.data.subarray(0, 70 * 48));
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

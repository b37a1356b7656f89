/** The dataset `scene`: splits, cache, threads, digests. */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { Dataset, LoadContext } from "../../../src/data/dataset.ts";
import { sha256 } from "../../../src/base/digest/digest.ts";
import { scene } from "../../../src/data/scenes/mod.ts";
import { kindOf } from "../../../src/kinds/mod.ts";
import type { ViewMaps } from "../../../src/kinds/view/mod.ts";
import { checkedDataset } from "../../../src/data/contract.ts";
import type { Split } from "../../../src/data/dataset.ts";
import { seen, settings } from "./rendered.ts";

const small = { size: 16, train: 20, test: 5, supersample: 1 };

async function withCache(body: (context: LoadContext) => Promise<void>): Promise<void> {
  const cache = await Deno.makeTempDir({ prefix: "likeness-scene-" });
  try {
    await body({ cache, jobs: 2 });
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

function load(keys: Record<string, unknown>, context: LoadContext): Promise<Dataset<"view">> {
  return checkedDataset(scene).load(settings(keys), context) as Promise<Dataset<"view">>;
}

const all = (count: number) => Array.from({ length: count }, (_, i) => i);

async function mapsDigest({ alpha, depth, normals }: ViewMaps): Promise<string> {
  const parts = [alpha!, new Uint8Array(depth!.buffer), new Uint8Array(normals!.buffer)];
  return await sha256(Uint8Array.from(parts.flatMap((part) => [...part])));
}

Deno.test("scene: golden views and maps; other bytes need a higher VERSION in config.ts", async () => {
  const file = new URL("../../golden/scenes/scene.json", import.meta.url);
  const found: Record<string, string> = {};
  await withCache(async (context) => {
    for (
      const [name, keys] of Object.entries({
        head: { train: 6, test: 2 },
        "bald head": { size: 48, train: 3, test: 1, hair: "bald", seed: 7, highlights: false },
        "long hair": { size: 33, train: 3, test: 1, hair: "long", supersample: 2, age: 70 },
        solids: { scene: "solids", size: 64, train: 4, test: 2 },
        "bare solids": { scene: "solids", size: 32, train: 2, test: 1, plate: false, seed: 3 },
      })
    ) {
      const data = await load(keys, context), kind = kindOf(data.sample);
      for (const split of ["train", "test"] as const) {
        const indices = all(data.size(split));
        const { samples } = await data.read(split, indices);
        found[`${name} ${split}`] = (await kind.digest(samples)).slice(0, 16);
        const maps = await data.truth!().maps!(split, indices);
        found[`${name} ${split} maps`] = (await mapsDigest(maps)).slice(0, 16);
      }
    }
  });
  if (Deno.env.get("LIKENESS_GOLDEN") === "write") {
    await Deno.writeTextFile(file, JSON.stringify(found, null, 2) + "\n");
  }
  assertEquals(found, JSON.parse(await Deno.readTextFile(file)));
});

Deno.test("scene: items are the views of their cameras, with their maps, in the order asked", async () => {
  await withCache(async (context) => {
    for (const scene of ["head", "solids"]) {
      const config = settings({ ...small, scene }), data = await load({ ...small, scene }, context);
      for (const [split, indices] of [["train", [19, 3, 3, 0]], ["test", [4, 1]]] as const) {
        const { samples } = await data.read(split, indices);
        const { alpha, depth, normals } = await data.truth!().maps!(split, indices);
        assertEquals(samples.count, indices.length);
        (await seen(config, { split, indices })).forEach((view, i) => {
          const own = (of: Uint8Array | Float32Array, each: number): Uint8Array | Float32Array =>
            of.slice(i * each, (i + 1) * each);
          assertEquals(own(samples.pictures, 768), view.picture);
          assertEquals(own(alpha!, 256), view.alpha);
          assertEquals(own(depth!, 256), view.depth);
          assertEquals(own(normals!, 768), view.normals);
          const { position: [x, y, z], fx } = view.camera, at = 16 * i;
          assertEquals([3, 7, 11, 12].map((k) => samples.cameras[at + k]), [x, y, z, fx]);
        });
      }
      for (const [split, count] of [["train", 20], ["test", 5]] as const) {
        const { cameras } = (await data.read(split, all(count))).samples;
        assertEquals(data.truth!().cameras!(split), cameras);
      }
      assertEquals(data.truth!().cameras!("judge").length, 0);
      assertEquals((await data.read("judge", [])).samples.count, 0);
      await assertRejects(() => data.read("judge", [0]), RangeError, "no item 0 in judge");
      await assertRejects(() => data.read("test", [5]), RangeError, "no item 5 in test");
      await assertRejects(() => data.truth!().maps!("train", [20]), RangeError);
    }
  });
});

Deno.test("scene: the number of threads changes nothing, and a second load renders nothing", async () => {
  await withCache(async (one) => {
    await withCache(async (three) => {
      const a = await load(small, { ...one, jobs: 1 });
      const b = await load(small, { ...three, jobs: 3 });
      assertEquals(await b.read("train", all(20)), await a.read("train", all(20)));
      assertEquals(a.digest, b.digest);
      const told: string[] = [];
      const again = await load(small, { ...one, progress: (_d, _t, note) => told.push(note) });
      assertEquals(await again.read("train", all(20)), await b.read("train", all(20)));
      assertEquals(told, []);
      await again.read("test", [0]);
      assertEquals(new Set(told), new Set(["rendering head 16², test"]));
    });
  });
});

Deno.test("scene: the digest changes with what changes bytes, and with nothing else", async () => {
  const cache = { cache: "unused", jobs: 1 };
  const digest = async (keys: Record<string, unknown>) => (await load(keys, cache)).digest;
  const base = await digest({});
  const changes = [
    { size: 64 },
    { train: 99 },
    { test: 9 },
    { seed: 1 },
    { background: [0, 0, 0] },
    { supersample: 2 },
    { highlights: false },
    { light_azimuth: 0 },
    { light_elevation: 20 },
    { gender: "male" },
    { age: 60 },
    { ethnicity: "african" },
    { skin: 0.9 },
    { hair: "afro" },
    { hair_colour: "grey" },
    { expression: "sad" },
    { intensity: 0.5 },
  ];
  const heads = await Promise.all(changes.map(digest));
  assertEquals(new Set([base, ...heads]).size, changes.length + 1);
  const solids = { scene: "solids" }, other = await digest(solids);
  assertNotEquals(other, base);
  for (const keys of [{ plate: false }, { shadow: "none" }]) {
    assertEquals(await digest(keys), base);
    assertNotEquals(await digest({ ...solids, ...keys }), other);
  }
  for (const keys of changes.slice(9)) assertEquals(await digest({ ...solids, ...keys }), other);
});

Deno.test("scene: the outline is known without loading, and is what is loaded", async () => {
  await withCache(async (context) => {
    for (const keys of [small, { ...small, scene: "solids", background: [1, 2, 3] }]) {
      const config = settings(keys), outline = scene.outline!(config)!;
      const { sample, factors, size } = await load(keys, context);
      assertEquals(outline.sample, sample);
      assertEquals(outline.factors, factors);
      const splits: Split[] = ["train", "test", "judge", "judge_test"];
      assertEquals(splits.map(size), [20, 5, 0, 0]);
      assertEquals(splits.map((split) => outline.sizes![split]), [20, 5, 0, 0]);
      assertEquals([sample.height, sample.width], [16, 16]);
      assertEquals(sample.background, config.background);
    }
  });
});

Deno.test("scene: settings out of range or unknown are refused, and name the key", () => {
  for (
    const [keys, key] of [
      [{ size: 8 }, "size"],
      [{ size: 513 }, "size"],
      [{ train: -1 }, "train"],
      [{ scene: "room" }, "scene"],
      [{ background: [0, 0, 256] }, "background"],
      [{ background: [0, 0] }, "background"],
      [{ supersample: 0 }, "supersample"],
      [{ hair: "mohawk" }, "hair"],
      [{ age: 9 }, "age"],
      [{ yaw: 3 }, "yaw"],
    ] as const
  ) {
    const { success, error } = scene.config.safeParse(keys);
    assert(!success && JSON.stringify(error.issues).includes(key), key);
  }
});

Deno.test("scene: the dataset says what it is", async () => {
  assertEquals(await scene.status(), "ready");
  assert(scene.licence.includes("CC0"));
});

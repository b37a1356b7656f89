import { assertEquals, assertRejects } from "@std/assert";
import { z } from "zod";
import { checkedDataset } from "../../src/data/contract.ts";
import { type Batch, type Dataset, defineDataset } from "../../src/data/dataset.ts";
import { DataError } from "../../src/base/errors.ts";

const [height, width] = [2, 3];

function batch(count: number, change: Partial<Batch<"image">> = {}): Batch<"image"> {
  return {
    samples: { count, height, width, channels: 3, data: new Uint8Array(count * 18).fill(7) },
    labels: { kind: new Float32Array(count), angle: new Float32Array(count) },
    ...change,
  };
}

function own(change: Partial<Dataset>, read: (count: number) => Batch = batch) {
  return checkedDataset(defineDataset({
    name: "own",
    version: 1,
    about: "",
    licence: "",
    config: z.object({}),
    status: () => Promise.resolve("ready"),
    load: () =>
      Promise.resolve({
        name: "own",
        version: 1,
        digest: "own-1",
        sample: { kind: "image", height, width, channels: 3 },
        factors: [
          { name: "kind", kind: "class", classes: ["a", "b"] },
          { name: "angle", kind: "number", unit: "°", minimum: 0, maximum: 90 },
        ],
        notes: [],
        size: (split) => split === "train" ? 5 : 0,
        read: (_, indices) => Promise.resolve(read(indices.length)),
        ...change,
      } as Dataset),
  }));
}

const load = (definition: ReturnType<typeof own>) => definition.load({}, { cache: "", jobs: 1 });

Deno.test("a sound dataset is read as it is", async () => {
  const dataset = await load(
    own({ captions: () => ["a"], truth: () => ({ law: new Float64Array(1) }) as never }),
  );
  assertEquals(await dataset.read("train", [0, 1, 2]), batch(3));
  assertEquals([dataset.size("train"), dataset.captions!("train"), dataset.truth!()], [
    5,
    ["a"],
    { law: new Float64Array(1) },
  ]);
});

Deno.test("a dataset that isn't what it says is refused when it is loaded", async () => {
  const refused = (change: object, message: string) =>
    assertRejects(() => load(own(change)), DataError, message);
  await refused({ digest: "" }, "dataset own: it has no digest");
  await refused({ size: () => 1.5 }, "its split train has 1.5 samples");
  await refused(
    { sample: { kind: "image", height, width, channels: 4 } },
    "samples of kind `image`: `channels`",
  );
});

Deno.test("a batch that isn't what was asked for is refused when it is read", async () => {
  const refused = async (change: (count: number) => object, message: string) => {
    const dataset = await load(own({}, (count) => batch(count, change(count))));
    await assertRejects(
      () => dataset.read("train", [0, 1, 2]),
      DataError,
      `dataset own: reading 3 samples of train gave ${message}`,
    );
  };
  const images = (change: object) => (count: number) => ({
    samples: { ...batch(count).samples, ...change },
  });
  await refused(images({ count: 2 }), "pictures [2, 2, 3, 3], not [3, 2, 3, 3]");
  await refused(images({ height: 3, width: 2 }), "pictures [3, 3, 2, 3], not [3, 2, 3, 3]");
  await refused(images({ data: new Uint8Array(53) }), "data of 53 where 54 bytes");
  await refused(images({ data: new Float32Array(54) }), "data of object where 54 bytes");
  const labels = (kind: number[], angle: number[]) => () => ({
    labels: { kind: Float32Array.from(kind), angle: Float32Array.from(angle) },
  });
  await refused(labels([0, 1], [0, 0, 0]), "2 labels of kind for 3 samples");
  await refused(labels([0, 2, 0], [0, 0, 0]), "2 as the kind of sample 1; it has classes 0 to 1");
  await refused(labels([0, 0.5, 0], [0, 0, 0]), "0.5 as the kind of sample 1");
  await refused(labels([0, -1, 1], [0, 0, NaN]), "NaN as the angle of sample 2");
  await refused(() => ({ labels: { angle: new Float32Array(3) } }), "no labels of its factor kind");
});

Deno.test("what is given with samples is looked at as they are", async () => {
  const given = { caption: { kind: "point", dimensions: 2 } } as const;
  const told = (count: number) => ({ count, dimensions: 2, data: new Uint8Array(2 * count) });
  const read = async (change: object) =>
    await (await load(own({ given }, (count) => batch(count, change)))).read("train", [0, 1]);
  const whole = { given: { caption: told(2) } };
  assertEquals(await read(whole), batch(2, whole));
  const where = "dataset own: reading 2 samples of train gave";
  await assertRejects(() => read({}), DataError, `${where} nothing as \`given.caption\``);
  await assertRejects(
    () => read({ given: { caption: told(3) } }),
    DataError,
    `${where} as \`given.caption\` points [3, 2], not [2, 2]`,
  );
  const wrong = { caption: { kind: "point", dimensions: 0 } } as const;
  await assertRejects(() => load(own({ given: wrong })), DataError, "caption of kind `point`");
});

/** The sheets of a run on views, on models whose renders are known. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import sharp from "sharp";
import { depthPictures, depthRange, differences } from "../../src/show/picture/maps.ts";
import { movingWebp, webp } from "../../src/show/picture/grid.ts";
import { show } from "../../src/show/show.ts";
import type { ShowParts } from "../../src/show/shower.ts";
import { shownSplats } from "../../src/show/splats.ts";
import { columnsOf } from "../../src/show/view.ts";
import type { ViewSet } from "../../src/kinds/view/view_set.ts";
import { viewsOf } from "../../src/kinds/view/views.ts";
import { close, law } from "../law.ts";
import {
  mapsOf,
  pictureOf,
  ringCamera,
  viewModel,
  viewPixels,
  viewShape,
  viewWorld,
} from "../metrics/view_world.ts";

const gap = 2, size = 3 * viewPixels;
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const { height, width } = viewShape;
const told = (change: (v: number) => number) => (asked: unknown) => {
  const views = asked as ViewSet;
  return Promise.resolve({ ...views, pictures: views.pictures.map(change) });
};

async function shown(parts: Partial<ShowParts>, dataset = viewWorld()) {
  const files = new Map<string, Uint8Array>();
  const artefacts = await show({
    subject: viewModel({}) as ShowParts["subject"],
    dataset: dataset as unknown as ShowParts["dataset"],
    samples: null,
    neighbourhood: null,
    write: (file, bytes) => Promise.resolve(void files.set(file, bytes)),
    ...parts,
  });
  /** The pictures of a sheet in colour, row by row. */
  async function cells(name: string): Promise<Uint8Array[][]> {
    const { data, info } = await sharp(files.get(`${name}.png`)!).raw()
      .toBuffer({ resolveWithObject: true });
    const columns = (info.width + gap) / (width + gap), rows = (info.height + gap) / (height + gap);
    return range(rows).map((row) =>
      range(columns).map((column) =>
        Uint8Array.from({ length: size }, (_, i) => {
          const pixel = Math.floor(i / 3);
          const y = row * (height + gap) + Math.floor(pixel / width);
          const x = column * (width + gap) + pixel % width;
          return data[(y * info.width + x) * info.channels + i % 3];
        })
      )
    );
  }
  return { artefacts, files, cells, names: artefacts.map(({ name }) => name) };
}

Deno.test("held-out views stand above their renders; errors are four times the difference", async () => {
  const subject = viewModel({ reconstruct: told((v) => Math.max(0, v - 40)) });
  const { artefacts, cells, names } = await shown({ subject } as Partial<ShowParts>);
  assertEquals(names, ["reconstructions", "errors"]);
  const sheet = await cells("reconstructions");
  const of = (from: number) => range(8).map((i) => pictureOf("test", from + i));
  assertEquals(sheet.length, 4);
  assertEquals([sheet[0], sheet[2]], [of(0), of(8)]);
  assertEquals(sheet[1], of(0).map((one) => one.map((v) => Math.max(0, v - 40))));
  const errors = await cells("errors");
  assertEquals(
    errors,
    [of(0), of(8)].map((row) => row.map((one) => one.map((v) => 4 * Math.min(v, 40)))),
  );
  assertEquals(artefacts.map(({ shows }) => shows), [
    { what: "reconstructions", kind: "view" },
    { what: "errors", kind: "view" },
  ]);
  assertStringIncludes(artefacts[1].about, "×4 in each colour");
  assertStringIncludes(artefacts[1].about, "64 of 255 levels or more");
});

Deno.test("a difference of 64 levels and more is full colour, whichever side is lighter", () => {
  const one = (values: number[]) => ({
    count: 1,
    height: 1,
    width: 1,
    channels: 3 as const,
    data: Uint8Array.from(values),
  });
  assertEquals([...differences(one([0, 70, 9]), one([3, 5, 200]), 4).data], [12, 255, 255]);
});

Deno.test("of fewer views than a row holds all are shown", async () => {
  const subject = viewModel({ reconstruct: told((v) => v >> 1) });
  const { cells, artefacts } = await shown(
    { subject } as Partial<ShowParts>,
    viewWorld({ test: 3 }),
  );
  assertEquals((await cells("reconstructions")).map((row) => row.length), [3, 3]);
  assertStringIncludes(artefacts[0].about, "The first 3 held-out views");
  assertEquals([8, 8, 6, 2, 2], [20, 200, 256, 800, 4000].map(columnsOf));
});

Deno.test("depth is white near, grey far and black where nothing is, on the truth's scale", async () => {
  const maps = (asked: unknown) =>
    Promise.resolve({
      alpha: new Float32Array((asked as ViewSet).count * viewPixels).fill(1),
      depth: new Float32Array((asked as ViewSet).count * viewPixels).fill(2.5),
    });
  const { cells, artefacts, names } = await shown(
    { subject: viewModel({ maps }) } as Partial<ShowParts>,
  );
  assertEquals(names, ["depths"]);
  const [truth, model] = await cells("depths");
  const { alpha, depth } = mapsOf("test", 0);
  const grey = range(viewPixels).map((p) => truth[0][3 * p]);
  alpha.forEach((a, p) => assertEquals(grey[p] === 0, a < 128, `pixel ${p} of alpha ${a}`));
  const seen = range(viewPixels).filter((p) => alpha[p] >= 128)
    .sort((p, q) => depth[p] - depth[q]);
  seen.slice(1).forEach((p, k) => assert(grey[seen[k]] >= grey[p], "the nearer the lighter"));
  assert(grey[seen[0]] > 245 && grey[seen.at(-1)!] < 66, `${grey[seen[0]]} ${grey[seen.at(-1)!]}`);
  // Distances of truth go evenly from 2 to 3.
  model[0].forEach((v) => assert(Math.abs(v - 155) < 6, `${v}`));
  assertStringIncludes(artefacts[0].about, "the truth above the model's: white at 2.0");
});

Deno.test("where depth isn't known the model's own has its scale; where nothing is seen there is none", async () => {
  const maps = (alpha: number) => (asked: unknown) => {
    const length = (asked as ViewSet).count * viewPixels;
    return Promise.resolve({
      alpha: new Float32Array(length).fill(alpha),
      depth: Float32Array.from({ length }, (_, p) => p % viewPixels),
    });
  };
  const subject = (alpha: number) => viewModel({ maps: maps(alpha) }) as ShowParts["subject"];
  const blind = viewWorld({ known: ["alpha"] });
  const { artefacts, cells } = await shown({ subject: subject(1) }, blind);
  assertEquals((await cells("depths")).length, 1);
  assertStringIncludes(artefacts[0].about, "held-out views: white at 1");
  assertEquals((await shown({ subject: subject(0.5) }, blind)).names, []);
});

Deno.test("depths are cut at the ends of the range, and one distance alone is white", () => {
  const depth = Float32Array.from([1, 2, 3, 9]), covers = () => true;
  const shape = { count: 1, height: 2, width: 2 };
  assertEquals([...depthPictures({ depth, covers }, { ...shape, range: [2, 4] }).data], [
    255,
    255,
    155,
    55,
  ]);
  const flat = { depth: new Float32Array(4).fill(3), covers };
  assertEquals(depthRange(flat), [3, 3]);
  assertEquals([...depthPictures(flat, { ...shape, range: [3, 3] }).data], [255, 255, 255, 255]);
  assertEquals(depthRange({ depth, covers: () => false }), null);
  const many = Float32Array.from({ length: 201 }, (_, i) => i);
  assertEquals(depthRange({ depth: many, covers }), [2, 198]);
});

Deno.test("the scene is shown from 16 places around it, and turns as the same bytes each time", async () => {
  const asked: Int32Array[] = [];
  const samples: ShowParts["samples"] = async (count, options = {}) => {
    asked.push(options.rows!);
    return (await viewWorld().read("train", range(count))).samples;
  };
  const { names, cells, files, artefacts } = await shown({ samples });
  assertEquals(names, ["orbit", "turntable"]);
  assertEquals(asked.map((rows) => [...rows]), [range(16).map((i) => 4 * i)]);
  const sheet = await cells("orbit");
  assertEquals(sheet.flat(), range(16).map((i) => pictureOf("train", i)));
  const moving = files.get("turntable.webp")!;
  const { pages, delay, loop, format } = await sharp(moving).metadata();
  assertEquals([format, pages, loop, delay], ["webp", 16, 0, Array(16).fill(200)]);
  assertEquals(artefacts[1].shows, { what: "turntable", kind: "view" });
  assertEquals([artefacts[1].width, artefacts[1].height], [width, height]);
  const again = await shown({ samples });
  assertEquals(again.artefacts, artefacts, "by their digests");
});

/** Views of an orbit that looks at a point from a distance of 3 along y = ½, rows of it as asked. */
const orbiting: NonNullable<ShowParts["samples"]> = async (count, { rows } = {}) => {
  const { samples } = await viewWorld().read("train", range(count));
  const numbers = [...rows!].flatMap((row) => ringCamera(row * 360 / 64, { to: [1, 2, 3] }));
  return { ...samples, cameras: Float32Array.from(numbers) };
};

law("of a scene the first splats are kept, as many as a page may hold, and where its turn begins", {
  source: "definition",
  given: { all: fc.integer({ min: 1, max: 40 }), most: fc.integer({ min: 1, max: 40 }) },
  cases: 30,
  async holds({ all, most }) {
    const file = Uint8Array.from({ length: 32 * all }, (_, i) => i % 251);
    const views = await orbiting(16, { rows: Int32Array.from(range(16), (i) => 4 * i) });
    const { sample: spec } = viewWorld();
    const kept = shownSplats(file, { around: viewsOf(views), spec, what: "turntable", most });
    assertEquals(kept.bytes, file.slice(0, 32 * Math.min(all, most)));
    const told = all > most ? `The ${most} largest and densest of ${all}` : `All ${all}`;
    assertStringIncludes(kept.about, `${told} splats, `);
    const { from, to, up, focal, background } = kept.look!;
    const near = (found: readonly number[], expected: readonly number[]) =>
      found.forEach((v, k) => close(v, expected[k], 1e-5));
    near(from, [1, 2.5, 6]);
    near(to, [1, 2, 3]);
    near(up, [0, 1, 0]);
    close(focal, 20 / height, 1e-12);
    assertEquals(background, spec.background);
  },
  kills: ["scene-kept-from-the-end", "scene-looked-at-from-its-middle", "scene-focal-by-width"],
});

Deno.test("a model that gives splats leaves them beside the turntable; others leave none", async () => {
  const splats = Uint8Array.from({ length: 64 }, (_, i) => i);
  const subject = { ...viewModel({}), splats: () => Promise.resolve(splats) };
  const { names, files, artefacts } = await shown({
    subject: subject as unknown as ShowParts["subject"],
    samples: orbiting,
  });
  assertEquals(names, ["orbit", "turntable", "splats"]);
  assertEquals(files.get("splats.splat"), splats);
  assertEquals(artefacts[2].shows, { what: "turntable", medium: "splats", kind: "view" });
  assertEquals(
    artefacts[2].about,
    "All 2 splats, 64 B, without the colours that change with direction",
  );
  assertEquals((await shown({ samples: orbiting })).names, ["orbit", "turntable"]);
});

Deno.test("a page keeps a moving picture as it is, and encodes still ones anew", async () => {
  const data = Uint8Array.from({ length: 3 * size }, (_, i) => (i * 7) % 256);
  const { bytes } = await movingWebp({ count: 3, ...viewShape, channels: 3, data }, 0.1);
  assertEquals(await webp(bytes, "lossless"), bytes);
  assertEquals(await webp(bytes, { quality: 50 }), bytes);
  const still = new Uint8Array(
    await sharp(data.subarray(0, size), { raw: { width, height, channels: 3 } }).png().toBuffer(),
  );
  assertEquals((await sharp(await webp(still, "lossless")).metadata()).width, 35 * width);
});

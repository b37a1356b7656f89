/**
 * The `views` dataset: the user's own pictures of one scene with their cameras, in the layouts that
 * programs for NeRF and Gaussian splatting read.
 * @module
 */
import { relative } from "@std/path";
import { DataError } from "../../base/mod.ts";
import { openContents, placed } from "../../content/mod.ts";
import { cameraNumbers, type ViewSpec } from "../../kinds/view/mod.ts";
import { type Dataset, defineDataset, type LoadContext } from "../dataset.ts";
import { splitDataset } from "../split_dataset.ts";
import { type Assembled, assembled } from "./assemble.ts";
import { type Bounds, boundsOf } from "./bounds.ts";
import { VERSION, type ViewsConfig, viewsConfig } from "./config.ts";
import { readScene } from "./layouts/layout.ts";
import { headerOf, inTurn, type PictureFile, pictureStore } from "./pictures/store.ts";
import type { PosedPicture, Scene } from "./posed.ts";
import { digestOf, samplesOf, truthOf } from "./reading.ts";

/** Missing files that an error names. */
const NAMED = 5;

/** @throws DataError where pictures aren't there */
async function requirePictures(pictures: readonly PosedPicture[]): Promise<void> {
  const there = await Promise.all(
    pictures.map(({ path }) => Deno.stat(path).then((stat) => stat.isFile, () => false)),
  );
  const missing = pictures.filter((_, i) => !there[i]);
  if (missing.length === 0) return;
  const named = missing.slice(0, NAMED).map(({ path }) => `  ${path}`);
  throw new DataError(
    `views: ${missing.length} of ${pictures.length} pictures that have cameras aren't there:\n` +
      `${named.join("\n")}${missing.length > NAMED ? "\n  …" : ""}\n` +
      "  bring them back, say where they are (`images`), or take their cameras out",
  );
}

/** The pictures' files, known by their bytes. */
async function filesOf(
  pictures: readonly PosedPicture[],
  cache: string,
): Promise<PictureFile[]> {
  const contents = openContents(cache);
  try {
    const digests = await contents.digests(pictures.map(({ path }) => path));
    return pictures.map(({ path }, i) => {
      const sha256 = digests[i];
      if (sha256 === null) throw new DataError(`${path}: can't be opened`);
      return { path, sha256 };
    });
  } finally {
    contents.close();
  }
}

/** Places of views by split: those that the layout holds out, or every so many by number. */
function splitsOf(
  { pictures, held }: Scene,
  { hold }: ViewsConfig,
): { readonly train: Uint32Array; readonly test: Uint32Array } {
  const isHeld = (i: number) => held === null ? i % hold === 0 : held[i];
  const places = [...pictures.keys()];
  return {
    train: Uint32Array.from(places.filter((i) => !isHeld(i))),
    test: Uint32Array.from(places.filter(isHeld)),
  };
}

/** Near and far: those of the settings, of the layout, or by points and cameras. */
function distances(scene: Scene, { cameras, size }: Assembled, config: ViewsConfig): Bounds {
  const { near, far } = config;
  if (near !== undefined && far !== undefined) return { near, far, from: "the settings" };
  const found = scene.bounds ?? boundsOf(cameras, { points: scene.points, size });
  const bounds = { ...found, ...(near && { near }), ...(far && { far }) };
  if (bounds.near >= bounds.far) {
    throw new DataError(
      `views: near ${bounds.near} isn't before far ${bounds.far}; set both in the suite's data`,
    );
  }
  return bounds;
}

/** What was decided of the conventions, a line each. */
function notesOf(scene: Scene, parts: {
  readonly config: ViewsConfig;
  readonly bounds: Bounds;
  readonly made: Assembled;
  readonly alpha: number;
}): string[] {
  const { config, bounds, made, alpha } = parts;
  const axes = config.axes === "layout" ? scene.axes : config.axes;
  return [
    ...scene.notes,
    `axes of cameras: ${axes}; the middle of the first pixel at ${config.pixel_centre}`,
    ...(scene.held === null
      ? [`split: view 0 and every ${config.hold}th after it, by name, are held out`]
      : []),
    alpha === 0
      ? "background: no picture has transparency; losses and figures take in what is behind"
      : `background: ${alpha} of ${scene.pictures.length} pictures have transparency, laid on ` +
        `${config.background.join(", ")}`,
    `colours are mixed ${config.light}`,
    ...made.notes,
    `near ${bounds.near.toPrecision(4)}, far ${bounds.far.toPrecision(4)}: by ${bounds.from}`,
    ...(scene.points === null ? [] : [`${scene.points.positions.length / 3} points are known`]),
  ];
}

async function load(config: ViewsConfig, context: LoadContext): Promise<Dataset<"view">> {
  const scene = await readScene(placed(context.base, config.path), config);
  const { pictures, points } = scene;
  await requirePictures(pictures);
  const files = await filesOf(pictures, context.cache), jobs = Math.max(1, context.jobs);
  let done = 0;
  const headers = await inTurn(files, {
    jobs,
    async work({ path }) {
      context.signal?.throwIfAborted();
      const header = await headerOf(path);
      context.progress?.(++done, files.length, "looking at pictures");
      return header;
    },
  });
  const axes = config.axes === "layout" ? scene.axes : config.axes;
  const made = assembled(pictures, { headers, axes, config });
  const bounds = distances(scene, made, config), splits = splitsOf(scene, config);
  if (splits.train.length === 0) {
    throw new DataError(
      `views: all ${pictures.length} views are held out, none is left to train on`,
    );
  }
  const spec: ViewSpec = {
    kind: "view",
    ...made.size,
    background: config.background,
    near: bounds.near,
    far: bounds.far,
  };
  const cameras = Float32Array.from(made.cameras.flatMap(cameraNumbers));
  const store = pictureStore(files, { makingOf: made.makingOf, jobs });
  const alpha = headers.filter(({ alpha }) => alpha).length;
  return {
    ...splitDataset<"view">({
      name: "views",
      version: VERSION,
      digest: await digestOf(files, {
        cameras,
        points,
        spec,
        light: config.light,
        making: made.makingOf,
      }),
      sample: spec,
      factors: [],
      notes: notesOf(scene, { config, bounds, made, alpha }),
      samples: samplesOf(store, { cameras, spec }),
      labels: {},
      splits,
    }),
    truth: () =>
      truthOf({
        cameras,
        points,
        store: alpha === 0 ? null : store,
        names: pictures.map(({ name }) => name),
        splits,
        pixels: spec.height * spec.width,
      }),
  };
}

/** See the module. */
export const views = defineDataset<ViewsConfig, "view">({
  name: "views",
  version: VERSION,
  about:
    "your own pictures of one scene with their cameras: NeRF-synthetic, nerfstudio, COLMAP, LLFF",
  licence: "yours to know",
  config: viewsConfig,
  status: () => Promise.resolve("ready: give `path`"),
  /** The pictures and the files that say where they were taken. */
  async content(config, { path, files }) {
    const root = path(config.path);
    const scene = await readScene(root, config).catch((error) => {
      if (error instanceof DataError) return null; // `load` tells it
      throw error;
    });
    if (scene === null) return undefined;
    const paths = [...scene.pictures.map(({ path }) => path), ...scene.files];
    return await files(paths.map((path) => ({ name: relative(root, path), path })));
  },
  load,
});

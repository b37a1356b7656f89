/**
 * What a page holds so that scenes can be looked around in: the scenes themselves, as much of each as
 * there is room for, and the viewer, once.
 * @module
 */
import { bodiesOf, type PictureRef, type ReportModel, type SceneRef } from "../model/model.ts";
import { deflated, planes, roundedSplats, SPLAT } from "./pack.ts";
import { VIEWER } from "./build.ts";

/** Bytes that the scenes of one page may take together, deflated; base64 makes them a third more. */
export const SCENE_BUDGET = 1_200_000;

/** A scene in a page. */
export interface EmbeddedScene {
  /** Planes of a `.splat` file, deflated, in base64. */
  readonly data: string;
  /** Splats that are there, and that the file has. */
  readonly count: number;
  readonly of: number;
}

/** Scenes by `pictureKey`. */
export type Scenes = ReadonlyMap<string, EmbeddedScene>;

/** As many splats from the start on as fit into so many bytes, packed; at least one. */
async function packedWithin(
  file: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly count: number }> {
  let count = file.length / SPLAT;
  while (true) {
    const bytes = await deflated(planes(file.subarray(0, SPLAT * count)));
    if (bytes.length <= most || count === 1) return { bytes, count };
    // A little fewer than the ratio says, so that it ends.
    count = Math.max(1, Math.floor(0.98 * count * most / bytes.length));
  }
}

/**
 * The scenes of a model: those of the first seed of every row, each with the same room. Those of further
 * seeds, and those whose files are gone, are left out.
 * @throws StoreError for a file that is no `.splat` file
 */
export async function embedScenes(
  model: ReportModel,
  { read, key, budget = SCENE_BUDGET }: {
    readonly read?: (ref: PictureRef) => Promise<Uint8Array | null>;
    readonly key: (ref: SceneRef) => string;
    readonly budget?: number;
  },
): Promise<{ readonly scenes: Scenes; readonly bytes: number }> {
  const scenes = new Map<string, EmbeddedScene>();
  if (read === undefined) return { scenes, bytes: 0 };
  const wanted = bodiesOf(model).flatMap(({ galleries }) => galleries)
    .flatMap(({ rows }) => rows.flatMap(({ pictures: [{ scene }] }) => scene ?? []));
  let bytes = 0;
  for (const scene of wanted) {
    const file = await read(scene);
    if (file === null) continue;
    const rounded = roundedSplats(file, scene.look, key(scene));
    const packed = await packedWithin(rounded, Math.floor(budget / wanted.length));
    bytes += packed.bytes.length;
    const of = file.length / SPLAT;
    scenes.set(key(scene), { data: packed.bytes.toBase64(), count: packed.count, of });
  }
  return { scenes, bytes };
}

/** What runs in a page with scenes. */
export interface ViewerScripts {
  /** Runs when the page is read: it makes the buttons work. */
  readonly starter: string;
  /** Runs when a button is first pressed. */
  readonly viewer: string;
  /** The viewer deflated, in base64. */
  readonly packed: string;
}

/** Reads the scripts. */
export async function viewerScripts(): Promise<ViewerScripts> {
  const read = (name: string) => Deno.readTextFile(new URL(name, import.meta.url));
  const [starter, viewer] = await Promise.all(["look_around.js", VIEWER].map(read));
  const packed = await deflated(new TextEncoder().encode(viewer));
  return { starter, viewer, packed: packed.toBase64() };
}

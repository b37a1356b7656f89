/**
 * Which layout a folder has, and reading it.
 * @module
 */
import { join } from "@std/path";
import { DataError } from "../../../base/mod.ts";
import { findModel, readColmap } from "./colmap/colmap.ts";
import { type Layout, LAYOUTS, type ViewsConfig } from "../config.ts";
import { MARK as LLFF, readLlff } from "./llff.ts";
import type { Scene } from "../posed.ts";
import { MARK as SYNTHETIC, readNerfSynthetic } from "./transforms/nerf_synthetic.ts";
import { MARK as NERFSTUDIO, readNerfstudio } from "./transforms/nerfstudio.ts";

/** How a layout is known and read. */
interface Reader {
  /** What it is known by, in words. */
  readonly mark: string;
  there(root: string, config: ViewsConfig): Promise<boolean>;
  read(root: string, config: ViewsConfig): Promise<Scene>;
}

const has = async (root: string, name: string) =>
  await Deno.stat(join(root, name)).then((stat) => stat.isFile, () => false);

const READERS: Readonly<Record<Layout, Reader>> = {
  nerf_synthetic: {
    mark: SYNTHETIC,
    there: (root) => has(root, SYNTHETIC),
    read: (root) => readNerfSynthetic(root),
  },
  nerfstudio: {
    mark: NERFSTUDIO,
    there: (root) => has(root, NERFSTUDIO),
    read: (root, config) => readNerfstudio(root, config),
  },
  colmap: {
    mark: "sparse/0/cameras.bin and images.bin, or .txt",
    there: async (root, { model }) => await findModel(root, model) !== null,
    read: (root, config) => readColmap(root, config),
  },
  llff: {
    mark: LLFF,
    there: (root) => has(root, LLFF),
    read: (root, config) => readLlff(root, config),
  },
};

/** Reads a folder in the layout that is asked for. @throws DataError where it isn't laid out so */
export async function readScene(
  root: string,
  config: ViewsConfig,
): Promise<Scene & { readonly layout: Layout }> {
  const stat = await Deno.stat(root).catch(() => null);
  if (!stat?.isDirectory) throw new DataError(`views: ${root} is no folder; set \`path\``);
  if (config.layout !== "auto") {
    const { layout } = config, scene = await READERS[layout].read(root, config);
    return { ...scene, layout, notes: [`layout: ${layout}, as asked`, ...scene.notes] };
  }
  const there: Layout[] = [];
  for (const name of LAYOUTS) if (await READERS[name].there(root, config)) there.push(name);
  if (there.length === 0) {
    const marks = LAYOUTS.map((name) => `  ${name}: ${READERS[name].mark}`);
    throw new DataError(
      `views: ${root} is laid out in none of the ways that are read:\n${marks.join("\n")}`,
    );
  }
  const [layout, ...others] = there, scene = await READERS[layout].read(root, config);
  const also = others.length === 0 ? "" : `; it could be read as ${others.join(", ")} too`;
  const notes = [`layout: ${layout}, by its ${READERS[layout].mark}${also}`, ...scene.notes];
  return { ...scene, layout, notes };
}

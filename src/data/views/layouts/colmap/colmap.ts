/**
 * COLMAP's layout: a folder of pictures and a model of the scene, binary or text.
 * @module
 */
import { join } from "@std/path";
import { DataError } from "../../../../base/mod.ts";
import type { PosedPicture, Scene } from "../../posed.ts";
import { namesIn } from "../names.ts";
import { binaryCameras, binaryImages, binaryPoints } from "./binary.ts";
import { type Model, poseOfImage } from "./model.ts";
import { textCameras, textImages, textPoints } from "./text.ts";

/** Folders in which a model is looked for, in this order. */
const PLACES = ["sparse/0", "sparse", "colmap/sparse/0", "."];

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isFile, () => false);
}

/** Where a folder's model lies, and how it is written; null where there is none. */
export async function findModel(
  root: string,
  place?: string,
): Promise<{ readonly folder: string; readonly ending: "bin" | "txt" } | null> {
  for (const folder of place === undefined ? PLACES : [place]) {
    for (const ending of ["bin", "txt"] as const) {
      const needed = ["cameras", "images"].map((name) => join(root, folder, `${name}.${ending}`));
      if ((await Promise.all(needed.map(isFile))).every((there) => there)) {
        return { folder, ending };
      }
    }
  }
  return null;
}

/** How each of a model's files is read. */
const READERS = {
  bin: { cameras: binaryCameras, images: binaryImages, points3D: binaryPoints },
  txt: {
    cameras: (bytes: Uint8Array, path: string) => textCameras(utf8(bytes), path),
    images: (bytes: Uint8Array, path: string) => textImages(utf8(bytes), path),
    points3D: (bytes: Uint8Array, path: string) => textPoints(utf8(bytes), path),
  },
};

const utf8 = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Reads a model's files. @throws DataError with what is wrong and where */
export async function readModel(
  folder: string,
  ending: "bin" | "txt",
): Promise<Model & { readonly files: readonly string[] }> {
  const reader = READERS[ending];
  const at = (name: string) => join(folder, `${name}.${ending}`);
  const cameras = reader.cameras(await Deno.readFile(at("cameras")), at("cameras"));
  const images = reader.images(await Deno.readFile(at("images")), at("images"));
  const known = await isFile(at("points3D"));
  const points = known
    ? reader.points3D(await Deno.readFile(at("points3D")), at("points3D"))
    : null;
  const files = [at("cameras"), at("images"), ...(known ? [at("points3D")] : [])];
  return { cameras, images, points, files };
}

/** Reads a folder of this layout. @throws DataError where it isn't one */
export async function readColmap(
  root: string,
  { images = "images", model: place }: { readonly images?: string; readonly model?: string },
): Promise<Scene> {
  const found = await findModel(root, place);
  if (found === null) {
    throw new DataError(
      `${root}: no model of COLMAP's: cameras and images, .bin or .txt, were looked for in ` +
        (place ?? PLACES.join(", ")),
    );
  }
  const folder = join(root, found.folder);
  const model = await readModel(folder, found.ending), where = model.files[1];
  if (model.images.length === 0) {
    throw new DataError(`${where}: no picture has a pose; let COLMAP map the scene first`);
  }
  const pictures = model.images.map((image): PosedPicture => {
    const camera = model.cameras.get(image.camera);
    if (camera === undefined) {
      throw new DataError(
        `${where}: ${image.name} is of camera ${image.camera}; ${model.files[0]} has ` +
          [...model.cameras.keys()].join(", "),
      );
    }
    return {
      path: join(root, images, image.name),
      name: image.name,
      ...poseOfImage(image, where),
      optics: () => camera.optics,
      lens: camera.lens,
    };
  }).sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const twice = pictures.find(({ name }, i) => name === pictures[i + 1]?.name);
  if (twice !== undefined) throw new DataError(`${where}: ${twice.name} has two poses`);
  const taken = (await namesIn(join(root, images))).length;
  return {
    pictures,
    held: null,
    axes: "opencv",
    points: model.points,
    bounds: null,
    files: model.files,
    notes: [
      `model: ${found.folder}, ${found.ending === "bin" ? "binary" : "text"}`,
      ...(taken > pictures.length
        ? [`${pictures.length} of ${taken} pictures in ${images} have a pose`]
        : []),
    ],
  };
}

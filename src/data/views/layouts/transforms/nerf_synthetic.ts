/**
 * The layout of NeRF's synthetic scenes (Mildenhall et al. 2020, arXiv:2003.08934):
 * transforms_train.json and transforms_test.json, each with the angle that the width takes and a pose a
 * picture, from the camera to the world, in OpenGL's axes.
 * @module
 */
import { join } from "@std/path";
import { DataError } from "../../../../base/mod.ts";
import { tan } from "../../../../numeric/mod.ts";
import type { PosedPicture, Scene } from "../../posed.ts";
import { type Frame, poseOf, readTransforms, type TransformsFile } from "./json.ts";

/** Files of the splits, with whether their views are held out. */
const SPLITS = [["transforms_train.json", false], ["transforms_test.json", true]] as const;

/** Whether a folder is laid out so. */
export const MARK = SPLITS[0][0];

/** Between these stands all there is, as NeRF's own loader has it. */
const BOUNDS = { near: 2, far: 6, from: "NeRF's own for its synthetic scenes" };

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isFile, () => false);
}

/** The file that a frame means: as it is written, or with the ending that it leaves out. */
export async function pictureOf(root: string, { file_path }: Frame): Promise<string> {
  const path = join(root, file_path);
  for (const ending of ["", ".png", ".jpg", ".jpeg"]) {
    if (await isFile(path + ending)) return path + ending;
  }
  return /\.\w+$/.test(file_path) ? path : `${path}.png`;
}

async function picturesIn(root: string, file: TransformsFile): Promise<PosedPicture[]> {
  const { value: { camera_angle_x, frames }, path } = file;
  return await Promise.all(frames.map(async (frame, i) => {
    const angle = frame.camera_angle_x ?? camera_angle_x;
    if (angle === undefined) {
      throw new DataError(
        `${path}: no \`camera_angle_x\`, the angle that a picture's width takes, in radians`,
      );
    }
    return {
      path: await pictureOf(root, frame),
      name: frame.file_path.replace(/^\.\//, ""),
      ...poseOf(frame.transform_matrix, () => file.at("frames", i, "transform_matrix")),
      optics({ width, height }) {
        const focal = width / (2 * tan(angle / 2));
        return { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2 };
      },
      lens: null,
    } satisfies PosedPicture;
  }));
}

/** Reads a folder of this layout. @throws DataError where it isn't one */
export async function readNerfSynthetic(root: string): Promise<Scene> {
  const pictures: PosedPicture[] = [], held: boolean[] = [], files: string[] = [];
  for (const [name, test] of SPLITS) {
    const path = join(root, name);
    const own = await picturesIn(root, await readTransforms(path));
    files.push(path);
    pictures.push(...own);
    held.push(...own.map(() => test));
  }
  const unread = await isFile(join(root, "transforms_val.json"));
  return {
    pictures,
    held,
    axes: "opengl",
    points: null,
    bounds: BOUNDS,
    files,
    notes: unread ? ["split: the layout's own; transforms_val.json isn't read"] : [
      "split: the layout's own",
    ],
  };
}

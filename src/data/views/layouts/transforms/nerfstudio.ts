/**
 * nerfstudio's layout: transforms.json with optics for all frames or for each, poses from the camera to
 * the world in OpenGL's axes, and a PLY file of points. Instant-NGP's files are read too. In the file's
 * coordinates the middle of the first pixel is (½, ½), as COLMAP's.
 *
 * `applied_transform` is what nerfstudio did to the world of the program that found the poses; poses
 * and points have it already. `world: original` takes it off again.
 * @module
 */
import { basename, join } from "@std/path";
import { DataError } from "../../../../base/mod.ts";
import type { PointCloud } from "../../../../kinds/view/mod.ts";
import { tan } from "../../../../numeric/mod.ts";
import { type Lens, lensOf, type Size } from "../../pictures/lens.ts";
import type { Optics, Pose, PosedPicture, Scene } from "../../posed.ts";
import {
  type Frame,
  poseOf,
  readTransforms,
  type Transforms,
  type TransformsFile,
} from "./json.ts";
import { pictureOf } from "./nerf_synthetic.ts";
import { pointsOfPly } from "./ply.ts";

/** A folder with this file is laid out so. */
export const MARK = "transforms.json";

/** Camera models whose pictures are, or can be made, those of a pinhole camera. */
const MODELS = ["PINHOLE", "SIMPLE_PINHOLE", "OPENCV", "SIMPLE_RADIAL", "RADIAL"];

/** Worlds that poses and points can be given in. */
export const WORLDS = ["written", "original"] as const;
/** One of `WORLDS`. */
export type World = typeof WORLDS[number];

/** What a frame says, and the file where it doesn't. */
function said(value: Transforms, frame: Frame) {
  return <K extends keyof Frame & keyof Transforms>(key: K) => frame[key] ?? value[key];
}

function lensIn({ value, at }: TransformsFile, frame: Frame, i: number): Lens | null {
  const of = said(value, frame), model = of("camera_model") as string | undefined;
  const where = () => at("frames", i, "camera_model");
  if ((model !== undefined && !MODELS.includes(model)) || value.is_fisheye === true) {
    throw new DataError(
      `${where()}: camera model ${model ?? "fisheye"}; read are ${MODELS.join(", ")}: have the ` +
        "pictures undistorted first",
    );
  }
  const named = (key: "k1" | "k2" | "k3" | "k4" | "p1" | "p2") => (of(key) ?? 0) as number;
  if (named("k4") !== 0) {
    throw new DataError(`${where()}: k4 is ${named("k4")}; k1, k2, k3, p1 and p2 are read`);
  }
  const lens = {
    k1: named("k1"),
    k2: named("k2"),
    k3: named("k3"),
    p1: named("p1"),
    p2: named("p2"),
  };
  return lensOf(lens, where());
}

/** Optics as a frame states them. @param picture the size of its picture */
function opticsOf({ value, path }: TransformsFile, frame: Frame, picture: Size): Optics {
  const of = (
    key: "w" | "h" | "cx" | "cy" | "fl_x" | "fl_y" | "camera_angle_x" | "camera_angle_y",
  ) => said(value, frame)(key) as number | undefined;
  const width = of("w") ?? picture.width, height = of("h") ?? picture.height;
  const focal = (angle: number | undefined, side: number) =>
    angle === undefined ? undefined : side / (2 * tan(angle / 2));
  const fx = of("fl_x") ?? focal(of("camera_angle_x"), width);
  if (fx === undefined) {
    throw new DataError(`${path}: neither \`fl_x\` nor \`camera_angle_x\` gives the focal length`);
  }
  const fy = of("fl_y") ?? focal(of("camera_angle_y"), height) ?? fx;
  return { width, height, fx, fy, cx: of("cx") ?? width / 2, cy: of("cy") ?? height / 2 };
}

/** Poses and points of the world before `applied_transform`: Aᵀ(x − a). */
function original({ value, at }: TransformsFile) {
  const { rotation: a, position: moved } = poseOf(
    value.applied_transform!,
    () => at("applied_transform"),
  );
  const back = (v: readonly number[]) =>
    [0, 1, 2].map((row) => a[row] * v[0] + a[3 + row] * v[1] + a[6 + row] * v[2]);
  const place = (v: readonly number[]) => back(v.map((value, k) => value - moved[k]));
  return {
    pose({ rotation: r, position }: Pose): Pose {
      const columns = [0, 1, 2].map((c) => back([r[c], r[3 + c], r[6 + c]]));
      const rotation = [0, 1, 2].flatMap((row) => columns.map((column) => column[row]));
      return { rotation, position: place(position) };
    },
    points({ positions, colours }: PointCloud): PointCloud {
      const out = new Float32Array(positions.length);
      for (let i = 0; i < out.length; i += 3) out.set(place([...positions.subarray(i, i + 3)]), i);
      return { positions: out, colours };
    },
  };
}

/** Names of the file's own splits, and which frames they hold; null where it has none. */
function splitsOf(file: TransformsFile): { test: string[]; train: string[]; said: string } | null {
  const { train_filenames: train, test_filenames, val_filenames } = file.value;
  const test = test_filenames?.length ? test_filenames : val_filenames;
  if (!train?.length || !test?.length) return null;
  const named = test === test_filenames
    ? "test_filenames"
    : "val_filenames, as it has no test_filenames";
  return { train, test, said: `split: the file's own (test: ${named})` };
}

const byName = (a: PosedPicture, b: PosedPicture) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/** Reads a folder of this layout. @throws DataError where it isn't one */
export async function readNerfstudio(
  root: string,
  { world }: { readonly world: World },
): Promise<Scene> {
  const file = await readTransforms(join(root, MARK)), { value } = file;
  const before = world === "original" && value.applied_transform ? original(file) : null;
  const all = await Promise.all(value.frames.map(async (frame, i): Promise<PosedPicture> => {
    const pose = poseOf(frame.transform_matrix, () => file.at("frames", i, "transform_matrix"));
    return {
      path: await pictureOf(root, frame),
      name: frame.file_path.replace(/^\.\//, ""),
      ...(before?.pose(pose) ?? pose),
      optics: (picture) => opticsOf(file, frame, picture),
      lens: lensIn(file, frame, i),
    };
  }));
  const splits = splitsOf(file), own = (name: string) => name.replace(/^\.\//, "");
  const test = new Set(splits?.test.map(own)), train = new Set(splits?.train.map(own));
  const pictures = all.sort(byName)
    .filter(({ name }) => splits === null || test.has(name) || train.has(name));
  const missing = [...test, ...train].find((name) => pictures.every((own) => own.name !== name));
  if (missing !== undefined) {
    throw new DataError(`${file.path}: its split names ${missing}, which is in none of its frames`);
  }
  const ply = value.ply_file_path === undefined ? null : join(root, value.ply_file_path);
  const points = ply === null ? null : await plyPoints(ply);
  const masks = value.frames.filter(({ mask_path }) => mask_path !== undefined).length;
  return {
    pictures,
    held: splits === null ? null : pictures.map(({ name }) => test.has(name)),
    axes: "opengl",
    points: points === null ? null : before?.points(points) ?? points,
    bounds: null,
    files: [file.path, ...(ply === null ? [] : [ply])],
    notes: [
      ...(splits === null ? [] : [splits.said]),
      ...(pictures.length < all.length
        ? [`${all.length - pictures.length} frames are in neither split and aren't read`]
        : []),
      ...(value.applied_transform === undefined ? [] : [
        before === null
          ? "world: as it is written, `applied_transform` applied"
          : "world: the original one, `applied_transform` taken off",
      ]),
      ...(masks === 0 ? [] : [`masks of ${masks} frames aren't read: all pixels count`]),
    ],
  };
}

async function plyPoints(path: string): Promise<PointCloud> {
  const bytes = await Deno.readFile(path).catch(() => {
    throw new DataError(
      `${path}: no such file; \`ply_file_path\` in ${MARK} names ${basename(path)}: copy it here ` +
        "too, or take the key out",
    );
  });
  return pointsOfPly(bytes, path);
}

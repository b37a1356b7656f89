/**
 * Small folders of posed pictures in each layout, written from cameras in the kind's convention by the
 * definitions of the formats.
 * @module
 */
import { dirname, join } from "@std/path";
import sharp from "sharp";
import { encodeNpy } from "../../../src/data/numpy/npy.ts";
import { views } from "../../../src/data/views/views.ts";
import type { Camera } from "../../../src/kinds/view/cameras.ts";

/** A picture with the camera that took it. */
export interface Taken {
  readonly name: string;
  readonly camera: Camera;
  readonly width: number;
  readonly height: number;
  /** [height, width, 3 or 4] */
  readonly values: Uint8Array;
}

/** A picture of one colour, which no other number has. */
export function flat(
  number: number,
  { width, height, alpha }: { width: number; height: number; alpha?: number },
): Uint8Array {
  const pixel = [number, 255 - number, (7 * number) % 256, ...(alpha === undefined ? [] : [alpha])];
  return Uint8Array.from(
    { length: width * height * pixel.length },
    (_, i) => pixel[i % pixel.length],
  );
}

/** Writes a PNG. */
export async function writePicture(
  path: string,
  { width, height, values }: Pick<Taken, "width" | "height" | "values">,
): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const channels = values.length / (width * height) as 3 | 4;
  await Deno.writeFile(
    path,
    await sharp(values, { raw: { width, height, channels } }).png().toBuffer(),
  );
}

const writeJson = (path: string, value: unknown) =>
  Deno.writeTextFile(path, JSON.stringify(value, null, 1));

/** A pose from the camera to the world whose axes are x right, y up, z back. */
export function openGl({ rotation: r, position: t }: Camera): number[][] {
  return [0, 1, 2].map((row) => [r[3 * row], -r[3 * row + 1], -r[3 * row + 2], t[row]])
    .concat([[0, 0, 0, 1]]);
}

/** NeRF's synthetic layout. Cameras have one focal length and their centre in the middle. */
export async function writeSynthetic(
  root: string,
  { train, test, ending = "" }: {
    readonly train: readonly Taken[];
    readonly test: readonly Taken[];
    /** Of the paths in the files. */
    readonly ending?: string;
  },
): Promise<void> {
  for (const [split, own] of [["train", train], ["test", test], ["val", []]] as const) {
    const frames = own.map(({ name, camera }) => ({
      file_path: `./${split}/${name}${ending}`,
      rotation: 0.01,
      transform_matrix: openGl(camera),
    }));
    const angle = own.length === 0 ? 1 : 2 * Math.atan(own[0].width / (2 * own[0].camera.fx));
    await Deno.mkdir(root, { recursive: true });
    await writeJson(join(root, `transforms_${split}.json`), { camera_angle_x: angle, frames });
    for (const taken of own) await writePicture(join(root, split, `${taken.name}.png`), taken);
  }
}

/** nerfstudio's layout. */
export async function writeNerfstudio(
  root: string,
  taken: readonly Taken[],
  { shared = {}, each = () => ({}), centre = 0.5 }: {
    /** Beside the frames. */
    readonly shared?: Record<string, unknown>;
    /** Of a frame. */
    readonly each?: (taken: Taken) => Record<string, unknown>;
    /** Where the middle of the first pixel is. */
    readonly centre?: number;
  } = {},
): Promise<void> {
  const frames = taken.map((one) => ({
    file_path: `images/${one.name}.png`,
    fl_x: one.camera.fx,
    fl_y: one.camera.fy,
    cx: one.camera.cx - 0.5 + centre,
    cy: one.camera.cy - 0.5 + centre,
    w: one.width,
    h: one.height,
    transform_matrix: openGl(one.camera),
    ...each(one),
  }));
  for (const one of taken) await writePicture(join(root, "images", `${one.name}.png`), one);
  await writeJson(join(root, "transforms.json"), { camera_model: "PINHOLE", ...shared, frames });
}

/** LLFF's layout, a row a picture in the order of names. One focal length, the centre in the middle. */
export async function writeLlff(
  root: string,
  taken: readonly Taken[],
  { near = 1, far = 9 }: { readonly near?: number; readonly far?: number } = {},
): Promise<void> {
  const sorted = [...taken].sort((a, b) => a.name < b.name ? -1 : 1);
  const rows = sorted.flatMap(({ camera: { rotation: r, position: t, fx }, height, width }, i) => {
    const last = [height, width, fx];
    // Down, right and back: y, x and −z of the kind's cameras.
    const matrix = [0, 1, 2].flatMap((k) => [r[3 * k + 1], r[3 * k], -r[3 * k + 2], t[k], last[k]]);
    return [...matrix, near + i, far + i];
  });
  for (const one of taken) await writePicture(join(root, "images", `${one.name}.png`), one);
  const data = Float64Array.from(rows);
  await Deno.writeFile(
    join(root, "poses_bounds.npy"),
    encodeNpy({ shape: [taken.length, 17], data }),
  );
}

/** Where a world's point is for a camera: rows of the rotation, and the translation. */
export function worldToCamera({ rotation: r, position: p }: Camera) {
  const rotation = [r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]];
  const translation = [0, 3, 6].map((k) =>
    -(rotation[k] * p[0] + rotation[k + 1] * p[1] + rotation[k + 2] * p[2])
  );
  return { rotation, translation };
}

/** w, x, y, z of a rotation (Shepperd 1978). */
export function quaternionOf(r: readonly number[]): number[] {
  const trace = r[0] + r[4] + r[8];
  const squares = [trace, r[0], r[4], r[8]], largest = squares.indexOf(Math.max(...squares));
  const sums = [
    [1 + trace, r[7] - r[5], r[2] - r[6], r[3] - r[1]],
    [r[7] - r[5], 1 + 2 * r[0] - trace, r[1] + r[3], r[2] + r[6]],
    [r[2] - r[6], r[1] + r[3], 1 + 2 * r[4] - trace, r[5] + r[7]],
    [r[3] - r[1], r[2] + r[6], r[5] + r[7], 1 + 2 * r[8] - trace],
  ][largest];
  const norm = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  return sums.map((value) => value / norm);
}

/** A point of a scene. */
export interface Point {
  readonly at: readonly [number, number, number];
  readonly colour: readonly [number, number, number];
}

/** What a model of COLMAP's is written from. */
export interface ColmapParts {
  readonly taken: readonly Taken[];
  readonly points?: readonly Point[];
  /** Of a camera: its model, with its numbers. Default: PINHOLE. */
  readonly model?: (taken: Taken) => readonly [id: number, name: string, ...numbers: number[]];
}

const pinhole = ({ camera: { fx, fy, cx, cy } }: Taken) => [1, "PINHOLE", fx, fy, cx, cy] as const;

/** Bytes of numbers one after the other: i32, u64, f64, u8, or a text ended by a zero. */
function bytesOf(
  parts: readonly (readonly ["i32" | "u64" | "f64" | "u8" | "text", ...unknown[]])[],
) {
  const out: number[] = [];
  for (const [type, ...values] of parts) {
    for (const value of values) {
      const view = new DataView(new ArrayBuffer(8));
      if (type === "text") out.push(...new TextEncoder().encode(`${value}\0`));
      else if (type === "u8") out.push(value as number);
      else {
        const size = type === "i32" ? 4 : 8;
        if (type === "i32") view.setInt32(0, value as number, true);
        else if (type === "u64") view.setBigUint64(0, BigInt(value as number), true);
        else view.setFloat64(0, value as number, true);
        out.push(...new Uint8Array(view.buffer, 0, size));
      }
    }
  }
  return Uint8Array.from(out);
}

/** The three binary files of a model, a camera a picture, numbered from 1. */
export function colmapBinary({ taken, points = [], model = pinhole }: ColmapParts) {
  const cameras = taken.flatMap((one, i) => {
    const [id, , ...numbers] = model(one);
    return [["i32", i + 1, id], ["u64", one.width, one.height], ["f64", ...numbers]] as const;
  });
  const images = taken.flatMap(({ camera, name }, i) => {
    const { rotation, translation } = worldToCamera(camera);
    return [
      ["i32", 10 + i],
      ["f64", ...quaternionOf(rotation), ...translation],
      ["i32", i + 1],
      ["text", `${name}.png`],
      ["u64", 1],
      ["f64", 1.5, 2.5],
      ["u64", 7],
    ] as const;
  });
  const cloud = points.flatMap(({ at, colour }, i) =>
    [
      ["u64", i + 1],
      ["f64", ...at],
      ["u8", ...colour],
      ["f64", 0.5],
      ["u64", 2],
      ["i32", 10, 0, 11, 0],
    ] as const
  );
  return {
    "cameras.bin": bytesOf([["u64", taken.length], ...cameras]),
    "images.bin": bytesOf([["u64", taken.length], ...images]),
    "points3D.bin": bytesOf([["u64", points.length], ...cloud]),
  };
}

/** The three text files of a model. */
export function colmapText({ taken, points = [], model = pinhole }: ColmapParts) {
  const cameras = taken.map((one, i) => {
    const [, name, ...numbers] = model(one);
    return `${i + 1} ${name} ${one.width} ${one.height} ${numbers.join(" ")}`;
  });
  const images = taken.map(({ camera, name }, i) => {
    const { rotation, translation } = worldToCamera(camera);
    const pose = [...quaternionOf(rotation), ...translation].join(" ");
    // The second picture saw nothing: its second line is empty.
    return `${10 + i} ${pose} ${i + 1} ${name}.png\n${i === 1 ? "" : "1.5 2.5 7"}`;
  });
  const cloud = points.map(({ at, colour }, i) =>
    `${i + 1} ${at.join(" ")} ${colour.join(" ")} 0.5 10 0 11 0`
  );
  const file = (what: string, lines: readonly string[]) =>
    `# A remark\n# Number of ${what}: ${lines.length}\n${lines.join("\n")}\n`;
  return {
    "cameras.txt": file("cameras", cameras),
    "images.txt": file("images", images),
    "points3D.txt": file("points", cloud),
  };
}

/** COLMAP's layout. */
export async function writeColmap(
  root: string,
  { form = "binary", ...parts }: ColmapParts & { readonly form?: "binary" | "text" },
): Promise<void> {
  await Deno.mkdir(join(root, "sparse/0"), { recursive: true });
  const files = form === "binary" ? colmapBinary(parts) : colmapText(parts);
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(join(root, "sparse/0", name), bytes);
  }
  for (const one of parts.taken) await writePicture(join(root, "images", `${one.name}.png`), one);
}

/** Runs `work` in a folder of its own. */
export async function inFolder<T>(work: (root: string) => Promise<T>): Promise<T> {
  const root = await Deno.makeTempDir();
  try {
    return await work(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Loads a folder. */
export async function loadViews(
  path: string,
  more: Record<string, unknown> = {},
  cache: string = join(path, "cache"),
) {
  return await views.load(views.config.parse({ path, ...more }), { cache, jobs: 2 });
}

/** All views of a split. */
export async function readAll(
  data: Awaited<ReturnType<typeof loadViews>>,
  split: "train" | "test",
) {
  const places = Uint32Array.from({ length: data.size(split) }, (_, i) => i);
  return (await data.read(split, places)).samples;
}

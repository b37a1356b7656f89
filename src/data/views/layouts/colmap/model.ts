/**
 * COLMAP's model of a scene (Schönberger & Frahm 2016; formats: https://colmap.github.io/format.html):
 * cameras, the pictures that they took, points. Poses are from the world to the camera.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import type { PointCloud } from "../../../../kinds/view/mod.ts";
import { type Lens, lensOf } from "../../pictures/lens.ts";
import type { Optics, Pose } from "../../posed.ts";

/** What a camera model's numbers are, in their order: f is both focal lengths. */
type Parameter = "f" | "fx" | "fy" | "cx" | "cy" | "k1" | "k2" | "p1" | "p2";

/** Camera models that are read, with their numbers in files. */
const MODELS: Readonly<Record<string, { id: number; parameters: readonly Parameter[] }>> = {
  SIMPLE_PINHOLE: { id: 0, parameters: ["f", "cx", "cy"] },
  PINHOLE: { id: 1, parameters: ["fx", "fy", "cx", "cy"] },
  SIMPLE_RADIAL: { id: 2, parameters: ["f", "cx", "cy", "k1"] },
  RADIAL: { id: 3, parameters: ["f", "cx", "cy", "k1", "k2"] },
  OPENCV: { id: 4, parameters: ["fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2"] },
};

/** Names of those that COLMAP 4.2 has beside them, by number from 5 on, for messages. */
const OTHERS = [
  "OPENCV_FISHEYE",
  "FULL_OPENCV",
  "FOV",
  "SIMPLE_RADIAL_FISHEYE",
  "RADIAL_FISHEYE",
  "THIN_PRISM_FISHEYE",
  "RAD_TAN_THIN_PRISM_FISHEYE",
  "SIMPLE_DIVISION",
  "DIVISION",
  "SIMPLE_FISHEYE",
  "FISHEYE",
  "EUCM",
  "EQUIRECTANGULAR",
];

/** A camera of a model. */
export interface ModelCamera {
  readonly optics: Optics;
  readonly lens: Lens | null;
}

/** A picture of a model. */
export interface ModelImage {
  readonly name: string;
  readonly camera: number;
  /** From the world to the camera: a quaternion w, x, y, z, then x, y, z. */
  readonly quaternion: readonly number[];
  readonly translation: readonly number[];
}

/** What a model's files hold. */
export interface Model {
  readonly cameras: ReadonlyMap<number, ModelCamera>;
  readonly images: readonly ModelImage[];
  readonly points: PointCloud | null;
}

/** A camera model's name. @throws DataError where it isn't read */
export function modelName(asked: number | string, where: string): string {
  const found = Object.entries(MODELS).find(([name, { id }]) => asked === name || asked === id);
  if (found !== undefined) return found[0];
  const name = typeof asked === "string" ? asked : OTHERS[asked - 5] ?? `number ${asked}`;
  throw new DataError(
    `${where}: camera model ${name}; read are ${
      Object.keys(MODELS).join(", ")
    }: have the pictures ` +
      "undistorted first (colmap image_undistorter)",
  );
}

/** How many numbers a camera of a model has. */
export const parametersOf = (model: string): number => MODELS[model].parameters.length;

/** A camera by its numbers. @throws DataError where it can't be one */
export function modelCamera(
  { model, width, height, numbers, where }: {
    readonly model: string;
    readonly width: number;
    readonly height: number;
    readonly numbers: readonly number[];
    readonly where: string;
  },
): ModelCamera {
  const value = Object.fromEntries(MODELS[model].parameters.map((name, k) => [name, numbers[k]]));
  const { f, fx = f, fy = f, cx, cy, k1 = 0, k2 = 0, p1 = 0, p2 = 0 } = value;
  const whole = [width, height].every((side) => Number.isInteger(side) && side > 0);
  if (!whole || !(fx > 0 && fy > 0) || ![fx, fy, cx, cy].every(Number.isFinite)) {
    throw new DataError(
      `${where}: a camera of ${width}×${height} pixels, focal lengths ${fx} and ${fy}, centre ` +
        `${cx}, ${cy} is none`,
    );
  }
  return { optics: { width, height, fx, fy, cx, cy }, lens: lensOf({ k1, k2, p1, p2 }, where) };
}

/** A quaternion that is written with fewer digits than it has is off by less. */
const UNIT = 1e-3;

/**
 * A pose from the camera to the world of one from the world to the camera: Rᵀ and −Rᵀt.
 * @throws DataError where a number isn't finite, or the quaternion isn't of length 1
 */
export function poseOfImage({ quaternion, translation: t, name }: ModelImage, where: string): Pose {
  const odd = [...quaternion, ...t].find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw new DataError(`${where}: the pose of ${name} holds ${odd}`);
  const norm = Math.sqrt(quaternion.reduce((sum, value) => sum + value * value, 0));
  if (!(Math.abs(norm - 1) <= UNIT)) {
    throw new DataError(
      `${where}: the quaternion of ${name} has length ${norm.toPrecision(4)}, and a turn has 1`,
    );
  }
  const [w, x, y, z] = quaternion.map((value) => value / norm);
  // The transpose of the quaternion's matrix, by rows.
  const rotation = [
    1 - 2 * (y * y + z * z),
    2 * (x * y + w * z),
    2 * (x * z - w * y),
    2 * (x * y - w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z + w * x),
    2 * (x * z + w * y),
    2 * (y * z - w * x),
    1 - 2 * (x * x + y * y),
  ];
  const position = [0, 3, 6].map((row) =>
    -(rotation[row] * t[0] + rotation[row + 1] * t[1] + rotation[row + 2] * t[2])
  );
  return { rotation, position };
}

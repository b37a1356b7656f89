/**
 * Where a head is in the frame and how it is turned; camera and sample coordinates.
 * @module
 */
import { cos, sin } from "../../../numeric/mod.ts";
import { hostFold, hostUniform } from "../../../random/host/mod.ts";
import type { HeadModel } from "../asset.ts";
import type { HeadParameters } from "../factors.ts";

const DEGREES = Math.PI / 180;
/** Share of the frame's height from chin to crown. */
export const FILL = 0.8;
/** Distance of the camera in head heights. */
const CAMERA = 6;

/** Pixels from the top left. */
export type Point = readonly [x: number, y: number];

/** The size and middle of a person's head. */
export interface Measure {
  /** About what the head turns: between chin and crown, inside the skull. */
  readonly pivot: readonly [number, number, number];
  /** Chin to crown, decimetres. */
  readonly height: number;
}

/** Measures a person. Before the expression, so that none moves the head. */
export function measureHead({ landmarks }: HeadModel, positions: Float64Array): Measure {
  const { chin, crown, nose_tip, nape } = landmarks;
  return {
    height: positions[3 * crown + 1] - positions[3 * chin + 1],
    pivot: [
      0,
      (positions[3 * crown + 1] + positions[3 * chin + 1]) / 2,
      0.45 * positions[3 * nose_tip + 2] + 0.55 * positions[3 * nape + 2],
    ],
  };
}

/** A head's place, turn and scale. */
export interface View extends Measure {
  /** Rotation matrix, row by row. */
  readonly turn: readonly number[];
  /** Pixels a decimetre. */
  readonly scale: number;
  readonly shift: Point;
}

/** Where the head is and how it is turned. */
export function frame(
  head: HeadParameters,
  { measure, size }: { measure: Measure; size: number },
): View {
  const draws = hostUniform(hostFold(head.picture, "frame"), 4);
  const roll = 5 * (draws[0] - 0.5);
  const scale = FILL * (0.97 + 0.06 * draws[1]) * size / measure.height;
  return {
    ...measure,
    turn: rotation(head.yaw, { pitch: head.pitch, roll }),
    scale,
    shift: [size * (0.5 + 0.03 * (draws[2] - 0.5)), size * (0.53 + 0.02 * (draws[3] - 0.5))],
  };
}

/** Roll · pitch · yaw, degrees. */
function rotation(
  yaw: number,
  { pitch, roll }: { pitch: number; roll: number },
): readonly number[] {
  const cy = cos(yaw * DEGREES), sy = sin(yaw * DEGREES);
  const cp = cos(pitch * DEGREES), sp = sin(pitch * DEGREES);
  const cr = cos(roll * DEGREES), sr = sin(roll * DEGREES);
  // Yaw about y (nose to +x), then pitch about x (nose to +y), then roll about z.
  const yawed = [cy, 0, sy, 0, 1, 0, -sy, 0, cy];
  const pitched = [
    yawed[0],
    yawed[1],
    yawed[2],
    cp * yawed[3] + sp * yawed[6],
    cp * yawed[4] + sp * yawed[7],
    cp * yawed[5] + sp * yawed[8],
    -sp * yawed[3] + cp * yawed[6],
    -sp * yawed[4] + cp * yawed[7],
    -sp * yawed[5] + cp * yawed[8],
  ];
  return [
    cr * pitched[0] - sr * pitched[3],
    cr * pitched[1] - sr * pitched[4],
    cr * pitched[2] - sr * pitched[5],
    sr * pitched[0] + cr * pitched[3],
    sr * pitched[1] + cr * pitched[4],
    sr * pitched[2] + cr * pitched[5],
    pitched[6],
    pitched[7],
    pitched[8],
  ];
}

/** Turns vectors in place; points also move so that the pivot is the origin. */
export function turnAll(vectors: Float64Array, { turn, pivot }: View, points: boolean): void {
  const [a, b, c, d, e, f, g, h, i] = turn;
  const [px, py, pz] = points ? pivot : [0, 0, 0];
  for (let at = 0; at < vectors.length; at += 3) {
    const x = vectors[at] - px, y = vectors[at + 1] - py, z = vectors[at + 2] - pz;
    vectors[at] = a * x + b * y + c * z;
    vectors[at + 1] = d * x + e * y + f * z;
    vectors[at + 2] = g * x + h * y + i * z;
  }
}

/** Camera coordinates to samples: mild perspective, 1 at the pivot's depth. */
export function project(
  positions: Float64Array,
  { view, supersample, points }: { view: View; supersample: number; points: Float64Array },
): void {
  const distance = CAMERA * view.height;
  for (let i = 0; i < positions.length; i += 3) {
    const scale = view.scale * distance / (distance - positions[i + 2]);
    points[i] = supersample * (view.shift[0] + scale * positions[i]);
    points[i + 1] = supersample * (view.shift[1] - scale * positions[i + 1]);
    points[i + 2] = positions[i + 2];
  }
}

/**
 * What of a scene its cameras tell, for splats that haven't seen it yet.
 * @module
 */
import {
  camerasIn,
  type Orbit,
  orbitOf,
  type Vector,
  type ViewSpec,
} from "../../../kinds/view/mod.ts";

/** A scene by its cameras, in its units. */
export interface Scene {
  readonly orbit: Orbit;
  /** Half the side of the cube around the orbit's centre in which splats begin. */
  readonly half: number;
  /** 1.1 times the largest distance of a camera from their mean: `cameras_extent` of Kerbl et al. */
  readonly extent: number;
}

/** Share of a picture that the cube fills, on average over cameras. */
const FILLS = 0.9;
const MARGIN = 1.1;

function distance(a: Vector, b: Vector): number {
  return Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2);
}

/**
 * The scene of cameras.
 * @param numbers [B, 16]: see `kinds/view`
 * @throws RangeError where there are none
 */
export function sceneOf(
  numbers: ArrayLike<number>,
  spec: Pick<ViewSpec, "height" | "width" | "near" | "far">,
): Scene {
  const cameras = camerasIn(numbers), orbit = orbitOf(cameras, spec), { centre } = orbit;
  const mean = (of: (camera: typeof cameras[number]) => number) =>
    cameras.reduce((sum, camera) => sum + of(camera), 0) / cameras.length;
  const reach = mean(({ position, fx, fy }) =>
    distance(position, centre) * Math.min(spec.width / (2 * fx), spec.height / (2 * fy))
  );
  const half = Math.min(FILLS * reach, (spec.far - spec.near) / 2);
  const middle = [0, 1, 2].map((k) => mean(({ position }) => position[k])) as unknown as Vector;
  const spread = Math.max(...cameras.map(({ position }) => distance(position, middle)));
  // Of a single place: as if the cameras stood around what they see.
  return { orbit, half, extent: MARGIN * (spread > 0 ? spread : half) };
}

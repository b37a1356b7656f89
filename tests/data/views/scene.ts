/** A small scene that tests write in whichever layout. @module */
import { lookAt, type Vector } from "../../../src/kinds/view/cameras.ts";
import { flat, type Taken } from "./folders.ts";

/** Pixels of its pictures. */
export const size = { width: 12, height: 8 };

/** `count` views on a circle around the origin, picture i of colour i. */
export function around(
  count: number,
  { alpha, width = size.width, height = size.height }: {
    readonly alpha?: number;
    readonly width?: number;
    readonly height?: number;
  } = {},
): Taken[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = 2 * Math.PI * i / count;
    const position: Vector = [3 * Math.cos(angle), 1, 3 * Math.sin(angle)];
    const rotation = lookAt(position, [0, 0, 0], [0, 1, 0]);
    return {
      name: `v${String(i).padStart(2, "0")}`,
      camera: { rotation, position, fx: 15, fy: 15, cx: width / 2, cy: height / 2 },
      width,
      height,
      values: flat(i, { width, height, alpha }),
    };
  });
}

/** The splats of this folder's files. @module */
import type { SplatRows } from "../../../src/families/splat/formats/ply.ts";
import { hostKey, hostNormal } from "../../../src/random/host/host.ts";

/** A few splats of a degree, with numbers such as training gives. */
export function made(degree: SplatRows["degree"]): SplatRows {
  const count = 7, rows = 11 + 3 * (degree + 1) ** 2;
  const parameters = Float32Array.from(
    hostNormal(hostKey(degree, "golden"), rows * count),
    (v, at) => {
      const row = Math.floor(at / count);
      return row < 3 ? 2 * v : row < 6 ? v / 2 - 4 : row < 10 ? v : row === 10 ? 2 * v : v / 3;
    },
  );
  return { count, degree, parameters };
}

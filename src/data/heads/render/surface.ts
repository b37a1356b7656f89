/**
 * The colour of a sample of the body: eyes and brows are painted on it, all else lies on vertices.
 * @module
 */
import type { HeadModel } from "../asset.ts";
import type { HeadParameters } from "../factors.ts";
import { browDensity, browLook, type EyeLook, eyeLook, paintEye } from "./features.ts";
import type { HeadColours } from "./skin.ts";

/** A mesh of the body with what is painted on it a sample at a time. */
export interface BodyPaint extends Pick<HeadModel, "corners" | "materials"> {
  /** Where each vertex is in the rest mesh, x y z. */
  readonly rest: Float32Array;
  /** Unit normals a vertex. */
  readonly normals: Float64Array;
  /** 1 for triangles on which brows may lie. */
  readonly onBrow: Uint8Array;
  readonly look: EyeLook;
  readonly brow: ReturnType<typeof browLook>;
}

/** What is painted on the body of a head. */
export function bodyPaint(
  head: HeadParameters,
  { colours, ...mesh }: Omit<BodyPaint, "look" | "brow"> & { readonly colours: HeadColours },
): BodyPaint {
  return { ...mesh, look: eyeLook(head, colours), brow: browLook(head, colours) };
}

/** Whether a triangle is one of an eye. */
export function isEye({ materials }: Pick<BodyPaint, "materials">, triangle: number): boolean {
  return materials[triangle] === 1 || materials[triangle] === 2;
}

/**
 * Paints the sample of triangle `t` with weights w0, w1, w2 of its corners; `colour` holds its light.
 * @param half unit vector halfway between the light and the viewer; only eyes ask for it
 */
export function paintSample(
  colour: Float64Array,
  { t, w0, w1, w2 }: { t: number; w0: number; w1: number; w2: number },
  { paint, half }: { paint: BodyPaint; half: readonly [number, number, number] },
): void {
  const eye = isEye(paint, t);
  if (!eye && paint.onBrow[t] !== 1) return;
  const { corners, rest, normals, brow } = paint;
  const a = 3 * corners[3 * t], b = 3 * corners[3 * t + 1], c = 3 * corners[3 * t + 2];
  if (eye) {
    paintEye(colour, {
      x: w0 * rest[a] + w1 * rest[b] + w2 * rest[c],
      y: w0 * rest[a + 1] + w1 * rest[b + 1] + w2 * rest[c + 1],
      z: w0 * rest[a + 2] + w1 * rest[b + 2] + w2 * rest[c + 2],
      shine: (w0 * normals[a] + w1 * normals[b] + w2 * normals[c]) * half[0] +
        (w0 * normals[a + 1] + w1 * normals[b + 1] + w2 * normals[c + 1]) * half[1] +
        (w0 * normals[a + 2] + w1 * normals[b + 2] + w2 * normals[c + 2]) * half[2],
      look: paint.look,
    });
    return;
  }
  const density = browDensity(
    w0 * rest[a] + w1 * rest[b] + w2 * rest[c],
    w0 * rest[a + 1] + w1 * rest[b + 1] + w2 * rest[c + 1],
    brow.thickness,
  );
  for (let k = 0; k < 3; k++) colour[k] *= 1 + density * (brow.ratio[k] - 1);
}

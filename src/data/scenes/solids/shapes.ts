/**
 * Spheres and boxes, and where rays meet them, in closed form.
 * @module
 */
import type { Vector } from "../../../kinds/view/mod.ts";

/** A solid with a colour. */
export type Solid = {
  readonly centre: Vector;
  /** Linear red, green, blue. */
  readonly albedo: Vector;
} & (Sphere | Box);

/** A ball. */
export interface Sphere {
  readonly shape: "sphere";
  readonly radius: number;
}

/** A box. */
export interface Box {
  readonly shape: "box";
  /** Half of its length along each of its axes. */
  readonly half: Vector;
  /** Its axes in the world, unit vectors, one after the other. */
  readonly axes: readonly [Vector, Vector, Vector];
}

/** A ray: origin + t·direction. The direction need not be a unit vector. */
export interface Ray {
  readonly origin: Vector;
  readonly direction: Vector;
}

/** Where a ray comes in: its t, and the unit normal there. */
export interface Hit {
  readonly t: number;
  readonly normal: Vector;
}

/** Product of two vectors. */
export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** a + s·b. */
export function plus(a: Vector, s: number, b: Vector): Vector {
  return [a[0] + s * b[0], a[1] + s * b[1], a[2] + s * b[2]];
}

/** A vector of length 1 that goes the same way. */
export function unit(v: Vector): Vector {
  const length = Math.sqrt(dot(v, v));
  return [v[0] / length, v[1] / length, v[2] / length];
}

function hitSphere(
  { centre, radius }: { readonly centre: Vector } & Sphere,
  { origin, direction }: Ray,
): Hit | null {
  // |o + t·d|² = r² with o from the centre: t² d·d + 2 t o·d + o·o − r² = 0, the smaller root.
  const o = plus(origin, -1, centre);
  const dd = dot(direction, direction), od = dot(o, direction);
  const inside = od * od - dd * (dot(o, o) - radius * radius);
  if (inside < 0) return null;
  const t = (-od - Math.sqrt(inside)) / dd;
  return { t, normal: unit(plus(o, t, direction)) };
}

function hitBox(
  { centre, half, axes }: { readonly centre: Vector } & Box,
  { origin, direction }: Ray,
): Hit | null {
  // Slabs (Kay & Kajiya 1986): in after the last of the three entries, if before the first exit.
  const o = plus(origin, -1, centre);
  let enter = -Infinity, leave = Infinity, axis = 0, side = 1;
  for (let k = 0; k < 3; k++) {
    const from = dot(o, axes[k]), along = dot(direction, axes[k]);
    if (along === 0) {
      if (Math.abs(from) > half[k]) return null;
      continue;
    }
    const facing = along > 0 ? -1 : 1;
    const first = (facing * half[k] - from) / along, last = (-facing * half[k] - from) / along;
    if (first > enter) [enter, axis, side] = [first, k, facing];
    if (last < leave) leave = last;
  }
  if (enter > leave) return null;
  const [x, y, z] = axes[axis];
  return { t: enter, normal: [side * x, side * y, side * z] };
}

/** Where a ray that starts outside a solid meets it first; null where it doesn't, or only behind. */
export function hitOf(solid: Solid, ray: Ray): Hit | null {
  const hit = solid.shape === "sphere" ? hitSphere(solid, ray) : hitBox(solid, ray);
  return hit !== null && hit.t > 0 ? hit : null;
}

/** The radius of a ball about a solid's centre that holds it. */
export function girth(solid: Solid): number {
  return solid.shape === "sphere" ? solid.radius : Math.sqrt(dot(solid.half, solid.half));
}

/** A solid that is met, and where. */
export interface Met {
  readonly solid: Solid;
  readonly hit: Hit;
}

/** What finds the first solid that a ray from `origin` meets. Balls about solids are tried before them. */
export function firstHits(
  solids: readonly Solid[],
  origin: Vector,
): (direction: Vector) => Met | null {
  const balls = solids.map((solid) => {
    const to = plus(solid.centre, -1, origin), reach = girth(solid);
    return { solid, to, tangent: (dot(to, to) - reach * reach) * (1 - 1e-9) };
  });
  return (direction) => {
    const dd = dot(direction, direction);
    let found: Met | null = null;
    for (const { solid, to, tangent } of balls) {
      // Within the cone that touches the ball: cos² of the angle at least tangent / |to|².
      const along = dot(to, direction);
      if (tangent > 0 && (along < 0 || along * along < dd * tangent)) continue;
      const hit = hitOf(solid, { origin, direction });
      if (hit !== null && (found === null || hit.t < found.hit.t)) found = { solid, hit };
    }
    return found;
  };
}

/**
 * Cuts a mesh at a sphere about the origin, and closes the hole that is left below.
 * @module
 */

/** A mesh: x y z a vertex, three vertices a triangle. */
export interface Mesh {
  readonly positions: Float64Array;
  readonly corners: Uint16Array;
}

/** A vertex made by a cut: on the edge from `from` to `to`, this share of the way. */
interface Made {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** What is left of a mesh. Its vertices are the old ones and then those that were made. */
export interface Cut {
  readonly corners: Uint16Array;
  /** The triangle of the old mesh that each one is of. */
  readonly of: Uint16Array;
  readonly made: readonly Made[];
}

/** Values a vertex, `width` each, of the vertices that a cut has. */
export function ofCut<T extends Float32Array | Float64Array>(
  values: T,
  { made }: Cut,
  width: number,
): T {
  const out = new (values.constructor as new (length: number) => T)(
    values.length + made.length * width,
  );
  out.set(values);
  made.forEach(({ from, to, share }, i) => {
    for (let k = 0; k < width; k++) {
      const a = values[from * width + k], b = values[to * width + k];
      out[values.length + i * width + k] = a + share * (b - a);
    }
  });
  return out;
}

/** Where the way from a point inside a sphere to one outside leaves it: a share of the way. */
function leaves(positions: Float64Array, { from, to }: Omit<Made, "share">, radius: number) {
  // |a + s·d|² = r²: s² d·d + 2 s a·d + a·a − r² = 0, the root in [0, 1].
  let dd = 0, ad = 0, aa = 0;
  for (let k = 0; k < 3; k++) {
    const a = positions[3 * from + k], d = positions[3 * to + k] - a;
    dd += d * d;
    ad += a * d;
    aa += a * a;
  }
  return (Math.sqrt(ad * ad + dd * (radius * radius - aa)) - ad) / dd;
}

/** What of a mesh lies within a sphere. Triangles none of whose corners does are left out. */
export function cutAtSphere({ positions, corners }: Mesh, radius: number): Cut {
  const inside = Uint8Array.from({ length: positions.length / 3 }, (_, v) => {
    const [x, y, z] = positions.subarray(3 * v, 3 * v + 3);
    return x * x + y * y + z * z <= radius * radius ? 1 : 0;
  });
  const made: Made[] = [], numbers = new Map<string, number>();
  /** The vertex on the edge from one inside to one outside, the same for both its triangles. */
  const between = (from: number, to: number) => {
    const key = `${from} ${to}`, known = numbers.get(key);
    if (known !== undefined) return known;
    const number = inside.length + made.length;
    made.push({ from, to, share: leaves(positions, { from, to }, radius) });
    numbers.set(key, number);
    return number;
  };
  const kept: number[] = [], of: number[] = [];
  const keep = (triangle: number, ...three: number[]) => {
    kept.push(...three);
    of.push(triangle);
  };
  for (let t = 0; t < corners.length / 3; t++) {
    const three = Array.from(corners.subarray(3 * t, 3 * t + 3));
    const within = three.filter((v) => inside[v] === 1).length;
    if (within === 0) continue;
    if (within === 3) {
      keep(t, ...three);
      continue;
    }
    // Turned so that the corner which is alone on its side comes first.
    const alone = three.findIndex((v) => inside[v] === (within === 1 ? 1 : 0));
    const [a, b, c] = [0, 1, 2].map((k) => three[(alone + k) % 3]);
    if (within === 1) {
      keep(t, a, between(a, b), between(a, c));
    } else {
      const ab = between(b, a), ac = between(c, a);
      keep(t, ab, b, c);
      keep(t, ab, c, ac);
    }
  }
  return { corners: Uint16Array.from(kept), of: Uint16Array.from(of), made };
}

/**
 * The edge round a hole: of triangles that `counts` takes, the sides that no other one shares, as a
 * ring of vertices in the triangles' own direction.
 * @throws Error where there isn't one ring
 */
export function rim(corners: Uint16Array, counts: (triangle: number) => boolean): number[] {
  const sides = new Map<string, readonly [number, number]>();
  for (let t = 0; t < corners.length / 3; t++) {
    if (!counts(t)) continue;
    for (let k = 0; k < 3; k++) {
      const a = corners[3 * t + k], b = corners[3 * t + (k + 1) % 3];
      if (!sides.delete(`${b} ${a}`)) sides.set(`${a} ${b}`, [a, b]);
    }
  }
  const next = new Map(sides.values());
  const [start] = next.keys();
  const ring: number[] = [];
  for (let v = start; v !== undefined && ring.length <= next.size; v = next.get(v)!) {
    if (v === start && ring.length > 0) break;
    ring.push(v);
  }
  if (ring.length !== next.size || ring.length !== sides.size || ring.length < 3) {
    throw new Error(`a cut with ${sides.size} open sides, of which ${ring.length} make a ring`);
  }
  return ring;
}

/** Rings of a cap from its edge to its middle. */
const RINGS = 8;

/**
 * A cap over a ring of points: rings that go to the middle of their directions at the points' mean
 * distance from the origin, so that a hole which a sphere has cut is closed by that sphere. It is seen
 * from outside where the ring goes round the mesh as its triangles do.
 */
export function cap(positions: Float64Array, ring: readonly number[]): Mesh {
  const count = ring.length;
  const points = ring.map((v) => Array.from(positions.subarray(3 * v, 3 * v + 3)));
  const lengthOf = (p: readonly number[]) => Math.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
  const unit = (p: readonly number[]) => p.map((value) => value / lengthOf(p));
  const directions = points.map(unit);
  const pole = unit([0, 1, 2].map((k) => directions.reduce((sum, d) => sum + d[k], 0)));
  const mean = points.reduce((sum, p) => sum + lengthOf(p), 0) / count;
  const out = new Float64Array(3 * (RINGS * count + 1));
  out.set(points.flat());
  for (let r = 1; r < RINGS; r++) {
    const in_ = r / RINGS;
    points.forEach((p, i) => {
      const to = unit(directions[i].map((d, k) => (1 - in_) * d + in_ * pole[k]));
      const reach = lengthOf(p) + in_ * (mean - lengthOf(p));
      out.set(to.map((d) => d * reach), 3 * (r * count + i));
    });
  }
  out.set(pole.map((d) => d * mean), 3 * RINGS * count);
  const corners: number[] = [];
  for (let r = 0; r < RINGS; r++) {
    for (let i = 0; i < count; i++) {
      const a = r * count + i, b = r * count + (i + 1) % count;
      if (r === RINGS - 1) corners.push(b, a, RINGS * count);
      else corners.push(b, a, a + count, b, a + count, b + count);
    }
  }
  return { positions: out, corners: Uint16Array.from(corners) };
}

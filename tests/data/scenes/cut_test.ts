/** Busts: cut at a sphere, and closed. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { buildBust, loadPrepared } from "../../../src/data/scenes/head/bust.ts";
import { cap, cutAtSphere, type Mesh, ofCut, rim } from "../../../src/data/scenes/head/cut.ts";
import { BUST } from "../../../src/data/scenes/head/reach.ts";
import { close, law } from "../../law.ts";
import { settings } from "./rendered.ts";

const prepared = await loadPrepared();

/** Signed volume between a mesh and the origin: positive where it is closed and seen from outside. */
function volume({ positions: p, corners }: Mesh): number {
  let sum = 0;
  for (let t = 0; t < corners.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => p.subarray(3 * corners[t + k], 3 * corners[t + k] + 3));
    sum += a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) +
      a[2] * (b[0] * c[1] - b[1] * c[0]);
  }
  return sum / 6;
}

/** Sides of triangles that no other triangle has the other way round; vertices by where they are. */
function openSides(meshes: readonly Mesh[]): number {
  const sides = new Map<string, number>();
  for (const { positions, corners } of meshes) {
    const name = (v: number) => positions.subarray(3 * v, 3 * v + 3).join(" ");
    for (let t = 0; t < corners.length; t += 3) {
      for (let k = 0; k < 3; k++) {
        const a = name(corners[t + k]), b = name(corners[t + (k + 1) % 3]);
        sides.set(`${a}|${b}`, (sides.get(`${a}|${b}`) ?? 0) + 1);
        sides.set(`${b}|${a}`, (sides.get(`${b}|${a}`) ?? 0) - 1);
      }
    }
  }
  return [...sides.values()].filter((count) => count !== 0).length;
}

/** A cone on a tube about the y axis, seen from outside, open below. */
function bullet(count: number, { radius, low }: { radius: number; low: number }): Mesh {
  const positions = new Float64Array(3 * (2 * count + 1)), corners: number[] = [];
  const tip = 2 * count;
  positions.set([0, 0.5, 0], 3 * tip);
  for (let i = 0; i < count; i++) {
    const angle = 2 * Math.PI * i / count, next = (i + 1) % count;
    const [x, z] = [radius * Math.sin(angle), radius * Math.cos(angle)];
    positions.set([x, -0.2, z], 3 * i);
    positions.set([x, low, z], 3 * (count + i));
    corners.push(tip, i, next, i, count + i, next, next, count + i, count + next);
  }
  return { positions, corners: Uint16Array.from(corners) };
}

law("what a sphere cuts ends on the sphere, and the cap closes it with the sphere", {
  source: "definition; the solid between a cone, a tube and a sphere, by Archimedes",
  given: {
    count: fc.integer({ min: 3, max: 40 }),
    radius: fc.double({ min: 0.2, max: 0.6, noNaN: true }),
    low: fc.double({ min: -3, max: -1.2, noNaN: true }),
  },
  cases: 60,
  kills: [
    "cut-edges-in-the-middle",
    "cut-leaves-a-corner-out",
    "cap-without-its-middle",
    "cap-flat",
    "cap-inside-out",
  ],
  holds({ count, radius, low }) {
    const whole = bullet(count, { radius, low }), cut = cutAtSphere(whole, 1);
    const positions = ofCut(whole.positions, cut, 3), { corners } = cut;
    for (const v of corners) {
      const r = Math.hypot(...positions.subarray(3 * v, 3 * v + 3));
      assert(r < 1 + 1e-12, `a vertex at ${r}`);
      if (v > 2 * count) close(r, 1, 1e-12, "a new vertex");
    }
    // The triangles of the tube give way to pieces of themselves.
    assert(cut.of.every((t, i) => i === 0 || t >= cut.of[i - 1]), "in the old order");
    const lid = cap(positions, rim(corners, () => true));
    for (let v = 0; v < lid.positions.length; v += 3) {
      close(Math.hypot(...lid.positions.subarray(v, v + 3)), 1, 1e-9, "a vertex of the cap");
    }
    const meshes = [{ positions, corners }, lid];
    assertEquals(openSides(meshes), 0);
    const found = meshes.map(volume).reduce((a, b) => a + b, 0);
    // Cone, tube down to the sphere, cap of the sphere, all with this share of a circle's area.
    const area = Math.sin(2 * Math.PI / count) * count / (2 * Math.PI) * Math.PI * radius ** 2;
    const edge = Math.sqrt(1 - radius ** 2), height = 1 - edge;
    const dome = Math.PI * height ** 2 * (1 - height / 3) * area / (Math.PI * radius ** 2);
    const expected = area * (0.7 / 3 + edge - 0.2) + dome;
    close(found, expected, (count < 12 ? 0.25 : 0.03) * expected, "volume");
  },
});

law("a bust is closed: no view looks into it, whoever it is", {
  source: "every side of a closed mesh has its other one",
  given: {
    seed: fc.nat(100_000),
    age: fc.integer({ min: 10, max: 86 }),
    gender: fc.constantFrom("female", "male"),
    ethnicity: fc.constantFrom("african", "asian", "caucasian"),
  },
  cases: 12,
  kills: ["bust-open", "cap-without-its-middle"],
  holds(keys) {
    const { parts: [body, ...others], paint } = buildBust(settings(keys), prepared);
    const skin = body.corners.filter((_, i) => paint.materials[Math.floor(i / 3)] === 0);
    const meshes = [{ ...body, corners: skin }, ...others.slice(0, 1)];
    assertEquals(openSides(meshes), 0);
    for (const v of skin) {
      assert(Math.hypot(...body.positions.subarray(3 * v, 3 * v + 3)) < BUST + 1e-9);
    }
    const all = meshes.map(volume).reduce((a, b) => a + b, 0);
    assert(all > 0.2 && all < 0.6, `a volume of ${all} cubic head heights`);
  },
});

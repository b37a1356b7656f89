/**
 * The shape of a head: the rest mesh plus weighted targets.
 * @module
 */
import { hostFold, type HostKey, hostNormal } from "../../../random/host/mod.ts";
import type { HeadModel, Target } from "../asset.ts";
import { expressionUnits } from "./expressions.ts";
import { AGE_YEARS, type AGES, type HeadParameters } from "../factors.ts";

/** A local shape axis: targets (mirrored ones together) for its negative and positive side. */
interface ShapeAxis {
  readonly name: string;
  readonly negative: readonly Target[];
  readonly positive: readonly Target[];
}

const OPPOSITES: readonly (readonly [negative: string, positive: string])[] = [
  ["decr", "incr"],
  ["down", "up"],
  ["in", "out"],
  ["concave", "convex"],
  ["compress", "uncompress"],
];

/** Standard deviation of a local axis, as a share of its target; weights are cut at ±2.5 σ. */
const LOCAL_SPREAD = 0.2;
/** Targets that are no person's own shape: they would blur the age label. */
const NOT_LOCAL = /^head-age/;

/**
 * The model's local shape axes, in a fixed order. One-sided targets (head-oval, chin-triangle, …)
 * have no negative side.
 */
export function shapeAxes(model: HeadModel): readonly ShapeAxis[] {
  const sides = new Map<string, { negative: Target[]; positive: Target[] }>();
  for (const [name, target] of model.targets) {
    if (isMacro(name) || /^[a-z]+[A-Z]|^tongueOut$/.test(name) || NOT_LOCAL.test(name)) continue;
    const both = name.replace(/^[lr]-/, "");
    const at = both.lastIndexOf("-");
    const ending = both.slice(at + 1);
    const pair = OPPOSITES.find((ends) => ends.includes(ending));
    const axis = pair ? both.slice(0, at) + "-" + pair.join("/") : both;
    if (!sides.has(axis)) sides.set(axis, { negative: [], positive: [] });
    sides.get(axis)![pair?.[0] === ending ? "negative" : "positive"].push(target);
  }
  return [...sides].map(([name, { negative, positive }]) => ({ name, negative, positive }));
}

function isMacro(name: string): boolean {
  return /-(child|young|old)$/.test(name);
}

/** Weights of the age groups' targets at an age in years: linear between 10, 25 and 86. */
export function ageWeights(years: number): Readonly<Record<typeof AGES[number], number>> {
  const [youngest] = AGE_YEARS.child, [, oldest] = AGE_YEARS.old;
  const young = 25;
  const below = Math.min(1, Math.max(0, (young - years) / (young - youngest)));
  const above = Math.min(1, Math.max(0, (years - young) / (oldest - young)));
  // Ageing of a face shows late: the share of the old target grows with the root of time.
  const old = Math.sqrt(above);
  return { child: below, young: (1 - below) * (1 - old), old };
}

/** Adds `weight` times a target to positions. */
function add(target: Target, weight: number, positions: Float64Array): void {
  const { indices, moves } = target;
  for (let i = 0, m = 0; i < indices.length; i++, m += 3) {
    const at = 3 * indices[i];
    positions[at] += weight * moves[m];
    positions[at + 1] += weight * moves[m + 1];
    positions[at + 2] += weight * moves[m + 2];
  }
}

/** Writes the neutral shape of a person into `positions` (x y z a vertex, decimetres). */
export function personShape(
  head: HeadParameters,
  { model, axes, positions }: {
    model: HeadModel;
    axes: readonly ShapeAxis[];
    positions: Float64Array;
  },
): void {
  positions.set(model.rest);
  for (const [age, weight] of Object.entries(ageWeights(head.age_years))) {
    if (weight === 0) continue;
    for (const group of ["universal", head.ethnicity]) {
      const target = model.targets.get(`${group}-${head.gender}-${age}`);
      if (target) add(target, weight, positions);
    }
  }
  const weights = localWeights(head.identity, axes.length);
  axes.forEach(({ negative, positive }, i) => {
    for (const target of weights[i] < 0 ? negative : positive) {
      add(target, Math.abs(weights[i]), positions);
    }
  });
}

function localWeights(identity: HostKey, count: number): Float32Array {
  return hostNormal(hostFold(identity, "shape"), count)
    .map((z) => LOCAL_SPREAD * Math.min(2.5, Math.max(-2.5, z)));
}

/** Adds the expression to `positions`. */
export function addExpression(
  head: HeadParameters,
  { model, positions }: { model: HeadModel; positions: Float64Array },
): void {
  const { expression, intensity, picture } = head;
  for (const [name, weight] of expressionUnits(expression, { intensity, key: picture })) {
    const target = model.targets.get(name);
    if (!target) throw new Error(`head model has no face unit ${name}`);
    add(target, weight, positions);
  }
}

/**
 * Area-weighted vertex normals of a triangle mesh, unit length, into `normals`.
 * Lengths of 0 stay 0.
 */
export function vertexNormals(
  positions: Float64Array,
  { corners, normals }: { corners: Uint16Array; normals: Float64Array },
): void {
  normals.fill(0);
  for (let t = 0; t < corners.length; t += 3) {
    const a = 3 * corners[t], b = 3 * corners[t + 1], c = 3 * corners[t + 2];
    const ux = positions[b] - positions[a], vx = positions[c] - positions[a];
    const uy = positions[b + 1] - positions[a + 1], vy = positions[c + 1] - positions[a + 1];
    const uz = positions[b + 2] - positions[a + 2], vz = positions[c + 2] - positions[a + 2];
    const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx;
    normals[a] += x;
    normals[a + 1] += y;
    normals[a + 2] += z;
    normals[b] += x;
    normals[b + 1] += y;
    normals[b + 2] += z;
    normals[c] += x;
    normals[c + 1] += y;
    normals[c + 2] += z;
  }
  for (let i = 0; i < normals.length; i += 3) {
    const x = normals[i], y = normals[i + 1], z = normals[i + 2];
    const length = Math.sqrt(x * x + y * y + z * z);
    if (length === 0) continue;
    normals[i] = x / length;
    normals[i + 1] = y / length;
    normals[i + 2] = z / length;
  }
}

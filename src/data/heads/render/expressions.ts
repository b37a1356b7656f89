/**
 * Expressions as recipes of face units (the 52 of ARKit, which follow Ekman & Friesen's action
 * units). Each has ways it varies from picture to picture; `neutral` stays near rest.
 * @module
 */
import { hostFold, type HostKey, hostUniform } from "../../../random/host/mod.ts";
import type { Expression } from "../factors.ts";

/** Range of a unit's weight at intensity 1; names without a side move both sides. */
type Recipe = Readonly<Record<string, readonly [low: number, high: number]>>;

const RECIPES: Readonly<Record<Expression, Recipe>> = {
  neutral: { jawOpen: [0, 0.06], mouthPress: [0, 0.15], mouthStretch: [0, 0.1] },
  // AU 6 + 12 (+ 25)
  happy: {
    mouthSmile: [1, 1.3],
    cheekSquint: [0.6, 1],
    mouthUpperUp: [0.25, 0.6],
    mouthLowerDown: [0.1, 0.5],
    mouthStretch: [0, 0.3],
    jawOpen: [0.05, 0.4],
    eyeSquint: [0.1, 0.4],
    mouthDimple: [0, 0.5],
  },
  // AU 1 + 4 + 15
  sad: {
    mouthFrown: [1, 1.3],
    browInnerUp: [1.1, 1.4],
    mouthShrugLower: [0.3, 0.7],
    eyeBlink: [0.15, 0.4],
    eyeLookDown: [0.1, 0.4],
    mouthPress: [0, 0.3],
  },
  // AU 1 + 2 + 5 + 26
  surprised: {
    jawOpen: [0.6, 1],
    eyeWide: [0.9, 1.2],
    browInnerUp: [0.8, 1.1],
    browOuterUp: [0.9, 1.2],
    mouthFunnel: [0.1, 0.45],
  },
  // AU 4 + 5 + 7 + 23
  angry: {
    browDown: [1.15, 1.45],
    noseSneer: [0.1, 0.35],
    mouthPress: [0.6, 1],
    eyeSquint: [0.3, 0.7],
    mouthFrown: [0.3, 0.6],
    mouthRollLower: [0.2, 0.5],
    mouthRollUpper: [0.1, 0.4],
    jawForward: [0, 0.4],
  },
  // AU 9 + 10 + 17
  disgusted: {
    noseSneer: [1, 1.3],
    mouthUpperUp: [0.8, 1.1],
    browDown: [0.4, 0.8],
    eyeSquint: [0.5, 0.9],
    cheekSquint: [0.4, 0.8],
    mouthShrugLower: [0.2, 0.6],
    mouthFrown: [0.2, 0.5],
    jawOpen: [0, 0.25],
  },
};

/** Units without sides. */
const MIDDLE = new Set([
  "browInnerUp",
  "jawOpen",
  "jawForward",
  "mouthShrugLower",
  "mouthFunnel",
  "mouthRollLower",
  "mouthRollUpper",
]);

/** How much the two sides of a face differ, at most, as a share of a unit's weight. */
const ASYMMETRY = 0.07;

/** Weights of face units by target name, for an expression at an intensity. */
export function expressionUnits(
  expression: Expression,
  { intensity, key }: { intensity: number; key: HostKey },
): [target: string, weight: number][] {
  const recipe = Object.entries(RECIPES[expression]);
  const draws = hostUniform(hostFold(key, "expression"), 2 * recipe.length);
  const strength = expression === "neutral" ? 1 : intensity;
  return recipe.flatMap(([unit, [low, high]], i) => {
    const weight = strength * (low + (high - low) * draws[2 * i]);
    if (MIDDLE.has(unit)) return [[unit, weight]] as [string, number][];
    const lean = ASYMMETRY * (2 * draws[2 * i + 1] - 1);
    return [[`${unit}Left`, weight * (1 + lean)], [`${unit}Right`, weight * (1 - lean)]];
  });
}

/**
 * The `toys` dataset: points of the plane, or of space, whose law is known, so that a model is right
 * or wrong and not better or worse.
 * @module
 */
import { sha256 } from "../../base/digest/mod.ts";
import { hostKey, hostNormal, hostUniform } from "../../random/host/mod.ts";
import { type Dataset, type DatasetOutline, defineDataset, type Split } from "../dataset.ts";
import { gatherPoints, pointSet } from "../../kinds/point/mod.ts";
import { splitDataset } from "../split_dataset.ts";
import { type ShapeName, type ToysConfig, toysConfig, VERSION } from "./config.ts";
import { cellLaw, levelOf } from "./law.ts";
import { type PlaneLaw, shapes } from "./shapes.ts";

const SPLITS = ["train", "test"] as const satisfies readonly Split[];

/**
 * Points 0 … count − 1 of a split. Point i takes its own places of the split's draws, so that a
 * larger split begins with the smaller one's points.
 */
function drawSplit(
  { shape: name, seed }: ToysConfig,
  { split, count }: { split: Split; count: number },
): { data: Uint8Array; modes: Float32Array } {
  const shape = shapes[name];
  const key = (what: string) => hostKey(seed, "toys", name, split, what);
  const uniforms = hostUniform(key("uniforms"), 3 * count);
  const normals = hostNormal(key("normals"), 2 * count);
  const data = new Uint8Array(shape.dimensions * count);
  const modes = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const { at, mode } = shape.draw({
      mode: uniforms[3 * i],
      uniforms: [uniforms[3 * i + 1], uniforms[3 * i + 2]],
      normals: [normals[2 * i], normals[2 * i + 1]],
    });
    for (let d = 0; d < shape.dimensions; d++) data[shape.dimensions * i + d] = levelOf(at[d]);
    modes[i] = mode;
  }
  return { data, modes };
}

/** Laws by shape, which is all that they depend on; each takes up to a second. */
const laws = new Map<ShapeName, Float64Array>();

function lawOf(shape: ShapeName, law: () => PlaneLaw): Float64Array {
  let cells = laws.get(shape);
  if (cells === undefined) laws.set(shape, cells = cellLaw(law()));
  return cells;
}

function outline({ shape, train, test }: ToysConfig): DatasetOutline<"point"> {
  const { dimensions, modes } = shapes[shape];
  return {
    sample: { kind: "point", dimensions },
    factors: modes.length > 0 ? [{ name: "mode", kind: "class", classes: modes }] : [],
    sizes: { train, test, judge: 0, judge_test: 0 },
  };
}

async function load(config: ToysConfig): Promise<Dataset<"point">> {
  const shape = shapes[config.shape];
  const { sample, factors } = outline(config);
  const [train, test] = SPLITS.map((split) => drawSplit(config, { split, count: config[split] }));
  const data = new Uint8Array(train.data.length + test.data.length);
  data.set(train.data);
  data.set(test.data, train.data.length);
  const modes = new Float32Array(train.modes.length + test.modes.length);
  modes.set(train.modes);
  modes.set(test.modes, train.modes.length);
  const range = (from: number, count: number) =>
    Uint32Array.from({ length: count }, (_, i) => from + i);
  const law = shape.law, points = pointSet(data, sample.dimensions);
  return {
    ...splitDataset<"point">({
      name: "toys",
      version: VERSION,
      digest: await sha256(JSON.stringify({ name: "toys", version: VERSION, ...config })),
      sample,
      factors,
      notes: [`${config.shape}: points of ${shape.dimensions} numbers of 8 bits, not pictures`],
      samples: { count: points.count, gather: (i) => Promise.resolve(gatherPoints(points, i)) },
      labels: factors.length > 0 ? { mode: modes } : {},
      splits: { train: range(0, config.train), test: range(config.train, config.test) },
    }),
    ...(law && { truth: () => ({ law: lawOf(config.shape, law) }) }),
  };
}

/** Toy distributions on the plane, and a torus in space. */
export const toys = defineDataset<ToysConfig, "point">({
  name: "toys",
  version: VERSION,
  about: "Points of two or three numbers with known laws: mixture, moons, pinwheel, torus …",
  licence: "none needed: drawn here",
  config: toysConfig,
  status: () => Promise.resolve("ready"),
  outline,
  load,
});

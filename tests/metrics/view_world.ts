/**
 * Views whose every number is known: pictures of noise with unequal sides, cameras on a ring, and maps
 * with pixels of every sort.
 */
import type { Dataset, Split } from "../../src/data/dataset.ts";
import { cameraNumbers, lookAt, type Vector } from "../../src/kinds/view/cameras.ts";
import type { ViewMaps, ViewSet } from "../../src/kinds/view/view_set.ts";
import { hostFold, hostIntegers, hostKey, hostUniform } from "../../src/random/host/host.ts";
import type { Subject } from "../../src/subject/subject.ts";

/** Unequal sides. */
export const viewShape = { height: 12, width: 14 } as const;
/** Pixels of a view. */
export const viewPixels = viewShape.height * viewShape.width;

/** A camera at an azimuth in degrees that looks at a point from a distance. */
export function ringCamera(
  azimuth: number,
  { distance = 3, height = 0.5, to = [0, 0, 0] as Vector } = {},
): number[] {
  const turn = azimuth * Math.PI / 180;
  const position: Vector = [
    to[0] + distance * Math.sin(turn),
    to[1] + height,
    to[2] + distance * Math.cos(turn),
  ];
  const rotation = lookAt(position, to, [0, 1, 0]);
  return cameraNumbers({ rotation, position, fx: 20, fy: 20, cx: 7, cy: 6 });
}

const splits: readonly Split[] = ["train", "test", "judge", "judge_test"];
const keyOf = (split: string, i: number) =>
  hostFold(hostKey(splits.indexOf(split as Split), "v"), i);

/** Training views at each 360/train degrees; test views half-way between, the first half of the ring. */
export const azimuthOf = (split: string, i: number, train: number): number =>
  360 / train * (split === "train" ? i : i + 0.5);

/** Alpha of a view: nothing, a little, nearly all, all. */
const LEVELS = [0, 1, 254, 255, 255];

/** What is known of one view. */
export function mapsOf(split: string, i: number): Required<ViewMaps> {
  const key = keyOf(split, i), levels = hostIntegers(hostFold(key, "a"), viewPixels, LEVELS.length);
  const alpha = Uint8Array.from(levels, (level) => LEVELS[level]);
  const far = hostUniform(hostFold(key, "d"), viewPixels);
  const facing = hostUniform(hostFold(key, "n"), 3 * viewPixels);
  return {
    alpha,
    depth: Float32Array.from(far, (u, p) => alpha[p] === 0 ? 0 : 2 + u),
    normals: Float32Array.from(facing, (u, k) => alpha[Math.floor(k / 3)] === 0 ? 0 : 0.1 + u),
  };
}

/** The picture of one view: white where nothing is. */
export function pictureOf(split: string, i: number): Uint8Array {
  const { alpha } = mapsOf(split, i);
  const noise = hostIntegers(hostFold(keyOf(split, i), "p"), 3 * viewPixels, 200);
  return Uint8Array.from(noise, (value, k) => alpha[Math.floor(k / 3)] === 0 ? 255 : value);
}

/** Parts joined. */
export function joined<T extends Uint8Array | Float32Array>(parts: readonly T[]): T {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new (parts[0].constructor as new (n: number) => T)(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Views of a split, with maps unless `blind`. */
export function viewWorld(
  { train = 37, test = 19, known = ["alpha", "depth", "normals"] as (keyof ViewMaps)[] } = {},
): Dataset<"view"> {
  const sizes: Partial<Record<Split, number>> = { train, test };
  return {
    name: "ring",
    version: 1,
    digest: `ring ${train} ${test} ${known}`,
    sample: { kind: "view", ...viewShape, background: [255, 255, 255], near: 1, far: 5 },
    factors: [],
    notes: [],
    size: (split) => sizes[split] ?? 0,
    read(split, indices) {
      const rows = Array.from(indices);
      const samples: ViewSet = {
        count: rows.length,
        ...viewShape,
        pictures: joined([new Uint8Array(0), ...rows.map((i) => pictureOf(split, i))]),
        cameras: Float32Array.from(
          rows.flatMap((i) => ringCamera(azimuthOf(split, i, train))),
        ),
      };
      return Promise.resolve({ samples, labels: {} });
    },
    truth: () => ({
      maps(split, indices) {
        const all = Array.from(indices, (i) => mapsOf(split, i));
        return Promise.resolve({
          ...(known.includes("alpha") && { alpha: joined(all.map(({ alpha }) => alpha)) }),
          ...(known.includes("depth") && { depth: joined(all.map(({ depth }) => depth)) }),
          ...(known.includes("normals") && { normals: joined(all.map(({ normals }) => normals)) }),
        });
      },
    }),
  };
}

/** A model that renders views as it is told to. */
export function viewModel(
  parts: Pick<Subject<"view">, "reconstruct" | "maps">,
): Subject<"view"> {
  return {
    label: "told",
    capabilities: {
      likelihood: "none",
      latent: "none",
      reconstructs: parts.reconstruct !== undefined,
      samples: false,
    },
    sample: () => Promise.reject(new Error("no samples")),
    ...parts,
  };
}

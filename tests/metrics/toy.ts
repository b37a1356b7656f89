/**
 * A world small enough to know every answer: colour pictures with unequal sides whose left half's
 * brightness is the "expression" (three levels) and whose right half's is the "gender" (two), with
 * noise. Red is darker and blue lighter by as much.
 */
import type { Dataset, Split } from "../../src/data/dataset.ts";
import type { ImageSet } from "../../src/kinds/image/image_set.ts";
import type { EvaluationContext } from "../../src/metrics/metric.ts";
import type { Subject } from "../../src/subject/subject.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import type { Features } from "../../src/algebra/features.ts";
import { hostFold, hostIntegers, hostKey, hostNormal } from "../../src/random/host/host.ts";

/** Unequal sides and three channels, so that no metric can take one for another. */
export const toyShape = { height: 12, width: 16, channels: 3 } as const;
/** Numbers of a picture. */
export const toySize = toyShape.height * toyShape.width * toyShape.channels;
/** What is added to red, green and blue. */
const tints = [-9, 0, 9];
const levels = { expression: [60, 128, 196], gender: [90, 166] };

/** Which half value i of a picture lies in. */
function halfOf(i: number): 0 | 1 {
  const { width, channels } = toyShape;
  return Math.floor(i / channels) % width < width / 2 ? 0 : 1;
}

/** Mean brightness of the two halves. */
export function halvesOf(images: ImageSet): Features {
  const data = new Float64Array(images.count * 2);
  for (let n = 0; n < images.count; n++) {
    for (let i = 0; i < toySize; i++) {
      data[2 * n + halfOf(i)] += images.data[n * toySize + i] / (toySize / 2);
    }
  }
  return { count: images.count, dimension: 2, data };
}

function paint(values: Features, noise: (n: number) => Float32Array): ImageSet {
  const data = new Uint8Array(values.count * toySize);
  for (let n = 0; n < values.count; n++) {
    const draws = noise(n);
    for (let i = 0; i < toySize; i++) {
      const value = values.data[2 * n + halfOf(i)] + tints[i % 3] + 6 * draws[i];
      data[n * toySize + i] = Math.min(255, Math.max(0, Math.floor(value + 0.5)));
    }
  }
  return { count: values.count, ...toyShape, data };
}

const splits: readonly Split[] = ["train", "test", "judge", "judge_test"];

/** `size` pictures a split. */
export function toyDataset(size: number): Dataset<"image"> {
  return {
    name: "toy",
    version: 1,
    digest: `toy ${size}`,
    sample: { kind: "image", ...toyShape },
    factors: [
      { name: "expression", kind: "class", classes: ["low", "middle", "high"] },
      { name: "gender", kind: "class", classes: ["dark", "light"] },
      { name: "shade", kind: "number", unit: "1", minimum: -3, maximum: 3 },
    ],
    notes: [],
    size: () => size,
    read(split, indices) {
      const key = hostKey(splits.indexOf(split), "toy");
      const rows = Array.from(indices);
      const expression = rows.map((i) => hostIntegers(hostFold(hostFold(key, i), "e"), 1, 3)[0]);
      const gender = rows.map((i) => hostIntegers(hostFold(hostFold(key, i), "g"), 1, 2)[0]);
      const shade = rows.map((i) => hostNormal(hostFold(hostFold(key, i), "s"), 1)[0]);
      const data = Float64Array.from(rows.flatMap((_, n) => [
        levels.expression[expression[n]] + 6 * shade[n],
        levels.gender[gender[n]] + 6 * shade[n],
      ]));
      const images = paint(
        { count: rows.length, dimension: 2, data },
        (n) => hostNormal(hostFold(hostFold(key, rows[n]), "n"), toySize),
      );
      const labels = { expression, gender, shade };
      return Promise.resolve({
        samples: images,
        labels: Object.fromEntries(
          Object.entries(labels).map(([name, values]) => [name, Float32Array.from(values)]),
        ),
      });
    },
  };
}

/** Nearest level, as probabilities. */
function nearestLevel(features: Features, column: number, values: number[]): Float32Array {
  const out = new Float32Array(features.count * values.length);
  for (let n = 0; n < features.count; n++) {
    const distances = values.map((v) => Math.abs(v - features.data[2 * n + column]));
    out[n * values.length + distances.indexOf(Math.min(...distances))] = 1;
  }
  return out;
}

/** A judge that reads the two brightnesses. */
export const toyJudge: Extractor = {
  name: "toy-judge",
  dimension: 2,
  extract: (images) => {
    const raw = halvesOf(images);
    return Promise.resolve({ ...raw, data: raw.data.map((v) => (v - 128) / 50) });
  },
  classify: (images) => {
    const raw = halvesOf(images);
    return Promise.resolve({
      expression: nearestLevel(raw, 0, levels.expression),
      gender: nearestLevel(raw, 1, levels.gender),
    });
  },
};

/** A model whose code is the two brightnesses (over 50), mixed by a shear so that no axis is a factor. */
export function toyModel(dataset: Dataset<"image">): Subject<"image"> {
  const quiet = () => new Float32Array(toySize);
  const encode = (images: ImageSet): Promise<Features> => {
    const { count, data } = halvesOf(images);
    const codes = new Float64Array(data.length);
    for (let n = 0; n < count; n++) {
      const a = (data[2 * n] - 128) / 50, b = (data[2 * n + 1] - 128) / 50;
      codes[2 * n] = a + 0.5 * b;
      codes[2 * n + 1] = b;
    }
    return Promise.resolve({ count, dimension: 2, data: codes });
  };
  const decode = (codes: Features): Promise<ImageSet> => {
    const data = new Float64Array(codes.data.length);
    for (let n = 0; n < codes.count; n++) {
      const b = codes.data[2 * n + 1], a = codes.data[2 * n] - 0.5 * b;
      data[2 * n] = 128 + 50 * a;
      data[2 * n + 1] = 128 + 50 * b;
    }
    return Promise.resolve(paint({ ...codes, data }, quiet));
  };
  return {
    label: "toy model",
    capabilities: {
      likelihood: "bound",
      measure: "discrete-256",
      latent: "continuous",
      reconstructs: true,
      samples: true,
    },
    sample: async (count) => {
      const size = dataset.size("judge");
      return (await dataset.read("judge", Array.from({ length: count }, (_, i) => i % size)))
        .samples;
    },
    encode,
    decode,
    reconstruct: async (images) => decode(await encode(images)),
    logWeights: (images, draws) =>
      Promise.resolve({
        count: images.count,
        dimension: draws,
        data: Float64Array.from(hostNormal(hostKey(5), images.count * draws), (v) => v - 400),
      }),
  };
}

/** A context without memory: everything is computed when asked. */
export function toyContext(
  dataset: Dataset<"image">,
  subject: Subject<"image">,
  extractors: Record<string, Extractor> = { judge: toyJudge },
): EvaluationContext<"image"> {
  const extractor = (name: string) =>
    extractors[name]
      ? Promise.resolve(extractors[name])
      : Promise.reject(new Error(`the toy world has no extractor ${name}`));
  const split = (name: Split, count: number) =>
    dataset.read(name, Array.from({ length: count }, (_, i) => i));
  return {
    subject,
    dataset,
    split,
    extractor,
    anyMachine: true,
    remembered: (_, make) => Promise.resolve(make()),
    features: async (name, of, count) => {
      if (of === "mirrored train") throw new Error("the toy world has no mirrors");
      return (await extractor(name)).extract(
        of === "samples" ? await subject.sample(count) : (await split(of, count)).samples,
      );
    },
    key: (purpose) => hostKey(3, purpose),
  };
}

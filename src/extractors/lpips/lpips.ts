/**
 * `lpips-vgg` and `lpips-alex` with the user's weights of the network.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { ImageSet } from "../../kinds/image/mod.ts";
import { sha256 } from "../../base/digest/mod.ts";
import type { Engine, TensorTree } from "../../engine/mod.ts";
import { hostKey } from "../../random/host/mod.ts";
import { keyTensor } from "../../random/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { Extractor } from "../extractor.ts";
import { batchAt } from "../prepare/batches.ts";
import {
  lpipsDistances,
  type LpipsNet,
  lpipsNets,
  lpipsScaling,
  type LpipsWeights,
} from "./lpips_net.ts";
import {
  filterOf,
  type Naming,
  readStateDict,
  type StateDict,
  upload,
} from "../weights/state_dict.ts";
import type { OpenOptions } from "../row.ts";
import { readWeights } from "../weights/weights.ts";

interface LpipsNaming extends Naming {
  /** Prefix of the convolution with torchvision's number n, at slice s. */
  readonly conv: (n: number, s: number) => string;
  /** Name of the head of slice s; without one, this project's are taken. */
  readonly head?: (s: number) => string;
}

const namings: readonly LpipsNaming[] = [
  {
    name: "lpips",
    anchor: "net.slice1.0.weight",
    conv: (n, s) => `net.slice${s + 1}.${n}`,
    head: (s) => `lin${s}.model.1.weight`,
  },
  { name: "torchvision", anchor: "features.0.weight", conv: (n) => `features.${n}` },
];

const wanted = (name: string) => !/(^|\.)classifier\./.test(name);

async function weightsOf(
  file: StateDict<LpipsNaming>,
  { engine, net }: { engine: Engine; net: LpipsNet },
): Promise<{ weights: LpipsWeights; digest: string }> {
  const { steps, widths, kernel } = lpipsNets[net], { conv, head } = file.naming;
  const committed = await readWeights("lpips/lpips_heads.safetensors");
  let slice = 0;
  const convs = steps.map(({ conv: n, compared }, i) => {
    const prefix = conv(n, slice);
    if (compared) slice++;
    const first = i === 0 ? [widths[0], 3, kernel, kernel] : [null, null, null, null];
    const filter = file.take(`${prefix}.weight`, first);
    const bias = file.take(`${prefix}.bias`, [filter.shape[0]]);
    return {
      weight: upload(engine, filterOf(filter)) as tf.Tensor4D,
      bias: upload(engine, bias) as tf.Tensor1D,
    };
  });
  const heads = widths.map((width, s) => {
    const own = head !== undefined && file.has(head(s));
    const { data } = own ? file.take(head(s), [1, width, 1, 1]) : committed.tensors[`${net}/${s}`];
    return upload(engine, { shape: [width], data }) as tf.Tensor1D;
  });
  return { weights: { convs, heads }, digest: await sha256(file.digest + committed.digest) };
}

/** Bytes as LPIPS takes them: [−1, 1], then its own shift and scale. @returns [B, H, W, 3] */
function scaled({ data, channels }: ImageSet): Float32Array {
  const { shift, scale } = lpipsScaling;
  const out = new Float32Array(channels === 3 ? data.length : 3 * data.length);
  for (let i = 0; i < out.length; i++) {
    const c = i % 3, byte = data[channels === 3 ? i : (i - c) / 3];
    out[i] = (byte / 127.5 - 1 - shift[c]) / scale[c];
  }
  return out;
}

/** Opens it. @throws UsageError where the file is none of these weights */
export async function openLpips(
  engine: Engine,
  { name, weights: option, batch }: Omit<OpenOptions, "cache" | "mode">,
  net: LpipsNet,
): Promise<Extractor> {
  const file = await readStateDict(option, { extractor: name, namings, wanted });
  const { weights, digest } = await weightsOf(file, { engine, net });
  const distances = lpipsDistances(net), key = keyTensor(hostKey(0));
  const program = engine.compile(
    (state: TensorTree, { a, b }: { a: tf.Tensor4D; b: tf.Tensor4D }): [TensorTree, tf.Tensor] => [
      {},
      distances(state as LpipsWeights, a, b),
    ],
    { name: `distances_${name}` },
  );
  return {
    name,
    digest,
    dimension: 0,
    notes: [`weights: sha256 ${file.digest}, names as ${file.naming.name} has them`],
    extract: () => {
      throw new MetricUnavailable("not-defined", `${name} compares pictures and has no features`);
    },
    distances: async (a, b) => {
      if (a.height !== b.height || a.width !== b.width || a.count !== b.count) {
        throw new RangeError(
          `${name}: ${a.count} pictures of ${a.height}×${a.width} against ${b.count} of ` +
            `${b.height}×${b.width}`,
        );
      }
      const out = new Float64Array(a.count), shape = [batch, a.height, a.width, 3];
      for (let from = 0; from < a.count; from += batch) {
        const [first, second] = [a, b].map((set) => batchAt(set, { from, batch }));
        const [x, y] = [first, second].map(({ part }) => engine.tensor(scaled(part), shape));
        const [, found] = program(weights, { a: x as tf.Tensor4D, b: y as tf.Tensor4D }, key);
        const values = await engine.read(found);
        for (let i = 0; i < first.count; i++) out[from + i] = values[i];
        for (const t of [x, y, found]) t.dispose();
      }
      return out;
    },
  };
}

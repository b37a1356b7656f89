/**
 * Weights of vision transformers under the names of the projects that publish them.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine/mod.ts";
import { UsageError } from "../../base/mod.ts";
import type { HostTensor } from "../../nn/files/mod.ts";
import { resizePositions } from "./positions.ts";
import {
  filterOf,
  type Naming,
  type StateDict,
  transposed,
  upload,
} from "../weights/state_dict.ts";
import { headWidth, type Linear, type Norm, type VitBlock, type VitWeights } from "./vit_net.ts";

/** Names of a block's parts below its prefix. */
export interface BlockNames {
  readonly first: string;
  /** One name of all three together, or three. */
  readonly qkv: { readonly weight: string; readonly bias: string } | readonly string[];
  readonly out: string;
  readonly second: string;
  readonly up: string;
  readonly down: string;
  /** LayerScale behind attention and behind the hidden layer. */
  readonly scales?: readonly [string, string];
}

/** Names of a network. */
export interface VitNaming extends Naming {
  readonly patch: string;
  readonly token: string;
  readonly positions: string;
  readonly registers?: string;
  readonly before?: string;
  /** Prefix of block i. */
  readonly block: (i: number) => string;
  readonly parts: BlockNames;
  readonly after: string;
  /** With whether it stands as PyTorch's linear layer, [out, in]. */
  readonly projection?: { readonly name: string; readonly linear: boolean };
}

/** What a row of the table says of its network. */
export interface VitShape {
  readonly width: number;
  readonly depth: number;
  /** Side of a patch, and patches along a side of the picture. */
  readonly patch: number;
  readonly grid: number;
  readonly registers: number;
  /** Width of the projection; left out where there is none. */
  readonly projection?: number;
}

/** Tensors joined along their first axis. */
function joined(tensors: readonly HostTensor[]): HostTensor {
  const data = new Float32Array(tensors.reduce((n, t) => n + t.data.length, 0));
  let at = 0;
  for (const t of tensors) {
    data.set(t.data, at);
    at += t.data.length;
  }
  const [first] = tensors;
  const rows = tensors.reduce((n, t) => n + t.shape[0], 0);
  return { dtype: "F32", shape: [rows, ...first.shape.slice(1)], data };
}

/** A linear layer on the engine, its outputs multiplied by `scale` where there is one. */
function linearOf(
  engine: Engine,
  { weight, bias }: { weight: HostTensor; bias: HostTensor },
  scale?: ArrayLike<number>,
): Linear {
  const [out, inner] = weight.shape;
  const by = (values: ArrayLike<number>) =>
    scale === undefined ? values : Float32Array.from(values, (v, i) => v * scale[i % out]);
  const matrix = by(transposed(weight.data, [out, inner]));
  return {
    weight: upload(engine, { shape: [inner, out], data: matrix }) as tf.Tensor2D,
    bias: upload(engine, { shape: [out], data: by(bias.data) }) as tf.Tensor1D,
  };
}

/**
 * The network's weights on the engine.
 * @throws UsageError where the file holds another network: other widths, depth or registers
 */
export function vitWeights(
  file: StateDict<VitNaming>,
  { engine, shape, extractor, antialias, offset }: {
    engine: Engine;
    shape: VitShape;
    extractor: string;
    /** See `resizePositions`. */
    antialias: boolean;
    offset: number;
  },
): VitWeights {
  const names = file.naming, { width, depth, patch, grid } = shape;
  const normOf = (name: string): Norm => ({
    gain: upload(engine, file.take(`${name}.weight`, [width])) as tf.Tensor1D,
    bias: upload(engine, file.take(`${name}.bias`, [width])) as tf.Tensor1D,
  });
  const host = (name: string, size: readonly [number, number]) => ({
    weight: file.take(`${name}.weight`, size),
    bias: file.take(`${name}.bias`, [size[0]]),
  });
  const blockOf = (i: number): VitBlock => {
    const prefix = names.block(i), { first, qkv, out, second, up, down, scales } = names.parts;
    const scale = (j: 0 | 1) =>
      scales === undefined ? undefined : file.take(prefix + scales[j], [width]).data;
    const three = "weight" in qkv
      ? {
        weight: file.take(prefix + qkv.weight, [3 * width, width]),
        bias: file.take(prefix + qkv.bias, [3 * width]),
      }
      : {
        weight: joined(qkv.map((n) => file.take(`${prefix}${n}.weight`, [width, width]))),
        bias: joined(qkv.map((n) => file.take(`${prefix}${n}.bias`, [width]))),
      };
    return {
      first: normOf(prefix + first),
      qkv: linearOf(engine, three),
      out: linearOf(engine, host(prefix + out, [width, width]), scale(0)),
      second: normOf(prefix + second),
      up: linearOf(engine, host(prefix + up, [4 * width, width])),
      down: linearOf(engine, host(prefix + down, [width, 4 * width]), scale(1)),
    };
  };
  if (width % headWidth !== 0) throw new RangeError(`a width of ${width} in heads of ${headWidth}`);
  const refuse = (found: string) => {
    throw new UsageError(
      `weights of ${extractor}: the file has ${found}, and ${extractor} has ${depth} blocks of ` +
        `width ${width} and ${shape.registers} registers: another size's weights?`,
    );
  };
  const token = file.take(names.token);
  if (token.data.length !== width) refuse(`a class token of width ${token.data.length}`);
  const extra = `${names.block(depth)}${names.parts.first}.weight`;
  if (file.has(extra)) refuse(`${extra}, one block more`);
  const registers = names.registers !== undefined && file.has(names.registers)
    ? file.take(names.registers)
    : undefined;
  const found = registers === undefined ? 0 : registers.data.length / width;
  if (found !== shape.registers) refuse(`${found} registers`);
  // The class token's own position comes first.
  const positions = file.take(names.positions).data;
  const kernel = filterOf(file.take(`${names.patch}.weight`, [width, 3, patch, patch]));
  const bias = file.has(`${names.patch}.bias`)
    ? file.take(`${names.patch}.bias`, [width])
    : { shape: [width], data: new Float32Array(width) };
  return {
    patch: {
      weight: upload(engine, kernel) as tf.Tensor4D,
      bias: upload(engine, bias) as tf.Tensor1D,
    },
    token: upload(engine, {
      shape: [1, 1, width],
      data: Float32Array.from(token.data, (v, i) => v + positions[i]),
    }) as tf.Tensor3D,
    positions: upload(engine, {
      shape: [1, grid * grid, width],
      data: resizePositions(positions.subarray(width), { width, grid, antialias, offset }),
    }) as tf.Tensor3D,
    registers: registers === undefined
      ? []
      : [upload(engine, { shape: [1, found, width], data: registers.data }) as tf.Tensor3D],
    before: names.before === undefined ? [] : [normOf(names.before)],
    blocks: Array.from({ length: depth }, (_, i) => blockOf(i)),
    after: normOf(names.after),
    projection: projectionOf(file, engine, shape),
  };
}

function projectionOf(
  file: StateDict<VitNaming>,
  engine: Engine,
  { width, projection: out }: VitShape,
): tf.Tensor2D[] {
  const { projection } = file.naming;
  if (projection === undefined || out === undefined) return [];
  const { name, linear } = projection;
  const { data } = file.take(name, linear ? [out, width] : [width, out]);
  const matrix = linear ? transposed(data, [out, width]) : data;
  return [upload(engine, { shape: [width, out], data: matrix }) as tf.Tensor2D];
}

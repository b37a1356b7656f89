/**
 * Weights that aren't trained, in few bits: a layer's matrices are packed, all else stays float32.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { DecoderParameters } from "../../../backbones/mod.ts";
import { disposeTree, type Engine, leaves } from "../../../engine/mod.ts";
import { type PackedForm, packedShape, packMatrix, unpackMatrix } from "../../../nn/mod.ts";
import { treeOf } from "../checkpoint/mod.ts";

/** A layer's matrix by its path, `layers/0/query/weight`: the path without its end; else undefined. */
export function packedStem(path: string, shape: readonly number[]): string | undefined {
  if (!path.startsWith("layers/") || shape.length !== 2) return undefined;
  return path.endsWith("/weight") ? path.slice(0, -"/weight".length) : undefined;
}

/** [in, out] as [out, in]. */
export function turned(
  values: Float32Array,
  [inner, out]: readonly [number, number],
): Float32Array {
  const found = new Float32Array(values.length);
  for (let i = 0; i < inner; i++) {
    for (let o = 0; o < out; o++) found[o * inner + i] = values[i * out + o];
  }
  return found;
}

/** One tensor as a state holds it. */
export interface HostLeaf {
  readonly path: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** A parameter as a state holds it. */
export function packedLeaves(
  path: string,
  { shape, values }: { readonly shape: readonly number[]; readonly values: Float32Array },
  form: PackedForm | undefined,
): HostLeaf[] {
  const stem = form && packedStem(path, shape);
  if (form === undefined || stem === undefined) return [{ path, shape, values }];
  const [inner, out] = shape as [number, number], size = [out, inner] as const;
  const made = packMatrix(turned(values, [inner, out]), { form, size });
  const sizes = packedShape(form, size);
  return [
    { path: `${stem}/${form}/words`, shape: sizes.words, values: made.words },
    { path: `${stem}/${form}/scales`, shape: sizes.scales, values: made.scales },
  ];
}

/** Shape and type of a tensor as a state holds it. */
export interface HeldShape extends Pick<HostLeaf, "path" | "shape"> {
  readonly dtype: "float32" | "int32";
}

/** Those of all parameters. */
export function heldShapes(
  shapes: ReadonlyMap<string, readonly number[]>,
  form: PackedForm | undefined,
): HeldShape[] {
  return [...shapes].flatMap(([path, shape]): HeldShape[] => {
    const stem = form && packedStem(path, shape);
    if (form === undefined || stem === undefined) return [{ path, shape, dtype: "float32" }];
    const { words, scales } = packedShape(form, [shape[1], shape[0]]);
    return [
      { path: `${stem}/${form}/words`, shape: words, dtype: "int32" },
      { path: `${stem}/${form}/scales`, shape: scales, dtype: "float32" },
    ];
  });
}

/** Parameters on an engine, packed one after the other; those given are disposed. */
export async function packedParameters(
  params: DecoderParameters,
  engine: Engine,
  form: PackedForm,
): Promise<DecoderParameters> {
  const found = new Map<string, tf.Tensor>();
  for (const [path, leaf] of leaves(params)) {
    if (packedStem(path, leaf.shape) === undefined) {
      found.set(path, leaf);
      continue;
    }
    const values = await engine.read(leaf) as Float32Array;
    disposeTree(leaf);
    for (const one of packedLeaves(path, { shape: leaf.shape, values }, form)) {
      found.set(one.path, engine.tensor(one.values, one.shape));
    }
  }
  return treeOf(found) as DecoderParameters;
}

/** What a packed matrix stands for, as a parameter: [in, out]. */
export function wholeValues(
  { words, scales }: { readonly words: Int32Array; readonly scales: Float32Array },
  { form, shape: [inner, out] }: {
    readonly form: PackedForm;
    readonly shape: readonly [number, number];
  },
): Float32Array {
  return turned(unpackMatrix({ words, scales }, { form, size: [out, inner] }), [out, inner]);
}

/**
 * Where the results of a program that was written down are: right after the program itself ran, and
 * from then on.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { WebgpuBackend } from "../backend.ts";
import { type Buffers, writeBuffer } from "./buffers.ts";
import { isNumeric, type Leaf, type Source } from "./call.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Place, Recorded } from "./recorder.ts";

/** A run of the program itself on tensors over a recording's buffers. */
export interface ProgramRun {
  /** Its results, flat: the next state's tensors first. */
  readonly found: readonly tf.Tensor[];
  readonly recorded: Recorded;
  /** Arguments by the data of the tensors that stood in for them. */
  readonly standing: ReadonlyMap<object, number>;
}

/** Whether all results can be had again from the record: computed, constant, or an argument. */
export function areOwn(
  { tensorMap }: WebgpuBackend,
  { found, recorded, standing }: ProgramRun,
): boolean {
  return found.every((t) => {
    const { resource } = tensorMap.get(t.dataId);
    return isNumeric(t) &&
      (!resource || standing.has(t.dataId) || recorded.label(resource) !== undefined);
  });
}

/** What results are, to compare two runs. */
export function linesOf(
  { tensorMap }: WebgpuBackend,
  { found, recorded, standing }: ProgramRun,
): string[] {
  return found.map(({ dataId, shape, dtype }) => {
    const { values, resource } = tensorMap.get(dataId);
    const what = resource
      ? recorded.label(resource) ?? `o${(dataId as { id: number }).id}`
      : `h${values}`;
    return `${dtype}${shape} ${standing.get(dataId) ?? what}`;
  });
}

/** Results as they are right after the program itself ran. */
export function leavesOf({ tensorMap }: WebgpuBackend, { found, standing }: ProgramRun): Leaf[] {
  return found.map(({ dataId, shape, dtype }) => {
    const { values, resource } = tensorMap.get(dataId);
    const at = standing.get(dataId);
    const source: Source = at !== undefined
      ? { kind: "argument", at }
      : resource
      ? { kind: "left", buffer: resource }
      : {
        kind: "host",
        values: dtype === "float32" ? Float32Array.from(values!) : Int32Array.from(values!),
      };
    return { shape, dtype, source };
  });
}

type Copy = readonly [from: GPUBuffer, to: GPUBuffer];

/** A recording's dispatches and results from its first run on. */
export interface Settled {
  readonly leaves: readonly Leaf[];
  readonly dispatches: readonly Dispatch[];
  /** Copies at a run's end, of next values that no dispatch of the program's own writes. */
  readonly copies: readonly Copy[];
  /** What has to be copied once, as the run so far wrote elsewhere. */
  readonly written: readonly Copy[];
}

/**
 * Decides where results are found from now on, and gives the next state's leaves buffers that no
 * other recording writes.
 */
export function settle(
  place: Place,
  run: ProgramRun,
  { buffers, states }: { readonly buffers: Buffers; readonly states: number },
): Settled {
  const { dispatches, label } = run.recorded;
  const renamed = new Map<GPUBuffer, GPUBuffer>(), copies: Copy[] = [];
  const paired = buffers.takes(run.found.slice(0, states));
  const leaves = leavesOf(place.backend, run).map((leaf, i): Leaf => {
    const { source } = leaf;
    if (!paired || i >= states) return leaf;
    if (source.kind === "argument" && source.at === i) {
      buffers.keep(i);
      return leaf;
    }
    const own = buffers.pair(i);
    const computed = source.kind === "left" &&
      /^\d/.test(label(source.buffer) ?? "") && !renamed.has(source.buffer);
    if (computed) renamed.set(source.buffer, own);
    else copies.push([constantOf(place, source, buffers), own]);
    return { ...leaf, source: { kind: "state", at: i } };
  });
  const name = (buffer: GPUBuffer) => renamed.get(buffer) ?? buffer;
  return {
    leaves: leaves.map((leaf) =>
      leaf.source.kind === "left"
        ? { ...leaf, source: { kind: "left", buffer: name(leaf.source.buffer) } }
        : leaf
    ),
    dispatches: dispatches.map((dispatch) => ({
      ...dispatch,
      bindings: dispatch.bindings.map((binding) => ({ ...binding, buffer: name(binding.buffer) })),
    })),
    copies: copies.map(([from, to]) => [name(from), to]),
    written: [...renamed],
  };
}

/** A buffer with the numbers of a next state that the program doesn't compute itself. */
function constantOf({ backend, recorder }: Place, source: Source, buffers: Buffers): GPUBuffer {
  if (source.kind === "left") return source.buffer;
  if (source.kind === "host") {
    const buffer = recorder.hold(4 * source.values.length);
    writeBuffer(backend, buffer, source.values);
    return buffer;
  }
  return buffers.arguments[source.at].buffer;
}

/**
 * Checkpoints: the whole state tree and where training stands, in one safetensors file, so that no
 * kill can part them. Holds nothing of the clock: the same bits of training give the same file. Its
 * metadata hold a sha256 of all its other bytes, so that a changed one is no checkpoint.
 * @module
 */
import { createHash } from "node:crypto";
import type * as tf from "@tensorflow/tfjs";
import { type Engine, leaves, mapTree, type Tree } from "../engine/mod.ts";
import type { TensorRecord } from "../families/mod.ts";
import { decodeSafetensors, encodeSafetensors } from "../nn/files/mod.ts";
import { StoreError } from "../base/mod.ts";
import type { Store } from "../record/mod.ts";
import { firstNonFinite } from "./divergence.ts";

/** File of a run's folder that holds its last checkpoint. */
export const checkpointFile = "checkpoint.safetensors";

/** Where a checkpoint stands. */
export interface CheckpointPlace {
  /** Optimiser steps done. */
  readonly step: number;
  /** Steps that the budget came to; pinned here, since a budget in seconds is measured once. */
  readonly steps: number;
  /** `finished`: the driver's `finish` has run. */
  readonly phase: "training" | "finished";
}

/** A state on the host. */
export interface HostState {
  readonly bytes: Uint8Array;
  /** Path of the first leaf with a NaN or infinity, or null. */
  readonly nonFinite: string | null;
}

type StateArray = Float32Array | Int32Array;

/** Reads a state to the host and encodes it. */
export async function encodeState(
  engine: Engine,
  state: TensorRecord,
  place: CheckpointPlace,
): Promise<HostState> {
  // Asked for together: engines whose readings have to wait then wait once.
  const arrays = await Promise.all(
    leaves(state).map(async ([path, leaf]) => {
      if (leaf.dtype !== "float32" && leaf.dtype !== "int32") {
        throw new TypeError(`state ${path} is ${leaf.dtype}; states hold float32 and int32`);
      }
      return { path, leaf, data: await engine.read(leaf) };
    }),
  );
  const tensors = Object.fromEntries(arrays.map(({ path, leaf, data }) => [path, {
    dtype: leaf.dtype === "float32" ? "F32" as const : "I32" as const,
    shape: [...leaf.shape],
    data,
  }]));
  const bytes = sealed(encodeSafetensors(tensors, {
    place: JSON.stringify({ step: place.step, steps: place.steps, phase: place.phase }),
    sha256: BLANK,
    structure: JSON.stringify(mapTree(state, (_, path) => path)),
  }));
  return { bytes, nonFinite: firstNonFinite(arrays.map(({ path, data }) => [path, data])) };
}

/** What stands in the place of the checksum while it is taken. */
const BLANK = "0".repeat(64);
const KEY = '"sha256":"';

/** Where the checksum stands in a checkpoint's bytes; −1: nowhere. */
function sealAt(bytes: Uint8Array): number {
  if (bytes.length < 8) return -1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const end = 8 + Math.min(Number(view.getBigUint64(0, true)), bytes.length - 8);
  const at = new TextDecoder("latin1").decode(bytes.subarray(8, end)).indexOf(KEY);
  return at < 0 || 8 + at + KEY.length + BLANK.length > end ? -1 : 8 + at + KEY.length;
}

/** sha256 of all bytes but those at `at`, where the checksum stands. */
function digestAround(bytes: Uint8Array, at: number): string {
  return createHash("sha256").update(bytes.subarray(0, at)).update(BLANK)
    .update(bytes.subarray(at + BLANK.length)).digest("hex");
}

function sealed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = sealAt(bytes);
  bytes.set(new TextEncoder().encode(digestAround(bytes, at)), at);
  return bytes;
}

/** Why these are not the bytes of a checkpoint as it was written; null: they are. */
export function spoiltCheckpoint(bytes: Uint8Array): string | null {
  const at = sealAt(bytes);
  if (at < 0) return "it has no checksum: it was cut short, or an earlier version wrote it";
  const told = new TextDecoder("latin1").decode(bytes.subarray(at, at + BLANK.length));
  return told === digestAround(bytes, at) ? null : "its checksum differs";
}

/** Puts a state back on the device. @throws StoreError where the bytes are not as they were written */
export function decodeState(
  engine: Engine,
  bytes: Uint8Array,
): { state: TensorRecord; place: CheckpointPlace } {
  const spoilt = spoiltCheckpoint(bytes);
  if (spoilt !== null) throw new StoreError(spoilt);
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { place, structure } = metadata ?? {};
  if (place === undefined || structure === undefined) {
    throw new StoreError("it is safetensors, but not a checkpoint of a run");
  }
  const rebuild = (node: Tree<string>): Tree<tf.Tensor> => {
    if (typeof node === "string") {
      const found = tensors[node];
      if (found === undefined) throw new StoreError(`tensor ${node} is missing`);
      return engine.tensor(
        found.data as StateArray,
        found.shape,
        found.dtype === "I32" ? "int32" : "float32",
      );
    }
    if (Array.isArray(node)) return node.map(rebuild);
    return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, rebuild(v)]));
  };
  return {
    state: rebuild(JSON.parse(structure)) as TensorRecord,
    place: JSON.parse(place) as CheckpointPlace,
  };
}

/** Loads a run's last checkpoint, or null. Throws a StoreError where it is corrupt. */
export async function loadCheckpoint(
  engine: Engine,
  store: Store,
  id: string,
): Promise<{ state: TensorRecord; place: CheckpointPlace; bytes: Uint8Array } | null> {
  const bytes = await store.read(id, checkpointFile);
  if (bytes === null) return null;
  try {
    return { ...decodeState(engine, bytes), bytes };
  } catch (error) {
    throw new StoreError(
      `${store.folder(id)}/${checkpointFile} cannot be used: ${(error as Error).message}; ` +
        `repeat the run with --fresh`,
      { cause: error },
    );
  }
}

/** Numbers that a leaf of packed words stands for, a word; of other leaves one a number, of scales none. */
function numbersOf([path, { dtype, size }]: [string, tf.Tensor]): number {
  const packed = /(?:^|\/)(int8|nf4)\/(words|scales)$/.exec(path);
  if (packed === null) return dtype === "float32" ? size : 0;
  return packed[2] === "scales" ? 0 : size * (packed[1] === "int8" ? 4 : 8);
}

/**
 * Weights of a state: numbers under `params`, with those of an adapter beside them, or all float leaves
 * where it has no such part. Of packed matrices those that fill up a row count too.
 */
export function parameterCount(state: TensorRecord): number {
  const part = state.params ?? state.parameters ?? state;
  const beside = part === state ? [] : leaves(state.adapter ?? {});
  return [...leaves(part), ...beside].reduce((sum, leaf) => sum + numbersOf(leaf), 0);
}

/**
 * Parameter trees to and from safetensors: a leaf's path is its name. A part of a path that is a
 * whole number is an array's index.
 * @module
 */
import { type Engine, leaves, type TensorTree, type Tree } from "../../engine/mod.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  type SafetensorType,
} from "./safetensors.ts";

/** How a tree is written. */
export interface TreeFileOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** Type of float leaves. Default F32. */
  readonly floats?: Extract<SafetensorType, "F32" | "F16">;
}

/**
 * The tree as a safetensors file. A tree that is one bare leaf is named "value".
 * @throws Error if a record's key holds "/" or is a whole number, which a path couldn't tell apart
 */
export async function treeToSafetensors(
  engine: Engine,
  tree: TensorTree,
  { metadata = {}, floats = "F32" }: TreeFileOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkKeys(tree);
  // Asked for together: engines whose readings have to wait then wait once.
  const tensors = await Promise.all(
    leaves(tree).map(async ([path, leaf]) => {
      const data = await engine.read(leaf);
      const dtype: SafetensorType = data instanceof Float32Array ? floats : "I32";
      return [path === "" ? "value" : path, { dtype, shape: leaf.shape, data }] as const;
    }),
  );
  return encodeSafetensors(Object.fromEntries(tensors), metadata);
}

function isTensor(tree: TensorTree): boolean {
  return "dataId" in tree;
}

function checkKeys(tree: TensorTree): void {
  if (isTensor(tree)) return;
  for (const [key, child] of Object.entries(tree as Record<string, TensorTree>)) {
    if (!Array.isArray(tree) && (key.includes("/") || /^\d+$/.test(key) || key === "")) {
      throw new Error(`treeToSafetensors: the key ${JSON.stringify(key)} can't be told in a path`);
    }
    checkKeys(child);
  }
}

type Branch = Map<string, Branch | HostTensor>;

/** Nested maps of names, from paths. */
function branches(tensors: Readonly<Record<string, HostTensor>>): Branch {
  const root: Branch = new Map();
  for (const [path, tensor] of Object.entries(tensors)) {
    const parts = path.split("/");
    let at = root;
    for (const part of parts.slice(0, -1)) {
      const next = at.get(part) ?? new Map();
      if (!(next instanceof Map)) throw new Error(`safetensorsToTree: ${path} lies below a tensor`);
      at.set(part, next);
      at = next;
    }
    at.set(parts[parts.length - 1], tensor);
  }
  return root;
}

function plant<T>(branch: Branch, leaf: (tensor: HostTensor) => T): Tree<T> {
  const entries = [...branch].map(([name, child]) =>
    [name, child instanceof Map ? plant(child, leaf) : leaf(child)] as const
  );
  const isArray = entries.length > 0 && entries.every(([name]) => /^\d+$/.test(name));
  if (!isArray) return Object.fromEntries(entries);
  const array: Tree<T>[] = [];
  for (const [name, child] of entries) array[Number(name)] = child;
  if (array.length !== entries.length || Object.keys(array).length !== entries.length) {
    throw new Error(`safetensorsToTree: indices ${entries.map(([n]) => n)} leave a gap`);
  }
  return array;
}

/** The tree of a safetensors file, its leaves made by `leaf`; for reading without an engine. */
export function safetensorsToHostTree<T>(
  bytes: Uint8Array,
  leaf: (tensor: HostTensor) => T,
): { tree: Tree<T>; metadata: Readonly<Record<string, string>> } {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const names = Object.keys(tensors);
  if (names.length === 1 && names[0] === "value") return { tree: leaf(tensors.value), metadata };
  return { tree: plant(branches(tensors), leaf), metadata };
}

/** The tree of a safetensors file, on an engine. U8 becomes int32. The caller disposes it. */
export function safetensorsToTree(
  engine: Engine,
  bytes: Uint8Array,
): { tree: TensorTree; metadata: Readonly<Record<string, string>> } {
  return safetensorsToHostTree(
    bytes,
    ({ data, shape }) =>
      engine.tensor(data, shape, data instanceof Float32Array ? "float32" : "int32"),
  );
}

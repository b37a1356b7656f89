/**
 * Trees of tensors: parameters, optimiser slots, program inputs and outputs.
 * Children are visited in the order of sorted keys, so that a flattening is canonical.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";

/** A leaf, or an array or record of trees. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [name: string]: Tree<T> };

/** A tree whose leaves are tensors. */
export type TensorTree = Tree<tf.Tensor>;

/** A record of trees: what states, inputs and outputs are. */
export type TensorRecord = { readonly [name: string]: TensorTree };

/** Whether a tree is a leaf. */
export function isTensor(x: unknown): x is tf.Tensor {
  return typeof x === "object" && x !== null && "dataId" in x && "shape" in x;
}

/** Orders of long lists of keys: sorting them again in each step would cost more than all else. */
const orders = new Map<string, readonly string[]>();
const LONG = 32;

/** A record's keys in canonical order. */
export function sortedKeys(record: object): readonly string[] {
  const keys = Object.keys(record);
  if (keys.length < LONG) return keys.sort();
  const text = keys.join("/");
  let order = orders.get(text);
  if (order === undefined) {
    if (orders.size > 1000) orders.clear();
    order = keys.sort();
    orders.set(text, order);
  }
  return order;
}

/** Leaves with their paths ("encoder/0/weight"), in canonical order. */
export function leaves(tree: TensorTree, path = ""): [path: string, leaf: tf.Tensor][] {
  if (isTensor(tree)) return [[path, tree]];
  const at = (k: string | number) => path === "" ? String(k) : `${path}/${k}`;
  if (Array.isArray(tree)) return tree.flatMap((child, i) => leaves(child, at(i)));
  const record = tree as { readonly [name: string]: TensorTree };
  return sortedKeys(record).flatMap((k) => leaves(record[k], at(k)));
}

/** Leaves in canonical order, without their paths: for calls that happen every step. */
export function tensorsOf(tree: TensorTree, into: tf.Tensor[] = []): tf.Tensor[] {
  if (isTensor(tree)) into.push(tree);
  else if (Array.isArray(tree)) { for (const child of tree) tensorsOf(child, into); }
  else {
    const record = tree as { readonly [name: string]: TensorTree };
    for (const k of sortedKeys(record)) tensorsOf(record[k], into);
  }
  return into;
}

/** The same tree with every leaf replaced by `f(leaf, path)`. */
export function mapTree<S extends TensorTree, U>(
  tree: S,
  f: (leaf: tf.Tensor, path: string) => U,
  path = "",
): Tree<U> {
  if (isTensor(tree)) return f(tree, path);
  const at = (k: string | number) => path === "" ? String(k) : `${path}/${k}`;
  if (Array.isArray(tree)) return tree.map((child, i) => mapTree(child, f, at(i)));
  const record = tree as { readonly [name: string]: TensorTree };
  const mapped: Record<string, Tree<U>> = {};
  for (const k of sortedKeys(record)) mapped[k] = mapTree(record[k], f, at(k));
  return mapped;
}

/** A leaf of a result's template: which of the results, in canonical order. */
export interface Slot {
  readonly at: number;
}

/** A template: the tree with its leaves numbered in canonical order, from `first` on. */
export function templateOf(tree: TensorTree, first = 0): Tree<Slot> {
  let at = first;
  return mapTree(tree, (): Slot => ({ at: at++ }));
}

/** The template with every slot replaced by `f` of its number. */
export function fillTree(tree: Tree<Slot>, f: (at: number) => tf.Tensor): Tree<tf.Tensor> {
  if (Array.isArray(tree)) return tree.map((child) => fillTree(child, f));
  if (typeof (tree as Slot).at === "number") return f((tree as Slot).at);
  const filled: Record<string, Tree<tf.Tensor>> = {};
  const record = tree as { readonly [name: string]: Tree<Slot> };
  for (const k in record) filled[k] = fillTree(record[k], f);
  return filled;
}

/** Disposes every leaf that is not in `except`. */
export function disposeTree(tree: TensorTree, except?: ReadonlySet<tf.Tensor>): void {
  for (const [, leaf] of leaves(tree)) {
    if (!except?.has(leaf) && !leaf.isDisposed) leaf.dispose();
  }
}

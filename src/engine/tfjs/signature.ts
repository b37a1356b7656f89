/**
 * Names, shapes and types of a program's arguments. A program is captured once for each such
 * signature.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { leaves, sortedKeys, tensorsOf, type TensorTree } from "../tree.ts";

/** Names, shapes and types of a tree's tensors: programs are captured once for each. */
function signatureOf(tree: TensorTree): string {
  return leaves(tree).map(([path, t]) => `${path}:${t.dtype}${t.shape}`).join(";");
}

/** A tree of inputs as it was last: to see without building texts that the next is alike. */
type Pattern =
  | { readonly dtype: string; readonly shape: readonly number[] }
  | { readonly names: readonly string[]; readonly parts: readonly Pattern[] };

function namesOf(tree: Exclude<TensorTree, tf.Tensor>): readonly string[] {
  return Array.isArray(tree) ? Object.keys(tree) : sortedKeys(tree);
}

function patternOf(tree: TensorTree): Pattern {
  if (tree instanceof tf.Tensor) return { dtype: tree.dtype, shape: tree.shape };
  const names = namesOf(tree);
  const record = tree as { readonly [name: string]: TensorTree };
  return { names, parts: names.map((name) => patternOf(record[name])) };
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether a tree is like the pattern; `into` gets its tensors in canonical order. */
function fits(tree: TensorTree, pattern: Pattern, into: tf.Tensor[]): boolean {
  if (tree instanceof tf.Tensor) {
    into.push(tree);
    return "dtype" in pattern && pattern.dtype === tree.dtype &&
      sameList(pattern.shape, tree.shape);
  }
  if ("dtype" in pattern) return false;
  const { names, parts } = pattern;
  const found = namesOf(tree);
  if (found !== names && !sameList(found, names)) return false;
  const record = tree as { readonly [name: string]: TensorTree };
  return parts.every((part, i) => fits(record[names[i]], part, into));
}

/** Signatures of inputs: those of a step are mostly like those of the step before. */
export class InputSignature {
  #pattern: Pattern | undefined;
  #text = "";

  /** Also the tensors, in canonical order. */
  of(tree: TensorTree): [text: string, tensors: tf.Tensor[]] {
    const tensors: tf.Tensor[] = [];
    if (this.#pattern !== undefined && fits(tree, this.#pattern, tensors)) {
      return [this.#text, tensors];
    }
    this.#pattern = patternOf(tree);
    this.#text = signatureOf(tree);
    return [this.#text, tensorsOf(tree)];
  }
}

/** Signatures of states: a donated state is the same tree of the same tensors from step to step. */
export class StateSignature {
  #tensors: readonly tf.Tensor[] = [];
  #text = "";

  of(tree: TensorTree, tensors: readonly tf.Tensor[]): string {
    const known = this.#tensors;
    if (known.length !== tensors.length || tensors.some((t, i) => t !== known[i])) {
      this.#tensors = tensors;
      this.#text = signatureOf(tree);
    }
    return this.#text;
  }
}

/**
 * Values and gradients of functions of parameter trees.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { disposeTree, leaves, mapTree, type TensorTree } from "../engine/mod.ts";

/** What a differentiated function returns: the scalar, and anything else worth keeping. */
export type Objective<A extends TensorTree = TensorTree> = {
  readonly loss: tf.Scalar;
  readonly aux?: A;
};

/** A loss, what came with it, and d loss / d params in the shape of params. */
export type ValueAndGrad<P extends TensorTree, A extends TensorTree = TensorTree> = {
  readonly loss: tf.Scalar;
  readonly aux: A;
  readonly grads: P;
};

/** The part of tfjs's state that its own gradient function clears, but not after an error. */
interface TapeState {
  readonly gradientDepth: number;
  activeTape: { readonly saved?: tf.Tensor[] }[] | null;
}

/** Frees what a tape saved for a backward pass that won't come. */
function dropTape(): void {
  const { state } = tf.engine() as unknown as { state: TapeState };
  if (state.gradientDepth > 0 || !state.activeTape) return;
  for (const { saved } of state.activeTape) tf.dispose(saved ?? []);
  state.activeTape = null;
}

/**
 * Evaluates `f` and its gradient. Calls may be nested: a gradient inside `f` is differentiated too.
 * Gradients reach `params` only through the argument that `f` is given, not through what it
 * encloses. Parameters that the loss doesn't touch get zeros. Leaves nothing behind but its result.
 * @throws Error if the loss is not a scalar
 */
export function valueAndGrad<P extends TensorTree, A extends TensorTree = Record<string, never>>(
  f: (params: P) => Objective<A>,
  params: P,
): ValueAndGrad<P, A> {
  return tf.tidy(() => {
    // Fresh handles, so that the tape of an enclosing gradient isn't followed past the argument.
    const own = mapTree(params, (t) => tf.clone(t)) as P;
    const paths = leaves(own);
    let aux: A | undefined;
    const forward = () => {
      const out = f(own);
      if (out.loss.rank !== 0) {
        throw new Error(`a loss must be a scalar, found [${out.loss.shape}]; take its mean`);
      }
      // The tape's scope ends before we return: kept here, released below.
      if (out.aux !== undefined) aux = mapTree(out.aux, (t) => tf.keep(tf.clone(t))) as A;
      return out.loss;
    };
    let result: ReturnType<ReturnType<typeof tf.engine>["gradients"]>;
    try {
      result = tf.engine().gradients(forward, paths.map(([, leaf]) => leaf), undefined, true);
    } catch (error) {
      if (aux !== undefined) disposeTree(aux);
      dropTape();
      throw error;
    }
    const { value, grads } = result;
    const byPath = new Map(
      paths.map(([path, leaf], i) => [path, grads[i] ?? tf.zerosLike(leaf)] as const),
    );
    const released = mapTree((aux ?? {}) as A, (kept) => {
      const t = tf.clone(kept);
      kept.dispose();
      return t;
    });
    return {
      loss: value,
      aux: released,
      grads: mapTree(own, (_, path) => byPath.get(path)!),
    } as unknown as tf.TensorContainer;
  }) as unknown as ValueAndGrad<P, A>;
}

/**
 * Derivatives along a direction. tfjs has no forward mode; a backward pass through a backward pass
 * gives the same numbers.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { leaves, type TensorTree } from "../engine/mod.ts";
import { valueAndGrad } from "./gradient.ts";

/** Where and along what to differentiate. */
export interface Direction<P extends TensorTree> {
  readonly inputs: P;
  /** v, in the shape of the inputs. */
  readonly tangents: P;
  /** Shape of what the function gives. */
  readonly shape: readonly number[];
}

/**
 * f(x) and J·v, J the Jacobian of `f` at the inputs: g(w) = ⟨Jᵀw, v⟩ is linear in w, and its gradient
 * is J·v. Costs a forward pass, a backward pass to the inputs and a backward pass through that.
 * Both results are constants to an enclosing gradient.
 */
export function jvp<P extends TensorTree>(
  f: (inputs: P) => tf.Tensor,
  { inputs, tangents, shape }: Direction<P>,
): { readonly value: tf.Tensor; readonly tangent: tf.Tensor } {
  const along = new Map(leaves(tangents));
  return tf.tidy(() => {
    const { aux, grads } = valueAndGrad(({ w }: { w: tf.Tensor }) => {
      const inner = valueAndGrad((own: P) => {
        const value = f(own);
        return { loss: tf.sum(tf.mul(value, w)) as tf.Scalar, aux: { value } };
      }, inputs);
      const products = leaves(inner.grads).map(([path, grad]) =>
        tf.sum(tf.mul(grad, along.get(path)!))
      );
      return { loss: tf.addN(products) as tf.Scalar, aux: inner.aux };
    }, { w: tf.zeros([...shape]) });
    return { value: aux.value, tangent: grads.w } as unknown as tf.TensorContainer;
  }) as unknown as { value: tf.Tensor; tangent: tf.Tensor };
}

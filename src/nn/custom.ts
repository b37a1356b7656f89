/**
 * Operations with their own gradients.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** A custom operation's two halves. */
export interface CustomOp {
  readonly forward: (...inputs: tf.Tensor[]) => tf.Tensor;
  /**
   * Gradients by input, from dy and the inputs, made of differentiable operations on them: then
   * second derivatives hold. Values that `forward` computed on the way must be computed again here,
   * as no tape sees inside it.
   */
  readonly backward: (dy: tf.Tensor, inputs: tf.Tensor[]) => tf.Tensor[];
  /** Whether `backward` needs the inputs. Default true. */
  readonly needsInputs?: boolean;
}

/** Makes one function of the two halves. */
export function customOp(op: CustomOp): (...inputs: tf.Tensor[]) => tf.Tensor {
  const { forward, backward, needsInputs = true } = op;
  return tf.customGrad((...all) => {
    const inputs = all.slice(0, -1) as tf.Tensor[];
    if (needsInputs) (all[all.length - 1] as tf.GradSaveFunc)(inputs);
    return {
      value: forward(...inputs),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const gradients = backward(dy, saved);
        // tfjs wants a bare tensor for one input.
        return gradients.length === 1 ? gradients[0] : gradients;
      },
    };
  });
}

/** The same values as a constant: no gradient flows through it. */
export function detached<T extends tf.Tensor>(x: T): T {
  // An operation without inputs: no tape leads through it.
  return tf.customGrad(() => ({ value: tf.clone(x), gradFunc: () => [] }))() as T;
}

/**
 * Calling operations that are computed on the host, or by an engine's own kernel of that name.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { HOST_KERNEL, type HostBackend, type HostCall, type HostKernel } from "../engine/mod.ts";
import { engineKernel } from "./engine_kernels.ts";

/**
 * Runs an operation: by the engine's kernel of its name, else on the host. No gradient flows through it;
 * `customOp` gives it one.
 * @throws Error where the engine in use can't: in a compiled program of `tensorflow`, and on `webgpu`
 */
export function hostKernel<A>(
  kernel: HostKernel<A>,
  inputs: tf.NamedTensorMap,
  attributes: A,
): tf.Tensor[] {
  const own = engineKernel(kernel.name, inputs, attributes as unknown as tf.NamedAttrMap);
  if (own !== undefined) return own;
  const call: HostCall<A> = { kernel, attributes };
  return tf.engine().runKernel(
    HOST_KERNEL,
    inputs,
    call as unknown as tf.NamedAttrMap,
  ) as unknown as tf.Tensor[];
}

/**
 * Runs an operation that can be composed of others too: by the engine's kernel of its name; on the host,
 * where the engine says that it computes there now; else undefined.
 */
export function ownKernel<A>(
  kernel: HostKernel<A>,
  inputs: tf.NamedTensorMap,
  attributes: A,
): tf.Tensor[] | undefined {
  const own = engineKernel(kernel.name, inputs, attributes as unknown as tf.NamedAttrMap);
  if (own !== undefined) return own;
  const { computesOnHost = false } = tf.backend() as unknown as HostBackend;
  return computesOnHost ? hostKernel(kernel, inputs, attributes) : undefined;
}

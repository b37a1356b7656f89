/**
 * Kernels that an engine may have for what otherwise is composed of several operations. An engine
 * registers one under its name; without it the composition is used.
 *
 * | kernel    | inputs                                                      | attributes     | output                        |
 * | --------- | ----------------------------------------------------------- | -------------- | ----------------------------- |
 * | AdamStep  | param, first, second, gradient [s]; rate, epsilon float32 [] | beta1, beta2  | param, first, second [s]      |
 * | SumRows   | x float32 [R, C]                                            | –              | float32 [C]                   |
 * | LeakyGate | dy, x float32 [s]                                           | slope          | dy·(x > 0 ? 1 : slope) [s]    |
 * | HashGrid  | table float32 [R, F], x float32 [N, 3]                      | resolutions, rowBits, rows | float32 [N, L·F] |
 * | HashGridGradient | dy float32 [N, L·F], x float32 [N, 3]                | resolutions, rowBits, rows | float32 [R, F] |
 * | CrossEntropyRows | logits float32 [N, V], classes int32 [N] in [0, V)    | –              | −ln p [N], softmax − one-hot [N, V] |
 * | UnpackRows | words int32 [R, C]; scales float32 [R, G]                       | rows, width, columns, blocks, values? | float32 [R, width] |
 *
 * AdamStep: m ← m + (g − m)(1 − β₁), v ← v + (g² − v)(1 − β₂), p ← p − m·rate/(√v + ε). It may
 * change its first three inputs in place where they are a donated state.
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Runs an engine's own kernel; undefined where the engine in use has none of this name. */
export function engineKernel(
  name: string,
  inputs: tf.NamedTensorMap,
  attributes: tf.NamedAttrMap = {},
): tf.Tensor[] | undefined {
  if (tf.getKernel(name, tf.getBackend()) === undefined) return undefined;
  const out = tf.engine().runKernel(name, inputs, attributes) as tf.Tensor | tf.Tensor[];
  return Array.isArray(out) ? out : [out];
}

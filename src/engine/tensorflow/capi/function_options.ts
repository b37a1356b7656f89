/**
 * How TensorFlow treats the functions that programs become.
 *
 * Its graph rewriting (Grappler) runs on a function only where the call carries a `config_proto`
 * attribute, be it empty: without one, the function's graph is executed as it was captured. In
 * float32 it is left alone: rewriting was worth 0 to 4 % of a training step (convolutional VAE 2 %,
 * U-Net 4 %, transformer 1 %, interleaved on two cores) and changes the order of sums, so that a
 * compiled program would no longer have the eager one's bits. bfloat16 is a rewriting.
 * @module
 */
import { encodeMessage } from "./protobuf.ts";
import { ATTRIBUTE, type Attribute } from "./types.ts";

/** RewriterConfig.auto_mixed_precision_onednn_bfloat16: oneDNN's products and convolutions in it. */
const MIXED_BFLOAT16 = 31;
/** RewriterConfig.Toggle. */
const ON = 1;

/** Attributes of a call. ConfigProto { graph_options = 10 { rewrite_options = 10 } }. */
export function functionAttributes(precision: "float32" | "bfloat16"): readonly Attribute[] {
  if (precision === "float32") return [];
  const value = encodeMessage({ 10: { 10: { [MIXED_BFLOAT16]: ON } } });
  return [{ name: "config_proto", type: ATTRIBUTE.BYTES, value }];
}

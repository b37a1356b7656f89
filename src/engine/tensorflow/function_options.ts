/**
 * How TensorFlow treats the functions that programs become.
 *
 * Its graph rewriting (Grappler) runs on a function only where the call carries a `config_proto`
 * attribute, be it empty: without one, the function's graph is executed as it was captured. Of the
 * rewritings, those that only drop and merge nodes are on. Two are off: `arithmetic` sums in another
 * order, so that a compiled program would no longer have the eager one's bits; `common subgraphs`
 * would merge what the layers compute twice on purpose, to hold less memory.
 * @module
 */
import { encodeMessage } from "./protobuf.ts";
import { ATTRIBUTE, type Attribute } from "./types.ts";

/** RewriterConfig.Toggle, rewriter_config.proto. */
const [ON, OFF] = [1, 2];

/** Fields of RewriterConfig. */
const ARITHMETIC = 7;
const COMMON_SUBGRAPHS = 24;
/** oneDNN's products and convolutions in bfloat16, between casts; all else stays float32. */
const MIXED_BFLOAT16 = 31;

/** Attributes of a call. ConfigProto { graph_options = 10 { rewrite_options = 10 } }. */
export function functionAttributes(precision: "float32" | "bfloat16"): readonly Attribute[] {
  const rewriting: Record<number, number> = { [ARITHMETIC]: OFF, [COMMON_SUBGRAPHS]: OFF };
  if (precision === "bfloat16") rewriting[MIXED_BFLOAT16] = ON;
  const value = encodeMessage({ 10: { 10: rewriting } });
  return [{ name: "config_proto", type: ATTRIBUTE.BYTES, value }];
}

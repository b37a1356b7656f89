/**
 * How TensorFlow treats the functions that programs become.
 *
 * Its graph rewriting (Grappler) runs on a function only when the call carries a `config_proto`
 * attribute, be it empty: without one, the function's graph is executed as it was captured.
 * @module
 */
import { ATTRIBUTE, type Attribute } from "./types.ts";

/** RewriterConfig.Toggle. */
const [ON, OFF] = [1, 2];

/** Fields of RewriterConfig (rewriter_config.proto). */
const FIELD = {
  disableMetaOptimizer: 19,
  autoMixedPrecisionOnednnBfloat16: 25,
} as const;
void [ON, OFF, FIELD, ATTRIBUTE];

/** Attributes of a call. */
export function functionAttributes(precision: "float32" | "bfloat16"): readonly Attribute[] {
  void precision;
  return [];
}

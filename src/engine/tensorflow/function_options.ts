/**
 * How TensorFlow treats the functions that programs become.
 *
 * Its graph rewriting (Grappler) runs on a function only where the call carries a `config_proto`
 * attribute, be it empty: without one, the function's graph is executed as it was captured.
 * @module
 */
import { encodeMessage } from "./protobuf.ts";
import { ATTRIBUTE, type Attribute } from "./types.ts";

/** RewriterConfig.Toggle, rewriter_config.proto. */
const [ON, OFF] = [1, 2];

/** Attributes of a call. */
export function functionAttributes(precision: "float32" | "bfloat16"): readonly Attribute[] {
  const g = Deno.env.get("GRAP") ?? "";
  if (!g) return [];
  const off = JSON.parse(Deno.env.get("OFF") ?? "[]") as number[];
  const rewrite: Record<number, number> = Object.fromEntries(off.map((f) => [f, OFF]));
  if (g === "bf16" || precision === "bfloat16") rewrite[31] = ON;
  return [{
    name: "config_proto",
    type: ATTRIBUTE.BYTES,
    value: encodeMessage({ 2: 2, 5: 2, 10: { 10: rewrite } }),
  }];
}

/**
 * How TensorFlow treats the functions that programs become.
 * @module
 */
import type { Attribute } from "./types.ts";

/** Attributes of a call. */
export const FUNCTION_ATTRIBUTES: readonly Attribute[] = Deno.env.get("GRAP")
  ? [{ name: "config_proto", type: 0, value: "" }]
  : [];

/**
 * What a tensor's number stands for, eager or traced, and where that is looked up.
 * @module
 */
import type { EagerContext } from "../capi/eager.ts";
import type { Output } from "../capi/graph.ts";
import type { Pointer } from "../capi/library.ts";
import type { Variable } from "../capi/variable.ts";

/** A tensor on the device. */
interface Held {
  readonly kind: "held";
  readonly handle: Pointer;
}

/** The value that a variable has now. */
interface Stateful {
  readonly kind: "variable";
  readonly variable: Variable;
}

/** An edge of a traced graph. */
export interface Symbolic {
  readonly kind: "symbolic";
  /** The trace that it is of. */
  readonly trace: object;
  readonly output: Output;
}

/** What a number stands for. */
export type Entry = Held | Stateful | Symbolic;

/** Tensors by number, as a trace reads those from outside it. */
export interface Entries {
  readonly context: EagerContext;
  /** What a number stands for. @throws Error where it stands for nothing */
  entry(id: number): Entry;
  /** The handle of a tensor on the device. @throws Error for an edge of a graph */
  pointer(id: number): Pointer;
}

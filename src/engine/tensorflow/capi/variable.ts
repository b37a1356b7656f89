/**
 * Resource variables: where a donated state lives between the steps of a compiled program, so that
 * a step changes it in place and nothing is copied.
 * @module
 */
import type { EagerContext } from "./eager.ts";
import type { Pointer } from "./library.ts";
import { attribute, type Dtype } from "./types.ts";

/** TensorFlow's shared name for variables that are not shared: each gets a name of its own. */
const ANONYMOUS = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

/** See the module. */
export class Variable {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The handle that functions take. */
  readonly resource: Pointer;
  readonly #context: EagerContext;
  #value: Pointer = null;

  /** A variable that holds a tensor's value; the bytes are shared until one of them changes. */
  constructor(
    context: EagerContext,
    { dtype, shape }: { dtype: Dtype; shape: readonly number[] },
    value: Pointer,
  ) {
    this.#context = context;
    this.dtype = dtype;
    this.shape = shape;
    [this.resource] = context.execute("VarHandleOp", {
      attributes: [
        attribute.type("dtype", dtype),
        attribute.shape("shape", shape),
        attribute.string("shared_name", ANONYMOUS),
        attribute.string("container", ""),
      ],
      inputs: [],
    }, { outputs: 1, device: context.device.name });
    context.execute("AssignVariableOp", {
      attributes: [attribute.type("dtype", dtype)],
      inputs: [this.resource, value],
    }, { outputs: 0 });
  }

  /** A handle of the value that the variable has now; the variable releases it. */
  value(): Pointer {
    if (this.#value === null) {
      [this.#value] = this.#context.execute("ReadVariableOp", {
        attributes: [attribute.type("dtype", this.dtype)],
        inputs: [this.resource],
      }, { outputs: 1 });
    }
    return this.#value;
  }

  /** Must be said whenever a function may have changed the variable. */
  changed(): void {
    if (this.#value === null) return;
    this.#context.release(this.#value);
    this.#value = null;
  }

  /** Gives the handle back; the variable goes with its last handle. */
  free(): void {
    this.changed();
    this.#context.release(this.resource);
  }
}

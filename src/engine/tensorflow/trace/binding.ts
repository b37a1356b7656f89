/**
 * What tfjs-node's kernels call in place of its native addon: tensors by number, ops by name. A
 * number stands for a tensor on the device, for the value of a variable that holds a state, or,
 * while a program is traced, for an edge of its graph.
 * @module
 */
import type { EagerContext } from "../capi/eager.ts";
import type { Pointer } from "../capi/library.ts";
import type { TensorValues } from "../capi/tensors.ts";
import type { Entries, Entry, Symbolic } from "./entry.ts";
import type { Trace } from "./trace.ts";
import { ATTRIBUTE, type Attribute, DTYPE, type Dtype } from "../capi/types.ts";

/** What tfjs makes an output tensor of. */
export interface Metadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: Dtype;
}

/** See the module. */
export class Binding implements Entries {
  // The constants under which tfjs-node's kernels look for types.
  readonly TF_FLOAT = DTYPE.FLOAT;
  readonly TF_INT32 = DTYPE.INT32;
  readonly TF_INT64 = DTYPE.INT64;
  readonly TF_BOOL = DTYPE.BOOL;
  readonly TF_COMPLEX64 = DTYPE.COMPLEX64;
  readonly TF_STRING = DTYPE.STRING;
  readonly TF_RESOURCE = DTYPE.RESOURCE;
  readonly TF_UINT8 = DTYPE.UINT8;
  readonly TF_ATTR_STRING = ATTRIBUTE.STRING;
  readonly TF_ATTR_INT = ATTRIBUTE.INT;
  readonly TF_ATTR_FLOAT = ATTRIBUTE.FLOAT;
  readonly TF_ATTR_BOOL = ATTRIBUTE.BOOL;
  readonly TF_ATTR_TYPE = ATTRIBUTE.TYPE;
  readonly TF_ATTR_SHAPE = ATTRIBUTE.SHAPE;
  readonly TF_Version: string;

  readonly context: EagerContext;
  readonly #entries = new Map<number, Entry>();
  #next = 0;
  #trace: Trace | undefined;

  constructor(context: EagerContext) {
    this.context = context;
    this.TF_Version = context.library.version;
  }

  /** Whether tensors live on a GPU. */
  isUsingGpuDevice(): boolean {
    return this.context.device.type === "GPU";
  }

  /** Tensors that have not been deleted. */
  getNumOfTensors(): number {
    return this.#entries.size;
  }

  /** Saved models are not run here. */
  getNumOfSavedModels(): number {
    return 0;
  }

  /** Numbers an entry. */
  add(entry: Entry): number {
    const id = this.#next++;
    this.#entries.set(id, entry);
    return id;
  }

  /** What a number stands for. */
  entry(id: number): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`tensor ${id} was deleted, or is of another worker`);
    return entry;
  }

  /** Runs `body` with every op going into a trace. */
  tracing<T>(trace: Trace, body: () => T): T {
    if (this.#trace !== undefined) {
      throw new Error(
        "a program is being compiled inside another; call the function it is made of",
      );
    }
    this.#trace = trace;
    try {
      return body();
    } finally {
      this.#trace = undefined;
    }
  }

  /** The trace in progress. */
  get trace(): Trace | undefined {
    return this.#trace;
  }

  /** A tensor of these values: on the device, or a constant of the traced graph. */
  createTensor(shape: number[], dtype: Dtype, values: TensorValues): number {
    if (this.#trace !== undefined) return this.add(this.#trace.constant({ dtype, shape }, values));
    return this.upload(shape, dtype, values);
  }

  /** A tensor of these values on the device, also while a program is traced. */
  upload(shape: readonly number[], dtype: Dtype, values: TensorValues): number {
    return this.add({ kind: "held", handle: this.context.upload({ dtype, shape }, values) });
  }

  /** Forgets a tensor and frees what only it held. */
  deleteTensor(id: number): void {
    const entry = this.entry(id);
    this.#entries.delete(id);
    if (entry.kind === "held") this.context.release(entry.handle);
    else if (entry.kind === "variable") entry.variable.free();
  }

  /** A tensor's values, copied to the host. */
  tensorDataSync(id: number) {
    const entry = this.entry(id);
    if (entry.kind === "symbolic") {
      throw new Error(
        "a tensor's values are asked for while the program is traced; they aren't known before it " +
          "runs. Compute with tensors, or return the tensor and read it outside the program",
      );
    }
    return this.context.download(this.pointer(id));
  }

  /** The handle of a tensor on the device. */
  pointer(id: number): Pointer {
    const entry = this.entry(id);
    if (entry.kind === "held") return entry.handle;
    if (entry.kind === "variable") return entry.variable.value();
    throw new Error("a tensor of a traced program is used outside it");
  }

  /** Runs an op, or adds it to the traced graph. */
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): Metadata[] {
    if (this.#trace !== undefined) {
      return this.#trace.op(name, { attributes, inputs }).map((edge) => this.#symbol(edge));
    }
    const pointers = inputs.map((id) => this.pointer(id));
    const call = { attributes, inputs: pointers };
    return this.context.execute(name, call, { outputs }).map((handle) => this.hold(handle));
  }

  #symbol(entry: Symbolic): Metadata {
    const { dtype, shape } = entry.output;
    return { id: this.add(entry), shape: [...shape], dtype };
  }

  /** Adds an op that updates variables in place to the traced graph; see `Trace.update`. */
  updateVariables(...update: Parameters<Trace["update"]>): Metadata[] {
    return this.#trace!.update(...update).map((edge) => this.#symbol(edge));
  }

  /** Numbers a handle. */
  hold(handle: Pointer): Metadata {
    return {
      id: this.add({ kind: "held", handle }),
      shape: this.context.shapeOf(handle),
      dtype: this.context.dtypeOf(handle),
    };
  }
}

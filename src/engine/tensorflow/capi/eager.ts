/**
 * The eager context: devices, tensor handles, and ops executed one by one.
 * @module
 */
import { EngineError } from "../../../base/mod.ts";
import { eagerSetters, setAttribute } from "./attributes.ts";
import { cString, type Library, type Pointer, textAt } from "./library.ts";
import { encodeMessage } from "./protobuf.ts";
import { newTensor, type TensorValues, tensorValues } from "./tensors.ts";
import { type Attribute, DTYPE, type Dtype, tensorName } from "./types.ts";

/** A device of the context. */
export interface Device {
  /** E.g. "/job:localhost/replica:0/task:0/device:CPU:0". */
  readonly name: string;
  /** "CPU", "GPU", … */
  readonly type: string;
}

/** How a context is made. */
export interface ContextOptions {
  /** Threads within an op and between ops. Pinned: another number gives other bits. */
  readonly threads: number;
}

/**
 * ConfigProto: intra_op_parallelism_threads = 2, inter_op_parallelism_threads = 5,
 * gpu_options (6) { allow_growth = 4 }, which takes GPU memory as it is needed instead of all.
 */
function contextConfig({ threads }: ContextOptions): Uint8Array<ArrayBuffer> {
  return encodeMessage({ 2: threads, 5: threads, 6: { 4: 1 } });
}

/** What an op did: its output handles. */
export type Handles = Pointer[];

/** Options of `execute`. */
export interface ExecuteOptions {
  readonly outputs: number;
  /** Where to run; default: where the context decides. */
  readonly device?: string;
}

/** See the module. */
export class EagerContext {
  readonly library: Library;
  readonly devices: readonly Device[];
  readonly #context: Pointer;
  readonly #setters: ReturnType<typeof eagerSetters>;
  readonly #count = new Int32Array(1);
  #outputs = new BigUint64Array(64);
  /** Where tensors are put: the first GPU, else the CPU. */
  readonly device: Device;

  constructor(library: Library, options: ContextOptions) {
    const { c, status } = library;
    const settings = c.TFE_NewContextOptions();
    const config = contextConfig(options);
    c.TFE_ContextOptionsSetConfig(settings, config, BigInt(config.length), status);
    library.check("setting up the context");
    this.#context = c.TFE_NewContext(settings, status);
    c.TFE_DeleteContextOptions(settings);
    library.check("opening the context");
    this.library = library;
    this.#setters = eagerSetters(library);
    this.devices = this.#listDevices();
    const device = this.devices.find(({ type }) => type === "GPU") ??
      this.devices.find(({ type }) => type === "CPU");
    if (device === undefined) {
      throw new EngineError("engine tensorflow: the library sees no device, not even a CPU");
    }
    this.device = device;
  }

  /** The TFE_Context. */
  get pointer(): Pointer {
    return this.#context;
  }

  #listDevices(): Device[] {
    const { c, status } = this.library;
    const list = c.TFE_ContextListDevices(this.#context, status);
    this.library.check("listing devices");
    const devices = Array.from({ length: c.TF_DeviceListCount(list) }, (_, i) => ({
      name: textAt(c.TF_DeviceListName(list, i, status)),
      type: textAt(c.TF_DeviceListType(list, i, status)),
    }));
    c.TF_DeleteDeviceList(list);
    return devices;
  }

  /** Values on the device; the caller releases the handle. */
  upload(type: { dtype: Dtype; shape: readonly number[] }, values: TensorValues): Pointer {
    const { c, status } = this.library;
    const what = () => `uploading ${tensorName(type.dtype, type.shape)}`;
    const tensor = newTensor(this.library, type, values);
    const handle = c.TFE_NewTensorHandle(tensor, status);
    c.TF_DeleteTensor(tensor);
    this.library.check(what);
    // Whole numbers and texts stay in the host's memory, where TensorFlow's GPU kernels want them.
    if (this.device.type !== "GPU" || type.dtype === DTYPE.INT32 || type.dtype === DTYPE.STRING) {
      return handle;
    }
    const moved = c.TFE_TensorHandleCopyToDevice(
      handle,
      this.#context,
      cString(this.device.name),
      status,
    );
    c.TFE_DeleteTensorHandle(handle);
    this.library.check(what);
    return moved;
  }

  /** Values of a handle, copied to the host. Waits for them. */
  download(handle: Pointer) {
    const { c, status } = this.library;
    const dtype = c.TFE_TensorHandleDataType(handle);
    const size = this.shapeOf(handle).reduce((n, d) => n * d, 1);
    const tensor = c.TFE_TensorHandleResolve(handle, status);
    this.library.check("reading a tensor");
    try {
      return tensorValues(this.library, tensor, { dtype, size });
    } finally {
      c.TF_DeleteTensor(tensor);
    }
  }

  /** Shape of a handle's tensor. */
  shapeOf(handle: Pointer): number[] {
    const { c, status } = this.library;
    const rank = c.TFE_TensorHandleNumDims(handle, status);
    this.library.check("asking a tensor's rank");
    return Array.from({ length: rank }, (_, i) => Number(c.TFE_TensorHandleDim(handle, i, status)));
  }

  /** Type of a handle's tensor. */
  dtypeOf(handle: Pointer): Dtype {
    return this.library.c.TFE_TensorHandleDataType(handle);
  }

  /** Gives a handle back. */
  release(handle: Pointer): void {
    this.library.c.TFE_DeleteTensorHandle(handle);
  }

  /** An op with its inputs, as a message names it. */
  #describe(name: string, inputs: readonly Pointer[]): string {
    const types = inputs.slice(0, 12).map((h) => tensorName(this.dtypeOf(h), this.shapeOf(h)));
    return `${name}(${types.join(", ")}${inputs.length > 12 ? ", …" : ""})`;
  }

  /**
   * Executes an op, or a function by its name.
   * @throws TensorflowError naming the op and its inputs' shapes
   */
  execute(
    name: string,
    call: { attributes: readonly Attribute[]; inputs: readonly Pointer[] },
    { outputs, device }: ExecuteOptions,
  ): Handles {
    const { c, status } = this.library;
    const { attributes, inputs } = call;
    const op = c.TFE_NewOp(this.#context, cString(name), status);
    if (op === null) this.library.check(name);
    try {
      if (device !== undefined) c.TFE_OpSetDevice(op, cString(device), status);
      for (const input of inputs) c.TFE_OpAddInput(op, input, status);
      for (const attribute of attributes) setAttribute(op, attribute, this.#setters);
      if (outputs > this.#outputs.length) this.#outputs = new BigUint64Array(2 * outputs);
      this.#count[0] = outputs;
      c.TFE_Execute(op, this.#outputs, this.#count, status);
      this.library.check(() => this.#describe(name, inputs));
    } finally {
      c.TFE_DeleteOp(op);
    }
    const handles: Handles = new Array(this.#count[0]);
    for (let i = 0; i < handles.length; i++) {
      handles[i] = Deno.UnsafePointer.create(this.#outputs[i]);
    }
    return handles;
  }

  /** Makes a TF_Function callable by its name. */
  addFunction(fn: Pointer, name: string): void {
    const { c, status } = this.library;
    c.TFE_ContextAddFunction(this.#context, fn, status);
    this.library.check(`adding function ${name}`);
  }
}

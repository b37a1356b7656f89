/**
 * Writing down what a program makes the device do: its dispatches, with the buffers that they bind.
 * The package records commands again in every step, at some 100 µs each; what was written down once is
 * sent again for a twentieth of that.
 * @module
 */
import type { Program, TensorInfo, WebgpuBackend } from "../backend.ts";
import { submit } from "../backend.ts";
import type { Dispatch } from "./dispatch.ts";
import { isFault } from "../device/faults.ts";

/** How tensors' buffers are used. */
export const TENSOR_USAGE = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC |
  GPUBufferUsage.COPY_DST;

/** Numbers that came from the host. */
type HostNumbers = NonNullable<ReturnType<WebgpuBackend["tensorMap"]["get"]>["values"]>;

/** What a program did. */
export interface Recorded {
  readonly dispatches: readonly Dispatch[];
  /**
   * A line a dispatch: its shader, its size, its uniform block, and what its inputs are (an argument,
   * an earlier dispatch's output, a constant, or a tensor from outside). Two runs of the same lines and
   * constants did the same.
   */
  readonly lines: readonly string[];
  /** Numbers of the program's own that it moved to the device. */
  readonly constants: readonly HostNumbers[];
  /** Tensors from outside that it reads. */
  readonly outside: ReadonlySet<object>;
  /** Whether kernels note faults; see faults.ts. */
  readonly faults: boolean;
  /** Why it can't be run again from the record, if so. */
  readonly obstacle?: string;
  /** What is in a buffer: "a0" an argument, "c0" a constant, "12" the output of a dispatch. */
  readonly label: (buffer: GPUBuffer) => string | undefined;
}

/** Whether two runs of a program did the same. */
export function sameRecord(a: Recorded, b: Recorded): boolean {
  return a.lines.length === b.lines.length && a.lines.every((line, i) => line === b.lines[i]) &&
    a.constants.length === b.constants.length &&
    a.constants.every((values, i) =>
      values.length === b.constants[i].length &&
      values.every((v, j) => Object.is(v, b.constants[i][j]))
    );
}

/** How a program is written down. */
export interface RecordOptions {
  /** Buffers of the program's arguments, in their order. */
  readonly arguments: readonly GPUBuffer[];
  /** Whether it will be run again: the constants' buffers are then the recording's. */
  readonly keep: boolean;
}

class Notes implements Recorded {
  readonly dispatches: Dispatch[] = [];
  readonly lines: string[] = [];
  readonly constants: HostNumbers[] = [];
  readonly outside = new Set<object>();
  readonly keep: boolean;
  faults = false;
  obstacle?: string;
  #bindings: readonly GPUBufferBinding[] | undefined;
  readonly #labels = new Map<GPUBuffer, string>();

  constructor({ arguments: given, keep }: RecordOptions) {
    this.keep = keep;
    given.forEach((buffer, i) => this.#labels.set(buffer, `a${i}`));
  }

  readonly label = (buffer: GPUBuffer): string | undefined => this.#labels.get(buffer);

  /** A bind group was made. */
  bound(entries: Iterable<GPUBindGroupEntry>): void {
    this.#bindings = [...entries].map(({ resource }) => resource as GPUBufferBinding);
  }

  /** The bind group that was made since this was last asked. */
  takeBindings(): readonly GPUBufferBinding[] | undefined {
    const bindings = this.#bindings;
    this.#bindings = undefined;
    return bindings;
  }

  constant(buffer: GPUBuffer, values: HostNumbers): void {
    this.#labels.set(buffer, `c${this.constants.length}`);
    this.constants.push(values.slice());
  }

  from(tensor: TensorInfo, buffer: GPUBuffer): string {
    const known = this.#labels.get(buffer);
    if (known !== undefined) return known;
    this.outside.add(tensor.dataId);
    return `o${(tensor.dataId as { id: number }).id}`;
  }

  wrote(buffer: GPUBuffer, line: string): void {
    this.#labels.set(buffer, String(this.lines.length));
    this.lines.push(line);
  }
}

/** Numbers of objects, for lines. */
const numbers = new WeakMap<object, number>();
let numbered = 0;

function numberOf(thing: object): number {
  let number = numbers.get(thing);
  if (number === undefined) numbers.set(thing, number = numbered++);
  return number;
}

/** The package's programs are classes; ours are objects whose keys begin with a name. */
function nameOf(program: Program): string {
  const { name } = program.constructor;
  return name === "Object" ? program.shaderKey.split(/\W|_/)[0] : name.replace(/Program$/, "");
}

/** What a recording is made with. */
export interface Place {
  readonly backend: WebgpuBackend;
  readonly recorder: Recorder;
}

/** Stands between the package and its device: one a backend. */
export class Recorder {
  readonly #backend: WebgpuBackend;
  #notes: Notes | undefined;
  /** Buffers for what lives within a program only; all recordings share them. */
  readonly #scratch = new Map<number, GPUBuffer[]>();
  readonly #ofScratch = new WeakSet<GPUBuffer>();
  readonly #held = new WeakSet<GPUBuffer>();
  readonly #acquire: WebgpuBackend["bufferManager"]["acquireBuffer"];
  readonly #release: WebgpuBackend["bufferManager"]["releaseBuffer"];

  constructor(backend: WebgpuBackend) {
    this.#backend = backend;
    const { bufferManager } = backend;
    this.#acquire = bufferManager.acquireBuffer.bind(bufferManager);
    this.#release = bufferManager.releaseBuffer.bind(bufferManager);
    this.#watchBuffers();
    this.#watchPrograms();
  }

  /** Whether a program is being written down. */
  get active(): boolean {
    return this.#notes !== undefined;
  }

  /** Whether the buffer is a recording's own. */
  isHeld(buffer: GPUBuffer): boolean {
    return this.#held.has(buffer);
  }

  /** A buffer that no tensor gives back. */
  hold(size: number): GPUBuffer {
    const buffer = this.#acquire(size, TENSOR_USAGE);
    this.#held.add(buffer);
    return buffer;
  }

  /** Gives back a buffer that was held. */
  drop(buffer: GPUBuffer): void {
    if (this.#held.delete(buffer)) this.#release(buffer);
  }

  /** Runs `body`, which really happens, and writes down what it makes the device do. */
  record<T>(body: () => T, options: RecordOptions): { result: T; recorded: Recorded } {
    const notes = new Notes(options);
    this.#notes = notes;
    try {
      return { result: body(), recorded: notes };
    } finally {
      this.#notes = undefined;
      // What was disposed goes back to where it came from.
      submit(this.#backend);
    }
  }

  #watchBuffers(): void {
    const { bufferManager } = this.#backend;
    bufferManager.acquireBuffer = (size, usage, mapped = false, reuse = true) => {
      if (this.#notes === undefined || usage !== TENSOR_USAGE || mapped || !reuse) {
        return this.#acquire(size, usage, mapped, reuse);
      }
      const known = this.#scratch.get(size)?.pop();
      if (known !== undefined) return known;
      const buffer = this.#acquire(size, usage);
      this.#ofScratch.add(buffer);
      return buffer;
    };
    bufferManager.releaseBuffer = (buffer, reuse) => {
      if (this.#held.has(buffer)) return;
      if (!this.#ofScratch.has(buffer)) return this.#release(buffer, reuse);
      const free = this.#scratch.get(buffer.size);
      if (free === undefined) this.#scratch.set(buffer.size, [buffer]);
      else free.push(buffer);
    };
    const upload = this.#backend.uploadToGPU.bind(this.#backend);
    this.#backend.uploadToGPU = (dataId) => {
      const notes = this.#notes;
      if (notes === undefined) return upload(dataId);
      const data = this.#backend.tensorMap.get(dataId);
      const { values } = data;
      const there = data.resource != null;
      upload(dataId);
      if (there || !values) return;
      notes.constant(data.resource!, values);
      if (notes.keep) this.#held.add(data.resource!);
    };
  }

  #watchPrograms(): void {
    const backend = this.#backend;
    const { device } = backend;
    const group = device.createBindGroup.bind(device);
    device.createBindGroup = (descriptor) => {
      this.#notes?.bound(descriptor.entries);
      return group(descriptor);
    };
    const run = backend.runWebGPUProgram.bind(backend);
    backend.runWebGPUProgram = (program, inputs, dtype, uniforms, output) => {
      const notes = this.#notes;
      if (notes === undefined) return run(program, inputs, dtype, uniforms, output);
      notes.takeBindings();
      const out = run(program, inputs, dtype, uniforms, output);
      const bindings = notes.takeBindings();
      // An empty output is no dispatch.
      if (bindings === undefined) return out;
      const { pipeline, dispatch: [x, y, z], shaderKey } = program;
      const sources = inputs.map((input, i) => notes.from(input, bindings[i + 1].buffer));
      this.#checkInputs(notes, bindings.slice(1, -1));
      if (output !== undefined) this.#checkOutput(notes, { output, buffer: bindings[0].buffer });
      const block = numberOf(bindings[bindings.length - 1].buffer);
      notes.wrote(bindings[0].buffer, `${shaderKey} ${x},${y},${z} u${block} ${sources}`);
      const name = nameOf(program);
      notes.dispatches.push({ name, pipeline: pipeline!, bindings, groups: [x, y, z] });
      return out;
    };
  }

  /** What another recording may change at any time can't be read from here. */
  #checkInputs(notes: Notes, inputs: readonly GPUBufferBinding[]): void {
    for (const { buffer } of inputs) {
      if (notes.label(buffer) === undefined && this.#held.has(buffer)) {
        notes.obstacle ??= "it reads a state that is no argument of it";
      }
    }
  }

  /** A program that adds to what is there: right again only if what is there is made again too. */
  #checkOutput(
    notes: Notes,
    { output, buffer }: { output: TensorInfo; buffer: GPUBuffer },
  ): void {
    if (isFault(this.#backend, output)) {
      notes.faults = true;
      return;
    }
    const label = notes.label(buffer);
    if (label === undefined || !/^\d/.test(label)) {
      notes.obstacle ??= "it changes numbers in place that it didn't compute";
    }
  }
}

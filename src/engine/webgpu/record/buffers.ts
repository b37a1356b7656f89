/**
 * A recording's own buffers: one for each argument, and for a donated state a second set. The two
 * sets take turns: a step reads one and writes the other.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../../values.ts";
import { submit, type WebgpuBackend } from "../backend.ts";
import type { Call, Kind } from "./call.ts";
import { type Place, type Recorder, TENSOR_USAGE } from "./recorder.ts";

/** Bytes of a tensor: four a number. */
export function bytesOf(shape: readonly number[]): number {
  return 4 * sizeOf(shape);
}

/** Moves a buffer's numbers after all that was recorded so far; nothing where both are one. */
export function copyBuffer(backend: WebgpuBackend, from: GPUBuffer, to: GPUBuffer): void {
  if (from === to) return;
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder!.copyBufferToBuffer(from, 0, to, 0, from.size);
}

/** Writes numbers of the host, ahead of what is not yet sent. */
export function writeBuffer(
  { device }: WebgpuBackend,
  buffer: GPUBuffer,
  values: Float32Array | Int32Array,
): void {
  device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
}

/** An argument's buffer. */
interface Argument extends Kind {
  readonly buffer: GPUBuffer;
  /** Whose numbers are in it: tensors don't change. */
  last?: object;
}

/** See the module. */
export class Buffers {
  readonly #backend: WebgpuBackend;
  readonly #recorder: Recorder;
  /** Whether the state is given away with each call. */
  readonly donate: boolean;
  /** How many of the arguments are the state. */
  readonly states: number;
  readonly #arguments: readonly Argument[];
  /** By state leaf: the buffer that its next value is written to; its own where it stays. */
  readonly #next: GPUBuffer[] = [];
  /** A buffer's place in the other set. */
  readonly #other = new Map<GPUBuffer, GPUBuffer>();
  /** Data of the state that was handed out last. */
  #handed: readonly object[] = [];
  #phase: 0 | 1 = 0;

  constructor(
    { backend, recorder }: Place,
    { tensors, states }: Call,
    donate: boolean,
  ) {
    this.#backend = backend;
    this.#recorder = recorder;
    this.donate = donate;
    this.states = states;
    this.#arguments = tensors.map(({ shape, dtype }) => ({
      buffer: recorder.hold(bytesOf(shape)),
      dtype,
      shape,
    }));
  }

  /** What arguments are, and where the program reads them in this call. */
  get arguments(): readonly Pick<Argument, "shape" | "dtype" | "buffer">[] {
    return this.#arguments.map(({ shape, dtype, buffer }) => ({
      shape,
      dtype,
      buffer: this.place(buffer),
    }));
  }

  /** Which set of the state's buffers this call reads. */
  get phase(): 0 | 1 {
    return this.#phase;
  }

  /** A buffer of the first set as this call has it: of the two sets, the one or the other. */
  place(buffer: GPUBuffer): GPUBuffer {
    return this.#phase === 0 ? buffer : this.#other.get(buffer) ?? buffer;
  }

  /** Brings a call's arguments where the program reads them. */
  load({ tensors }: Call): void {
    const backend = this.#backend;
    const going = this.donate &&
      this.#handed.length === this.states && this.states > 0 &&
      this.#handed.every((dataId, i) => tensors[i].dataId === dataId);
    if (going) {
      // A clone that someone keeps is about to be written over.
      this.#rescue(
        this.#handed.filter((dataId, i) =>
          backend.tensorMap.get(dataId).refCount > 1 && !this.stays(i)
        ),
      );
    } else {
      this.#rescue(this.#handed);
      this.#phase = 0;
    }
    for (let i = going ? this.states : 0; i < tensors.length; i++) {
      const argument = this.#arguments[i];
      const { dataId } = tensors[i];
      if (argument.last === dataId) continue;
      this.#fill(argument, dataId);
      // The state's buffers are written by the steps.
      if (!this.donate || i >= this.states) argument.last = dataId;
    }
  }

  #fill({ buffer, dtype }: Argument, dataId: object): void {
    const { values, resource } = this.#backend.tensorMap.get(dataId);
    if (resource) copyBuffer(this.#backend, resource, buffer);
    else {
      const numbers = dtype === "float32" ? values as Float32Array : Int32Array.from(values!);
      writeBuffer(this.#backend, buffer, numbers);
    }
  }

  /** Tensors that were handed out get a buffer of their own. */
  #rescue(handed: readonly object[]): void {
    const { tensorMap, bufferManager } = this.#backend;
    for (const dataId of handed) {
      if (!tensorMap.has(dataId)) continue;
      const data = tensorMap.get(dataId);
      const { resource } = data;
      if (!resource || !this.#recorder.isHeld(resource)) continue;
      data.resource = bufferManager.acquireBuffer(resource.size, TENSOR_USAGE);
      copyBuffer(this.#backend, resource, data.resource);
    }
    // Numbers from the host overtake what is not yet sent.
    submit(this.#backend);
  }

  /** Whether these can be the state of the next call, in buffers of this recording. */
  takes(next: readonly tf.Tensor[]): boolean {
    return this.donate && next.length === this.states &&
      next.every(({ shape, dtype }, i) =>
        `${shape}` === `${this.#arguments[i].shape}` && dtype === this.#arguments[i].dtype
      );
  }

  /** A leaf of the state stays where it is. */
  keep(leaf: number): void {
    this.#next[leaf] = this.#arguments[leaf].buffer;
  }

  /** A second buffer for a leaf of the state, which takes turns with the first. */
  pair(leaf: number): GPUBuffer {
    const { buffer, shape } = this.#arguments[leaf];
    const next = this.#recorder.hold(bytesOf(shape));
    this.#next[leaf] = next;
    this.#other.set(buffer, next);
    this.#other.set(next, buffer);
    return next;
  }

  /** Whether an argument is a leaf of the state that stays where it is. */
  stays(argument: number): boolean {
    return this.#next[argument] === this.#arguments[argument].buffer;
  }

  /** Where this call writes the next value of a leaf of the state. */
  next(leaf: number): GPUBuffer {
    return this.place(this.#next[leaf]);
  }

  /** The call is over: the next state is with the caller, in the set that was written, if in any. */
  handOut(data: readonly object[]): void {
    this.#handed = data;
    this.#phase = data.length > 0 && this.#phase === 0 ? 1 : 0;
  }

  /** Gives all buffers back; tensors that were handed out keep their numbers. */
  dispose(): void {
    this.#rescue(this.#handed);
    const buffers = new Set([...this.#arguments.map(({ buffer }) => buffer), ...this.#next]);
    for (const buffer of buffers) this.#recorder.drop(buffer);
  }
}

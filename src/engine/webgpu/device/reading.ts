/**
 * Device to host. Deno looks every 10 ms whether a buffer can be read, so a read costs that much
 * however small it is; reads asked for before the next await share one submission and one wait.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { submit, type TensorInfo, type WebgpuBackend } from "../backend.ts";
import { clearFault, takeFault, throwFault } from "./faults.ts";
import type { Health } from "./health.ts";

/** Larger buffers are given back at once rather than kept for the next read of their size. */
const KEPT_BYTES = 64 * 1024;

/** Reads tensors of one backend. */
export class Reader {
  readonly #backend: WebgpuBackend;
  readonly #health: Health;
  #staged: GPUBuffer[] = [];
  #arrival: Promise<void> | undefined;

  constructor(backend: WebgpuBackend, health: Health) {
    this.#backend = backend;
    this.#health = health;
  }

  /** The numbers of a tensor, which may be disposed as soon as this is called. */
  async read(tensor: tf.Tensor): Promise<Float32Array | Int32Array> {
    this.#health.check();
    const whole = tensor.dtype !== "float32";
    const { values } = this.#backend.tensorMap.get(tensor.dataId);
    if (values) return whole ? Int32Array.from(values) : Float32Array.from(values);
    if (tensor.size === 0) return whole ? new Int32Array() : new Float32Array();
    const staging = this.#stage(tensor);
    await this.#arrived();
    const bytes = this.#take(staging);
    return whole ? new Int32Array(bytes) : new Float32Array(bytes);
  }

  /** Records a copy behind what was recorded so far. */
  #stage(tensor: TensorInfo): GPUBuffer {
    const backend = this.#backend;
    const source = backend.tensorMap.get(tensor.dataId).resource!;
    const staging = backend.bufferManager.acquireBuffer(
      source.size,
      GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    );
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.commandEncoder!.copyBufferToBuffer(source, 0, staging, 0, source.size);
    this.#staged.push(staging);
    return staging;
  }

  #take(staging: GPUBuffer): ArrayBuffer {
    const bytes = staging.getMappedRange().slice(0);
    staging.unmap();
    this.#backend.bufferManager.releaseBuffer(staging, staging.size <= KEPT_BYTES);
    return bytes;
  }

  /** One submission and one wait for all that is staged in this tick. */
  #arrived(): Promise<void> {
    this.#arrival ??= Promise.resolve().then(async () => {
      this.#arrival = undefined;
      const fault = takeFault(this.#backend);
      const code = fault && this.#stage(fault);
      const staged = this.#staged;
      this.#staged = [];
      submit(this.#backend);
      try {
        await Promise.all(staged.map((buffer) => buffer.mapAsync(GPUMapMode.READ)));
      } catch (cause) {
        // A lost device says so itself; what else stands in the way of a read is not known.
        await Promise.resolve();
        this.#health.check();
        throw cause;
      }
      this.#health.check();
      if (code === undefined) return;
      const [found] = new Int32Array(this.#take(code));
      if (found === 0) return;
      // Nothing takes what arrived with it.
      for (const buffer of staged) if (buffer !== code) this.#take(buffer);
      clearFault(this.#backend);
      throwFault(found);
    });
    return this.#arrival;
  }
}

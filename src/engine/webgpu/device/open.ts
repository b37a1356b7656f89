/**
 * Starts tfjs on its WebGPU backend: the adapter's own limits, every number computed on the device,
 * and no other backend to fall to.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { webgpu_util, WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { EngineError } from "../../../base/mod.ts";
import { dropOtherBackends, useBackend } from "../../tfjs/start.ts";
import { requestAdapter } from "./adapter.ts";
import { submit, type WebgpuBackend } from "../backend.ts";
import { Health } from "./health.ts";
import { webgpuObstacle } from "./obstacle.ts";
import { Recorder } from "../record/recorder.ts";
import { cacheUniforms } from "../record/uniforms.ts";

/** What was started. */
export interface Started {
  readonly backend: WebgpuBackend;
  readonly info: GPUAdapterInfo;
  readonly health: Health;
  /** The most bytes that buffers ever took. */
  readonly peakBytes: () => number;
  readonly recorder: Recorder;
}

/** Limits that bound the size of tensors and of programs: asked for as the adapter offers them. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

async function requestDevice(): Promise<{ device: GPUDevice; info: GPUAdapterInfo }> {
  const adapter = webgpu_util.isWebGPUSupported() ? await requestAdapter() : null;
  if (adapter === null) {
    throw new EngineError(`engine webgpu: ${await webgpuObstacle() ?? "no adapter"}`);
  }
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  try {
    return { device: await adapter.requestDevice({ requiredLimits }), info: adapter.info };
  } catch (cause) {
    throw new EngineError(
      `engine webgpu: ${adapter.info.description} gives no device: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** Programs recorded before they are sent: sending costs several times what recording does. */
const BATCH = 64;
/** Bytes of disposed tensors that may wait for that; small ones don't count. */
const WAITING_BYTES = 256 * 2 ** 20;
const SMALL_BYTES = 2 ** 20;

/** Bytes that sending what was recorded would free. */
function waitingBytes({ tensorDataPendingDisposal, tensorMap }: WebgpuBackend): number {
  return tensorDataPendingDisposal.reduce(
    (bytes, id) => bytes + (tensorMap.get(id).resource?.size ?? 0),
    0,
  );
}

/**
 * A tensor that no program could bind is refused where it is made, with its size; WebGPU itself
 * would say so later, and leave zeros. What was disposed is freed before much more is asked for.
 * @returns the most bytes that buffers ever took
 */
function watchBuffers(backend: WebgpuBackend): () => number {
  const { bufferManager, device } = backend;
  const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  const acquire = bufferManager.acquireBuffer.bind(bufferManager);
  let peak = 0;
  bufferManager.acquireBuffer = (size, ...rest) => {
    if (size > most) {
      throw new Error(
        `engine webgpu: a tensor of ${size} bytes is beyond this adapter's ${most} for one; use ` +
          `smaller batches or models`,
      );
    }
    if (size >= SMALL_BYTES && waitingBytes(backend) >= WAITING_BYTES) submit(backend);
    const buffer = acquire(size, ...rest);
    peak = Math.max(peak, bufferManager.numBytesAllocated);
    return buffer;
  };
  return () => peak;
}

/**
 * Starts the backend.
 * @throws EngineError saying why it can't start; never another backend
 */
export async function startWebgpu(): Promise<Started> {
  dropOtherBackends();
  const { device, info } = await requestDevice();
  const health = new Health(device);
  // Small tensors would be computed on the host by the package's default, by other functions than
  // the device's, depending on where they happen to be.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  tf.env().set("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE", BATCH);
  // The package's own start asks for fewer limits.
  const started = new WebGPUBackend(device, info);
  const backend = started as unknown as WebgpuBackend;
  const peakBytes = watchBuffers(backend);
  const recorder = new Recorder(backend);
  cacheUniforms(backend, () => recorder.active);
  try {
    tf.registerBackend("webgpu", () => started);
    await useBackend("webgpu", info.description);
    health.check();
  } catch (error) {
    health.close();
    tf.removeBackend("webgpu");
    device.destroy();
    throw error;
  }
  return { backend, info, health, peakBytes, recorder };
}

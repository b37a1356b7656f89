/** The WebGPU engine in a worker of its own: a second device, or one that must not start or go on. */
import * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../../src/engine/engine.ts";
import type { WebgpuBackend } from "../../../src/engine/webgpu/backend.ts";
import { openWebgpu } from "../../../src/engine/webgpu/engine.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { fold, keyTensor, normal } from "../../../src/random/key.ts";
import { trainedBits } from "../vae_training.ts";

/** What the worker reports. */
export interface Report {
  readonly name: string;
  readonly message: string;
  /** What a computation gives afterwards: an error, if nothing else took the engine's place. */
  readonly afterwards: string;
  /** What the attempt gave, if it didn't fail. */
  readonly found?: unknown;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<string>) => void;
  postMessage(message: Report): void;
};

function device(): GPUDevice {
  return (tf.backend() as unknown as WebgpuBackend).device;
}

async function draw(engine: Engine): Promise<number[]> {
  const key = keyTensor(hostKey(5));
  const x = normal<tf.Rank.R2>(fold(key, "draw"), [3, 3]);
  return [...await engine.read(tf.matMul(x, x, true))];
}

const attempts: Record<string, () => Promise<unknown>> = {
  "no-adapter": () => {
    GPU.prototype.requestAdapter = () => Promise.resolve(null);
    return openWebgpu();
  },
  "no-device": () => {
    GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error("out of luck"));
    return openWebgpu();
  },
  "wrong-product": () => {
    const kernel = tf.getKernel("BatchMatMul", "webgpu");
    tf.unregisterKernel("BatchMatMul", "webgpu");
    tf.registerKernel({
      ...kernel,
      kernelFunc: (call) => {
        const { a, b } = call.inputs as tf.NamedTensorMap;
        return tf.mul(2, tf.sum(tf.mul(a, tf.transpose(b)), 1, true));
      },
    });
    return openWebgpu();
  },
  "backend-fails": () => {
    Reflect.set(tf.engine(), "setBackend", () => Promise.resolve(false));
    return openWebgpu();
  },
  lost: async () => {
    const engine = await openWebgpu();
    const x = tf.add(tf.scalar(1), 1);
    device().destroy();
    await device().lost;
    return engine.read(x);
  },
  refused: async () => {
    const engine = await openWebgpu();
    device().createBuffer({ size: 2 ** 50, usage: GPUBufferUsage.STORAGE });
    return engine.read(tf.add(tf.scalar(1), 1));
  },
  closed: async () => {
    const engine = await openWebgpu();
    const x = tf.scalar(1);
    engine.dispose();
    return engine.read(x);
  },
  reopened: async () => {
    const first = await openWebgpu();
    const before = await draw(first);
    first.dispose();
    const second = await openWebgpu();
    return { same: first === second, before, after: await draw(second) };
  },
  trained: async () => trainedBits(await openWebgpu()),
};

// tfjs prints what it can't start; here that is what is wanted.
console.warn = () => {};

scope.onmessage = async ({ data }: MessageEvent<string>) => {
  let name = "nothing";
  let message = "";
  let found: unknown;
  try {
    found = await attempts[data]();
  } catch (error) {
    name = (error as Error).name;
    message = (error as Error).message;
  }
  let afterwards: string;
  try {
    afterwards = `computed on ${tf.getBackend()}: ${await tf.add(1, 2).data()}`;
  } catch (error) {
    afterwards = `error: ${(error as Error).message}`;
  }
  const plain = name === "nothing" && data !== "no-adapter" ? found : undefined;
  scope.postMessage({ name, message, afterwards, found: plain } satisfies Report);
};

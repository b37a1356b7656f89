/** Tries to open the wasm engine in a worker of its own, in a way that must fail. */
import * as tf from "@tensorflow/tfjs";
import { openWasm } from "../../src/engine/wasm/engine.ts";

/** What the worker reports. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
  /** What a computation gives afterwards: an error, if nothing else took the engine's place. */
  readonly afterwards: string;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<string>) => void;
  postMessage(message: Refusal): void;
};

const attempts: Record<string, () => Promise<unknown>> = {
  missing: () => openWasm({ binary: new URL("file:///nowhere/tfjs-backend-wasm-simd.wasm") }),
  other: () => openWasm({ binary: new URL(import.meta.url) }),
  "no-simd": () => {
    tf.env().set("WASM_HAS_SIMD_SUPPORT", false);
    return openWasm();
  },
  "backend-fails": () => {
    tf.removeBackend("wasm");
    tf.registerBackend("wasm", () => Promise.reject(new Error("out of luck")));
    return openWasm();
  },
};

// tfjs prints what it can't start; here that is what is wanted.
console.warn = () => {};

scope.onmessage = async ({ data }: MessageEvent<string>) => {
  let name = "nothing";
  let message = "";
  try {
    await attempts[data]();
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
  scope.postMessage({ name, message, afterwards } satisfies Refusal);
};

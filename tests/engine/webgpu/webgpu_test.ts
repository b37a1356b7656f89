import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { engineStatuses, openEngine, startable } from "../../../src/engine/mod.ts";
import { deviceName, softwareName } from "../../../src/engine/webgpu/device/adapter.ts";
import { openWebgpu } from "../../../src/engine/webgpu/engine.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { keyTensor, uniform } from "../../../src/random/key.ts";
import { law } from "../../law.ts";
import { backend, engine, read, test, webgpu } from "./adapter.ts";
import { checkMemory, initial, trainer } from "../trainer.ts";
import { trainedBits } from "../vae_training.ts";
import type { Report } from "./webgpu_worker.ts";

function attempt(what: string): Promise<Report> {
  const worker = new Worker(new URL("./webgpu_worker.ts", import.meta.url), { type: "module" });
  return new Promise<Report>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(what);
  }).finally(() => worker.terminate());
}

law("a WebGPU engine that can't start is an EngineError, and nothing computes in its place", {
  source: "tfjs falls back to another backend in silence",
  given: {},
  holds: async () => {
    const refusals: [how: string, says: RegExp][] = [
      [
        "no-adapter",
        /no adapter: install a Vulkan driver \(Debian: mesa-vulkan-drivers libvulkan1\)/,
      ],
      ["no-device", /gives no device: out of luck/],
      ["backend-fails", /could not start its webgpu backend/],
      ["wrong-product", /started but computed \[34,78\]/],
    ];
    for (const [how, says] of refusals) {
      const { name, message, afterwards } = await attempt(how);
      assertEquals(name, "EngineError", `${how}: ${message}`);
      assertMatch(message, says);
      assertMatch(afterwards, /^error/);
    }
  },
  kills: ["webgpu-others-left-to-fall-to", "webgpu-product-unchecked", "webgpu-start-unchecked"],
  cases: 1,
  needs: webgpu,
});

law(
  "what WebGPU tells late is an error of the next read: never numbers of a lost or refused device",
  {
    source: "WebGPU: errors are reported apart from the commands that cause them",
    given: {},
    holds: async () => {
      const late: [how: string, says: RegExp][] = [
        ["lost", /the device was lost .*Resume the run/],
        ["refused", /the device refused a command, so later numbers are wrong: .*[Bb]uffer/],
        ["closed", /closed; open it again/],
      ];
      for (const [how, says] of late) {
        const { name, message } = await attempt(how);
        assertEquals(name, "EngineError", `${how}: ${message}`);
        assertMatch(message, says);
      }
    },
    kills: ["webgpu-refusals-unheard", "webgpu-loss-unheard"],
    cases: 1,
    needs: webgpu,
  },
);

test("a disposed webgpu engine can be opened again, with the same numbers", async () => {
  const { message, found } = await attempt("reopened");
  const { same, before, after } = found as { same: boolean; before: number[]; after: number[] };
  assertEquals(message, "");
  assertEquals(same, false);
  assertEquals(after, before);
});

test("the webgpu engine is tfjs's webgpu backend on the adapter's own limits, and there is no other", async () => {
  assertEquals(tf.getBackend(), "webgpu");
  assertEquals(tf.engine().backendNames(), ["webgpu"]);
  assertEquals(await openWebgpu() === engine, true);
  const adapter = (await navigator.gpu.requestAdapter({ powerPreference: "high-performance" }))!;
  const { limits } = backend().device;
  assertEquals(limits.maxStorageBufferBindingSize, adapter.limits.maxStorageBufferBindingSize);
  assertEquals(limits.maxBufferSize, adapter.limits.maxBufferSize);
  const { identity } = engine;
  assert(identity.device.includes(adapter.info.description));
  assertEquals(identity.software !== undefined, adapter.info.isFallbackAdapter);
  const manifest = new URL(
    "../../../node_modules/@tensorflow/tfjs-backend-webgpu/package.json",
    import.meta.url,
  );
  const { version } = JSON.parse(await Deno.readTextFile(manifest));
  assertEquals(identity.versions["tfjs-backend-webgpu"], version);
});

test("auto never chooses software over wasm, and a named engine says what it is", async () => {
  const { status } = (await engineStatuses()).find((s) => s.name === "webgpu")!;
  assert(startable(status));
  const { software } = engine.identity;
  assertEquals(
    status,
    software === undefined
      ? "ready"
      : `named only: software adapter ${software}: computes on the CPU, slower than wasm`,
  );
  const { engine: named, choice } = await openEngine("webgpu");
  assertEquals([named === engine, choice], [true, "webgpu (named)"]);
});

Deno.test("software is known by its names and by WebGPU's own flag; devices by theirs", () => {
  const info = { vendor: "0", architecture: "", device: "0", description: "" };
  const named = (description: string, isFallbackAdapter = false) =>
    softwareName({ ...info, description, isFallbackAdapter });
  assertEquals(named("llvmpipe (LLVM 15.0.6, 256 bits)"), "llvmpipe");
  assertEquals(named("SwiftShader Device (LLVM 10.0.0)"), "swiftshader");
  assertEquals(named("Microsoft Basic Render Driver"), "microsoft basic render");
  assertEquals(named("NVIDIA H100 PCIe"), undefined);
  assertEquals(named("Warped Graphics 3000"), undefined);
  assertEquals(named("something new", true), "something new");
  assertEquals(
    deviceName({ ...info, vendor: "65541", description: "llvmpipe (LLVM 15.0.6, 256 bits)" }),
    "Mesa llvmpipe (LLVM 15.0.6, 256 bits)",
  );
  assertEquals(
    deviceName({ ...info, vendor: "4318", description: "NVIDIA GeForce RTX 3090" }),
    "NVIDIA GeForce RTX 3090",
  );
  assertEquals(deviceName({ ...info, vendor: "32902" }), "Intel adapter");
  assertEquals(deviceName(info), "unnamed adapter");
});

law("no tensor and no byte of the device leaks a step, whether the state is donated or not", {
  source: "definition",
  given: {
    steps: fc.integer({ min: 1, max: 4 }),
    donate: fc.boolean(),
    // Run by the package each time, or written down and sent again.
    reshape: fc.boolean(),
    seed: fc.nat(),
  },
  holds: async ({ steps, donate, reshape, seed }) => {
    const before = tf.memory().numTensors;
    const step = trainer(engine, donate, { reshape });
    const key = keyTensor(hostKey(seed));
    // Recordings keep their uniform blocks: what the package runs needs others.
    const rows = reshape ? 5 : 4;
    const x = uniform<tf.Rank.R2>(key, [rows, 3]);
    let state = initial();
    const held = tf.memory().numTensors;
    const bytes: number[] = [];
    // The first step writes the uniform blocks that later ones find; the second and third give a
    // recording its buffers.
    const settled = reshape ? 2 : 4;
    for (let i = 0; i < steps + settled; i++) {
      const [next, outputs] = step(state, { x }, key);
      if (!donate) tf.dispose(state as unknown as tf.TensorContainer);
      assertEquals((await engine.read(outputs.y)).length, 2 * rows);
      tf.dispose(outputs);
      state = next;
      assertEquals(tf.memory().numTensors, held);
      await engine.sync();
      bytes.push(backend().bufferManager.numBytesUsed);
    }
    assertEquals(new Set(bytes.slice(settled)).size, 1, `bytes ${bytes}`);
    tf.dispose(state as unknown as tf.TensorContainer);
    tf.dispose([x, key]);
    assertEquals(tf.memory().numTensors, before);
  },
  kills: ["webgpu-staging-kept", "webgpu-uniforms-not-found-again"],
  cases: 8,
  needs: webgpu,
});

law("reads of one tick share one submission, in the order asked, of tensors already disposed too", {
  source: "definition",
  given: { count: fc.integer({ min: 2, max: 30 }), dispose: fc.boolean() },
  holds: async ({ count, dispose }) => {
    const one = tf.scalar(1);
    const tensors = Array.from({ length: count }, (_, i) => tf.add(one, i));
    await engine.sync();
    const { queue } = backend().device;
    const submit = queue.submit.bind(queue);
    let submissions = 0;
    queue.submit = (buffers) => {
      submissions++;
      submit(buffers);
    };
    const reads = tensors.map((t) => engine.read(t));
    if (dispose) tf.dispose(tensors);
    const values = await Promise.all(reads);
    queue.submit = submit;
    assertEquals(values.map(([v]) => v), tensors.map((_, i) => 1 + i));
    assertEquals(submissions, 1);
    tf.dispose([one, ...dispose ? [] : tensors]);
  },
  kills: ["webgpu-reads-one-by-one"],
  cases: 10,
  needs: webgpu,
});

law("what was disposed is given back before much more memory is asked for", {
  source: "definition",
  given: { mebibytes: fc.constantFrom(8, 16) },
  holds: async ({ mebibytes }) => {
    await engine.sync();
    const { bufferManager } = backend();
    const before = bufferManager.numBytesAllocated;
    for (let i = 0; i < 640 / mebibytes; i++) tf.fill([mebibytes * 2 ** 18], i).dispose();
    const grown = (bufferManager.numBytesAllocated - before) / 2 ** 20;
    await engine.sync();
    assert(grown <= 256 + mebibytes, `${grown} MiB`);
  },
  kills: ["webgpu-disposed-kept-waiting"],
  cases: 2,
  needs: webgpu,
});

test("values go in and come out of webgpu as they are", async () => {
  const x = engine.tensor(new Float32Array([1.5, -0, 3e-38, Infinity]), [4]);
  assertEquals(await engine.read(x), new Float32Array([1.5, -0, 3e-38, Infinity]));
  const k = engine.tensor(new Uint8Array([0, 255]), [2]);
  assertEquals(await engine.read(k), new Int32Array([0, 255]));
  const b = tf.greater(x, 0);
  assertEquals(await engine.read(b), new Int32Array([1, 0, 1, 1]));
  const none = tf.zeros([0, 3]);
  assertEquals(await engine.read(none), new Float32Array());
  const f = tf.cast(k, "float32");
  assertEquals(await engine.read(f), new Float32Array([0, 255]));
  tf.dispose([x, k, b, none, f]);
});

test("FLOPs and memory of webgpu are counted from the kernels and tensors that really are", () => {
  const x = tf.ones<tf.Rank.R4>([2, 8, 8, 3]);
  const w = tf.ones<tf.Rank.R4>([3, 3, 3, 5]);
  const conv = 2 * 2 * 8 * 8 * 5 * 27;
  const run = (x: tf.Tensor, w: tf.Tensor) =>
    tf.sum(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same"));
  assertEquals(engine.countFlops(() => run(x, w)), conv);
  assertEquals(engine.countFlops(() => tf.grads(run)([x, w])), 3 * conv);
  const a = tf.ones<tf.Rank.R2>([2048, 8]);
  assertEquals(engine.countFlops(() => tf.matMul(a, a, true)), 2 * 8 * 8 * 2048);
  tf.dispose([x, w, a]);
  checkMemory(engine, () => tf.fill([1000], 1));
});

law("three steps of the VAE give the same bits again, and on another device of the adapter", {
  source: "DESIGN: same seed, same engine, same machine class",
  given: {},
  holds: async () => {
    const first = await trainedBits(engine);
    assertEquals(await trainedBits(engine), first);
    const { message, found } = await attempt("trained");
    assertEquals(message, "");
    assertEquals(found, first);
    assert(first.losses[2] < first.losses[0]);
  },
  cases: 1,
  needs: webgpu,
});

test("an error inside a program of webgpu names the program and frees what it made", async () => {
  const before = tf.memory().numTensors;
  const broken = engine.compile((s: { a: tf.Tensor }) => {
    tf.matMul(s.a as tf.Tensor2D, tf.ones([3, 3]));
    return [s, {}] as [typeof s, Record<string, never>];
  }, { name: "encode" });
  const state = { a: tf.ones([2, 2]) };
  const key = keyTensor(hostKey(1));
  await assertRejects(async () => await broken(state, {}, key), Error, "program encode: ");
  tf.dispose([state.a, key]);
  assertEquals(tf.memory().numTensors, before);
  assertEquals([...await read(() => tf.add(tf.scalar(1), 1))], [2]);
});

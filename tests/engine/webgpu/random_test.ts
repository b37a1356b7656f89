import { assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { flat } from "../../../src/engine/webgpu/backend.ts";
import { CIRCLE_WGSL } from "../../../src/engine/webgpu/kernels/wgsl/circle.ts";
import { NORMAL_WGSL } from "../../../src/engine/webgpu/kernels/wgsl/normal.ts";
import { WIDE } from "../../../src/engine/webgpu/kernels/wgsl/wide.ts";
import { cos, log, sin } from "../../../src/numeric/elementary.ts";
import { categoricalDraw, uniform53 } from "../../../src/random/host/draws.ts";
import {
  hostFold,
  type HostKey,
  hostKey,
  hostNormal,
  hostUniform,
} from "../../../src/random/host/host.ts";
import {
  categorical,
  fold,
  type Key,
  keyTensor,
  normal,
  uniform,
} from "../../../src/random/key.ts";
import { law } from "../../law.ts";
import { backend, engine, read, run, test, webgpu } from "./adapter.ts";

const UNIT = 2 ** -24;

/** The tensor's numbers, on the device from now on and no more on the host. */
function onDevice<T extends tf.Tensor>(tensor: T): T {
  (backend() as unknown as { uploadToGPU(dataId: object): void }).uploadToGPU(tensor.dataId);
  return tensor;
}

/** A key that is on the device. */
function deviceKey(host: HostKey): Key {
  return onDevice(keyTensor(host));
}

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const keys = fc.tuple(word, word);

law("uniforms have the host's bits on the device, whatever key, rows and size", {
  source: "Salmon et al. 2011; random/draws.ts",
  given: {
    key: keys,
    rows: fc.option(fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 5 })),
    width: fc.integer({ min: 1, max: 70 }),
  },
  holds: async ({ key, rows, width }) => {
    const names = rows && tf.tensor1d(rows, "int32");
    const shape = rows ? [rows.length, width] : [width];
    const found = await read(() => uniform(deviceKey(key), shape, names ? { rows_B: names } : {}));
    names?.dispose();
    const expected = (rows ?? [0]).flatMap((row) => [...hostUniform(key, width, { row })]);
    assertEquals([...found], expected);
  },
  kills: ["wgsl-philox-key-unmoved", "wgsl-rows-by-place"],
  cases: 60,
  needs: webgpu,
});

law("normals are within 4 units of 2⁻²⁴·max(1, |x|) of the host's", {
  source: "Box & Muller 1958; random/draws.ts",
  given: { key: keys, row: fc.nat(2 ** 31 - 1) },
  holds: async ({ key, row }) => {
    const size = 4099;
    const names = tf.tensor1d([row], "int32");
    const found = await read(() => normal(deviceKey(key), [1, size], { rows_B: names }));
    names.dispose();
    const expected = hostNormal(key, size, { row });
    for (let i = 0; i < size; i++) {
      const x = expected[i];
      if (!(Math.abs(found[i] - x) <= 4 * UNIT * Math.max(1, Math.abs(x)))) {
        throw new Error(`normal ${i}: ${found[i]} instead of ${x}`);
      }
    }
  },
  kills: ["wgsl-log-table-off", "wgsl-root-truncated"],
  cases: 20,
  needs: webgpu,
});

/** (radius word, angle word) pairs through the shader's normal_pair. */
async function pairs(words: [number, number][]): Promise<[number, number][]> {
  const found = await run({
    variableNames: ["words"],
    shaderKey: "testNormalPairs",
    ...flat(words.length),
    outputShape: [2 * words.length],
    getUserCode: () =>
      `${WIDE}${CIRCLE_WGSL}${NORMAL_WGSL}
fn main(index : i32) {
  if (2 * index >= uniforms.outShape) { return; }
  let pair = normal_pair(bitcast<u32>(words[2 * index]), bitcast<u32>(words[2 * index + 1]));
  result[2 * index] = pair.x;
  result[2 * index + 1] = pair.y;
}
`,
  }, Int32Array.from(words.flat(), (w) => w | 0));
  return words.map((_, i) => [found[2 * i], found[2 * i + 1]]);
}

test("normals keep their accuracy at the ends: words near 0, near 2³² and at every eighth turn", async () => {
  const ends = [0, 1, 2, 3].flatMap((n) => [n, 2 ** 32 - 1 - n, 2 ** 31 + n, 2 ** 31 - n]);
  const radii = [
    ...ends,
    ...Array.from({ length: 32 }, (_, s) => [2 ** s, 2 ** 32 - 2 ** s, 2 ** 32 - 1 - 2 ** s])
      .flat(),
    ...Array.from({ length: 8 }, (_, j) => [(j + 8) * 2 ** 28, (j + 8) * 2 ** 28 - 1]).flat(),
  ];
  const angles = [
    ...ends,
    ...Array.from({ length: 8 }, (_, k) => [k * 2 ** 29, k * 2 ** 29 + 1, (k + 1) * 2 ** 29 - 1])
      .flat(),
  ];
  const words = radii.flatMap((b) => angles.map((a): [number, number] => [b >>> 0, a >>> 0]));
  const found = await pairs(words);
  words.forEach(([b, a], i) => {
    const radius = Math.sqrt(-2 * log((b + 0.5) * 2 ** -32));
    const angle = a * 1.4629180792671596e-9;
    for (
      const [have, want] of [[found[i][0], radius * cos(angle)], [
        found[i][1],
        radius * sin(angle),
      ]]
    ) {
      if (!(Math.abs(have - want) <= 4 * UNIT * Math.max(1, Math.abs(want)))) {
        throw new Error(`words ${b}, ${a}: ${have} instead of ${want}`);
      }
    }
  });
});

law("folds have the host's bits, by number, by step tensor and by purpose, in any chain", {
  source: "random/draws.ts",
  given: {
    key: keys,
    chain: fc.array(fc.oneof(fc.nat(2 ** 31 - 1), fc.string({ unit: "binary", maxLength: 9 })), {
      minLength: 1,
      maxLength: 4,
    }),
  },
  holds: async ({ key, chain }) => {
    const found = await read(() =>
      chain.reduce((k: Key, data) => {
        if (typeof data === "string") return fold(k, data);
        return fold(k, onDevice(tf.scalar(data, "int32")));
      }, deviceKey(key))
    );
    const expected = chain.reduce(hostFold, key as HostKey);
    assertEquals([...found].map((w) => w >>> 0), [...expected]);
    const fromHost = await read(() =>
      chain.reduce((k: Key, data) => fold(k, data), keyTensor(key))
    );
    assertEquals([...fromHost], [...found]);
  },
  kills: ["wgsl-fold-drops-the-length"],
  cases: 60,
  needs: webgpu,
});

law("categorical draws are the host's, for few classes and many, −∞ and huge logits among them", {
  source: "definition",
  given: {
    key: keys,
    batch: fc.integer({ min: 1, max: 6 }),
    classes: fc.constantFrom(1, 2, 3, 10, 64, 65, 300, 5000),
    scale: fc.constantFrom(0.1, 1, 10, 1e4),
    never: fc.boolean(),
    seed: fc.nat(),
  },
  holds: async ({ key, batch, classes, scale, never, seed }) => {
    const logits = hostNormal(hostKey(seed), batch * classes).map((v) => scale * v);
    if (never && classes > 1) logits[0] = -Infinity;
    if (scale === 10 && classes > 2) logits[1] = 3e38;
    const x = engine.tensor(logits, [batch, classes]);
    const rows = Array.from({ length: batch }, (_, i) => 7 * i + 3);
    const names = tf.tensor1d(rows, "int32");
    const [plain, byRows] = await Promise.all([
      read(() => categorical(deviceKey(key), x)),
      read(() => categorical(deviceKey(key), x, { rows_B: names })),
    ]);
    tf.dispose([x, names]);
    const weights = new Float64Array(classes);
    for (let i = 0; i < batch; i++) {
      const draw = (row: number) =>
        categoricalDraw(logits, i * classes, { classes, u: uniform53(key, row, 0), weights });
      assertEquals([plain[i], byRows[i]], [draw(i), draw(rows[i])]);
    }
  },
  kills: ["wgsl-weights-of-half-the-logit", "wgsl-categorical-forgets-stretches"],
  cases: 60,
  needs: webgpu,
});

test("logits that can't be drawn from are an error of the next read, and of no later one", async () => {
  const key = keyTensor(hostKey(1));
  const bytes: number[] = [];
  for (const bad of [[NaN, 1], [Infinity, 0], [-Infinity, -Infinity]]) {
    const good = tf.tensor1d([4]);
    const draws = tf.tidy(() => categorical(key, tf.tensor2d([[0, 0], bad])));
    draws.dispose();
    const sum = tf.add(good, 1);
    await assertRejects(() => engine.read(sum), RangeError, "categorical: a row of logits");
    assertEquals([...await engine.read(sum)], [5]);
    tf.dispose([good, sum]);
    await engine.sync();
    bytes.push(backend().bufferManager.numBytesUsed);
  }
  assertEquals(bytes[2], bytes[1]);
  assertEquals([...await read(() => categorical(key, tf.tensor2d([[-Infinity, 0]])))], [1]);
  key.dispose();
});

test("nothing that draws reads from the device", async () => {
  const key = deviceKey(hostKey(1));
  const logits = engine.tensor(new Float32Array(6), [2, 3]);
  const watched = backend() as unknown as Record<string, unknown>;
  const refuse = () => {
    throw new Error("read back");
  };
  for (const name of ["read", "readSync", "getBufferData"]) watched[name] = refuse;
  try {
    const drawn = tf.tidy(() => {
      const child = fold(
        fold(key, "purpose"),
        tf.add(tf.scalar(1, "int32"), tf.scalar(1, "int32")) as tf.Scalar,
      );
      return [uniform(child, [3]), normal(child, [3]), categorical(child, logits)];
    });
    for (const t of drawn) await engine.read(t);
    tf.dispose(drawn);
  } finally {
    for (const name of ["read", "readSync", "getBufferData"]) delete watched[name];
  }
  tf.dispose([key, logits]);
});

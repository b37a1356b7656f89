import { assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { conformance } from "../../../src/proof/conformance/conformance.ts";
import { conv2d, type Plain, plain } from "../../../src/proof/conformance/reference.ts";
import { composedRuns } from "../../../src/engine/tfjs/registry.ts";
import { cos, sin } from "../../../src/numeric/elementary.ts";
import { hostKey, hostNormal, hostUniform } from "../../../src/random/host/host.ts";
import { close, float32, law } from "../../law.ts";
import { backend, engine, programs, read, test, webgpu } from "./adapter.ts";

let table: ReturnType<typeof conformance> | undefined;
/** The table of operations, made by the first test that wants it: others are run without. */
const conforming = () => table ??= conformance(engine, { composedRuns });

test("no operation of the webgpu engine gives a wrong number, forward or backward", async () => {
  const rows = await conforming();
  assertEquals(rows.filter((r) => [r.forward, r.gradient, r.second].includes("wrong")), []);
});

test("every operation of the table but one has forward, gradient and second derivative on webgpu", async () => {
  const rows = await conforming();
  const right = ["ok", "composed", "–"];
  const incomplete = rows.filter((r) =>
    ![r.forward, r.gradient, r.second].every((s) => right.includes(s))
  );
  // Gradients of splats are computed on the host, where webgpu's values aren't: it says so.
  assertEquals(incomplete.map(({ op }) => op), ["renderSplats"]);
  assertEquals([incomplete[0].forward, incomplete[0].gradient], ["ok", "missing"]);
});

function normals(shape: number[], ...purposes: (string | number)[]): Plain {
  const values = hostNormal(hostKey(3, ...purposes), shape.reduce((n, d) => n * d, 1));
  return plain(shape, (_, i) => values[i]);
}

function tensor(x: Plain): tf.Tensor4D {
  return engine.tensor(Float32Array.from(x.data), x.shape) as tf.Tensor4D;
}

function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
}

law("conv2d and its gradients are the definition's and its adjoints, for any size and stride", {
  source: "definition",
  given: {
    h: fc.integer({ min: 1, max: 9 }),
    w: fc.integer({ min: 1, max: 9 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    // Multiples of four take the package's vectors.
    c: fc.constantFrom(1, 2, 3, 4, 8, 12),
    o: fc.constantFrom(1, 2, 3, 4, 8, 16),
    pad: fc.constantFrom("same" as const, "valid" as const),
    batch: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(),
  },
  holds: async ({ h, w, kernel, stride, c, o, pad, batch, seed }) => {
    fc.pre(pad === "same" || kernel <= Math.min(h, w));
    const [x, other] = ["x", "other"].map((name) => normals([batch, h, w, c], name, seed));
    const [f, otherF] = ["f", "otherF"].map((name) => normals([kernel, kernel, c, o], name, seed));
    const window = { kernel, stride, pad };
    const y = conv2d(x, f, window);
    const dy = normals([...y.shape], "dy", seed);
    const before = tf.memory().numTensors;
    const found = tf.tidy(() => {
      const run = (x: tf.Tensor, f: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, stride, pad);
      const [tx, tfilter, tdy] = [x, f, dy].map(tensor);
      const grads = tf.grads((x, f) => tf.sum(tf.mul(tdy, run(x, f))))([tx, tfilter]);
      return [run(tx, tfilter), ...grads];
    });
    const [forward, dx, df] = await Promise.all(found.map((t) => engine.read(t)));
    tf.dispose(found);
    assertEquals(tf.memory().numTensors, before);
    const bound = float32(kernel * kernel * c, 16);
    for (let i = 0; i < y.data.length; i++) {
      if (!(Math.abs(forward[i] - y.data[i]) <= bound)) {
        throw new Error(`forward ${i}: ${forward[i]} instead of ${y.data[i]}`);
      }
    }
    // ⟨dy, conv(x′, f)⟩ = ⟨dx, x′⟩ and ⟨dy, conv(x, f′)⟩ = ⟨df, f′⟩ for x′ and f′ of any kind.
    const size = y.data.length * kernel * kernel * c;
    const pairs = [
      ["dx", inner(dy.data, conv2d(other, f, window).data), inner(dx, other.data)],
      ["df", inner(dy.data, conv2d(x, otherF, window).data), inner(df, otherF.data)],
    ] as const;
    for (const [what, want, have] of pairs) {
      if (!(Math.abs(want - have) <= float32(size, 16))) {
        throw new Error(`${what}: ${have} instead of ${want}`);
      }
    }
  },
  cases: 60,
  needs: webgpu,
});

law("matMul is its definition from one number to long sums, and no program of it adds atomically", {
  source: "definition",
  given: {
    m: fc.constantFrom(1, 2, 5, 12, 33, 40),
    k: fc.constantFrom(1, 3, 8, 40, 300, 2048, 2500, 4099),
    n: fc.constantFrom(1, 3, 4, 12, 33, 48),
    batch: fc.constantFrom(1, 1, 3),
    ta: fc.boolean(),
    tb: fc.boolean(),
    seed: fc.nat(),
  },
  holds: async ({ m, k, n, batch, ta, tb, seed }) => {
    fc.pre(batch === 1 || k <= 300);
    const a = normals(ta ? [batch, k, m] : [batch, m, k], "a", seed);
    const b = normals(tb ? [batch, n, k] : [batch, k, n], "b", seed);
    const found = await read(() => {
      const [x, y] = [a, b].map(tensor) as unknown as tf.Tensor3D[];
      if (batch > 1) return tf.matMul(x, y, ta, tb);
      return tf.matMul(tf.squeeze(x, [0]), tf.squeeze(y, [0]), ta, tb);
    });
    for (let i = 0; i < found.length; i++) {
      const [col, row, p] = [i % n, Math.floor(i / n) % m, Math.floor(i / (n * m))];
      let s = 0;
      for (let j = 0; j < k; j++) {
        s += a.data[ta ? (p * k + j) * m + row : (p * m + row) * k + j] *
          b.data[tb ? (p * n + col) * k + j : (p * k + j) * n + col];
      }
      // Partial sums grow to √k, and each addition is rounded at their size.
      const bound = float32(k, 16 + Math.sqrt(k));
      if (!(Math.abs(s - found[i]) <= bound)) throw new Error(`${found[i]} instead of ${s}`);
    }
    assertEquals(programs().filter((key) => key.includes("matMulSplitK")), []);
  },
  kills: ["webgpu-long-products-split", "webgpu-parts-of-products-lost"],
  cases: 60,
  needs: webgpu,
});

law("sin and cos are right for any angle, however many turns", {
  source: "Payne & Hanek 1983",
  given: { seed: fc.nat(), exponent: fc.integer({ min: -30, max: 127 }) },
  holds: async ({ seed, exponent }) => {
    const x = hostUniform(hostKey(seed), 500).map((u) => (2 * u - 1) * 2 ** exponent);
    const angles = engine.tensor(x, [500]);
    const [s, c, t] = await Promise.all([
      read(() => tf.sin(angles)),
      read(() => tf.cos(angles)),
      read(() => tf.tan(angles)),
    ]);
    angles.dispose();
    for (let i = 0; i < x.length; i++) {
      const [es, ec] = [Math.abs(s[i] - sin(x[i])), Math.abs(c[i] - cos(x[i]))];
      const et = Math.abs(t[i] - s[i] / c[i]) / Math.max(1, Math.abs(s[i] / c[i]));
      if (!(es <= 2 ** -23 && ec <= 2 ** -23 && et <= 2 ** -21)) {
        throw new Error(`${x[i]}: sin ${s[i]}, cos ${c[i]}, tan ${t[i]}`);
      }
    }
  },
  kills: ["wgsl-turn-loses-a-word"],
  cases: 80,
  needs: webgpu,
});

test("sin and cos of what is no angle are NaN", async () => {
  const x = [NaN, Infinity, -Infinity];
  assertEquals([...await read(() => tf.sin(tf.tensor1d(x)))], [NaN, NaN, NaN]);
  assertEquals([...await read(() => tf.cos(tf.tensor1d(x)))], [NaN, NaN, NaN]);
});

law("sums over segments are in the rows' order: the host's bits, and a name beyond is an error", {
  source: "definition",
  given: {
    names: fc.array(fc.integer({ min: -1, max: 4 }), { minLength: 1, maxLength: 40 }),
    width: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(),
  },
  holds: async ({ names, width, seed }) => {
    const x = hostNormal(hostKey(seed), names.length * width);
    const ids = tf.tensor1d(names, "int32");
    const found = await read(() =>
      tf.unsortedSegmentSum(tf.tensor2d(x, [names.length, width]), ids, 5)
    );
    const expected = new Float32Array(5 * width);
    names.forEach((s, i) => {
      if (s < 0) return;
      for (let j = 0; j < width; j++) expected[s * width + j] += x[i * width + j];
    });
    assertEquals(found, expected);
    const beyond = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.tensor2d(x, [names.length, width]), ids, 4)
    );
    if (names.includes(4)) {
      await assertRejects(() => engine.read(beyond), RangeError, "a segment's number is beyond");
    } else {
      assertEquals(await engine.read(beyond), expected.slice(0, 4 * width));
    }
    tf.dispose([ids, beyond]);
    assertEquals(programs().filter((key) => key.includes("unsortedSegmentSum")), []);
  },
  kills: ["webgpu-segments-unchecked"],
  cases: 30,
  needs: webgpu,
});

law("addN takes any number of tensors, more than a program may bind", {
  source: "definition",
  given: { count: fc.integer({ min: 1, max: 90 }), seed: fc.nat() },
  holds: async ({ count, seed }) => {
    const terms = Array.from({ length: count }, (_, i) => hostNormal(hostKey(seed, i), 3));
    const found = await read(() => tf.addN(terms.map((t) => tf.tensor1d(t))));
    const expected = [0, 1, 2].map((j) => terms.reduce((s, t) => Math.fround(s + t[j]), 0));
    for (let j = 0; j < 3; j++) {
      if (!(Math.abs(found[j] - expected[j]) <= float32(count, 4))) {
        throw new Error(`${count} terms: ${found[j]} instead of ${expected[j]}`);
      }
    }
  },
  kills: ["webgpu-add-skips-a-term"],
  cases: 40,
  needs: webgpu,
});

law("whole numbers keep every bit wherever they are moved, keys among them", {
  source: "definition; the package reads int32 as float32",
  given: {
    numbers: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), {
      minLength: 6,
      maxLength: 6,
    }),
  },
  holds: async ({ numbers }) => {
    const x = tf.tensor2d(numbers, [2, 3], "int32");
    const other = tf.tensor2d(numbers.map((n) => ~n), [2, 3], "int32");
    const n = numbers;
    const not = n.map((v) => ~v);
    const moves: [name: string, moved: () => tf.Tensor, expected: number[]][] = [
      ["slice", () => tf.slice(x, [0, 1], [2, 2]), [n[1], n[2], n[4], n[5]]],
      ["stridedSlice", () => tf.stridedSlice(x, [0, 0], [2, 3], [1, 2]), [n[0], n[2], n[3], n[5]]],
      ["reverse", () => tf.reverse(x, 0), [...n.slice(3), ...n.slice(0, 3)]],
      ["transpose", () => tf.transpose(x), [n[0], n[3], n[1], n[4], n[2], n[5]]],
      ["gather", () => tf.gather(x, tf.tensor1d([1], "int32")), n.slice(3)],
      ["concat", () => tf.concat([x, other], 0), [...n, ...not]],
      ["stack", () => tf.stack([x, other]), [...n, ...not]],
      ["unstack", () => tf.unstack(x)[1], n.slice(3)],
      ["split", () => tf.split(x, 3, 1)[2], [n[2], n[5]]],
      ["tile", () => tf.tile(x, [2, 1]), [...n, ...n]],
      ["where", () => tf.where(tf.scalar(false), x, other), not],
      ["pad", () => tf.pad(x, [[0, 1], [0, 0]], -123456789), [...n, ...Array(3).fill(-123456789)]],
    ];
    const before = tf.memory().numTensors;
    const found = await Promise.all(moves.map(([, moved]) => read(moved)));
    moves.forEach(([name, , expected], i) => assertEquals([...found[i]], expected, name));
    assertEquals(tf.memory().numTensors, before);
    tf.dispose([x, other]);
  },
  kills: ["webgpu-moves-lose-a-bit", "webgpu-moves-left-to-floats"],
  cases: 10,
  needs: webgpu,
});

test("a tensor beyond what the adapter binds is refused where it is made, with its size", async () => {
  const { limits } = backend().device;
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const count = Math.floor(most / 4) + 1;
  let message = "";
  try {
    tf.tidy(() => tf.add(tf.fill([count], 1), 1));
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(message.includes(`a tensor of ${4 * count} bytes is beyond`), true, message);
  assertEquals([...await read(() => tf.add(tf.scalar(1), 1))], [2]);
});

law("means over whole pictures and all rows are the definition's, however many there are", {
  source: "definition",
  given: {
    batch: fc.integer({ min: 1, max: 3 }),
    h: fc.integer({ min: 1, max: 30 }),
    w: fc.integer({ min: 1, max: 30 }),
    c: fc.integer({ min: 1, max: 9 }),
    seed: fc.nat(),
  },
  holds: async ({ batch, h, w, c, seed }) => {
    const x = normals([batch, h, w, c], "mean", seed);
    const found = await read(() => tf.avgPool(tensor(x), [h, w], 1, "valid"));
    assertEquals(found.length, batch * c);
    found.forEach((value, i) => {
      const [b, channel] = [Math.floor(i / c), i % c];
      let sum = 0;
      for (let at = 0; at < h * w; at++) sum += x.data[(b * h * w + at) * c + channel];
      close(value, sum / (h * w), float32(h * w) / Math.sqrt(h * w), `${i}`);
    });
  },
  kills: ["webgpu-last-rows-left-out", "webgpu-means-are-sums"],
  cases: 60,
  needs: webgpu,
});

law("a wide filter's gradient, of which each thread adds up several lines, is the definition's", {
  source: "definition",
  given: {
    lines: fc.integer({ min: 15, max: 24 }),
    c: fc.constantFrom(61, 64),
    stride: fc.integer({ min: 1, max: 2 }),
    seed: fc.nat(),
  },
  holds: async ({ lines, c, stride, seed }) => {
    const side = 3;
    const shape: [number, number, number, number] = [5, 5, c, 64];
    const x = normals([1, lines * stride, side * stride, c], "x", seed);
    const dy = normals([1, lines, side, 64], "dy", seed);
    const found = await read(() => {
      const df = tf.grad((f) =>
        tf.sum(tf.mul(tensor(dy), tf.conv2d(tensor(x), f as tf.Tensor4D, stride, "same")))
      )(tf.zeros(shape));
      return df;
    });
    // Of every 97th number: the whole would take the host longer than the device.
    const { padInfo } = tf.backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      shape,
      stride,
      1,
      "same",
    );
    for (let at = seed % 97; at < found.length; at += 97) {
      const o = at % 64;
      const ci = Math.floor(at / 64) % c;
      const s = Math.floor(at / 64 / c) % 5;
      const r = Math.floor(at / 64 / c / 5);
      let sum = 0;
      for (let i = 0; i < lines; i++) {
        for (let j = 0; j < side; j++) {
          const y = i * stride + r - padInfo.top;
          const column = j * stride + s - padInfo.left;
          if (y < 0 || y >= x.shape[1] || column < 0 || column >= x.shape[2]) continue;
          sum += x.data[(y * x.shape[2] + column) * c + ci] * dy.data[(i * side + j) * 64 + o];
        }
      }
      close(found[at], sum, float32(lines * side) * 4, `${[r, s, ci, o]}`);
    }
  },
  kills: ["webgpu-lines-of-a-part-left-out"],
  cases: 6,
  needs: webgpu,
});

/** Mutants of the WebGPU engine; left out where no adapter runs their laws. See tests/mutations/run.ts. */
import { webgpuObstacle } from "../../src/engine/webgpu/obstacle.ts";

const here = await webgpuObstacle() === undefined;
const [engine, kernels, random] = ["webgpu", "webgpu_kernels", "webgpu_random"].map((name) =>
  `tests/engine/${name}_test.ts`
);

export const mutants = [
  {
    id: "wgsl-philox-key-unmoved",
    file: "src/engine/webgpu/wgsl/philox.ts",
    find: "k += vec2<u32>(",
    replace: "k += 0u * vec2<u32>(",
    law: random,
  },
  {
    id: "wgsl-rows-by-place",
    file: "src/engine/webgpu/random_kernels.ts",
    find: '  let number = ${byRows ? "bitcast<u32>(rows[row])" : "0u"};',
    replace: '  let number = ${byRows ? "u32(row) + 0u * bitcast<u32>(rows[row])" : "0u"};',
    law: random,
  },
  {
    id: "wgsl-log-table-off",
    file: "src/engine/webgpu/wgsl/normal.ts",
    find: "RECIPROCALS.map((c) => wide(log(c / 4096), 45))",
    replace: "RECIPROCALS.map((c) => wide(log((c + 1) / 4097), 45))",
    law: random,
  },
  {
    id: "wgsl-root-truncated",
    file: "src/engine/webgpu/wgsl/normal.ts",
    find: "bit != 0u; bit >>= 1u",
    replace: "bit > 512u; bit >>= 1u",
    law: random,
  },
  {
    id: "wgsl-fold-drops-the-length",
    file: "src/engine/webgpu/random_kernels.ts",
    find: "}u + bitcast<u32>(count));",
    replace: "}u + 0u * bitcast<u32>(count));",
    law: random,
  },
  {
    id: "wgsl-weights-of-half-the-logit",
    file: "src/engine/webgpu/wgsl/weight.ts",
    find: "let d = sub_wide(fixed_point(most), fixed_point(x));",
    replace: "let d = shr_wide(sub_wide(fixed_point(most), fixed_point(x)), 1u);",
    law: random,
  },
  {
    id: "wgsl-categorical-forgets-stretches",
    file: "src/engine/webgpu/random_kernels.ts",
    find: "      target_sum = sub_wide(target_sum, part[t]);",
    replace: "",
    law: random,
  },
  {
    id: "wgsl-turn-loses-a-word",
    file: "src/engine/webgpu/wgsl/circle.ts",
    find: "let third = INVERSE_TURN[word + 2u];",
    replace: "let third = 0u;",
    law: kernels,
  },
  {
    id: "webgpu-long-products-split",
    file: "src/engine/webgpu/matmul_kernels.ts",
    find: "if (batch !== 1 || !maySplit(rows, columns, inner)) return base(call);",
    replace: "if (batch !== 1 || !maySplit(rows, columns, inner) || inner > 0) return base(call);",
    law: kernels,
  },
  {
    id: "webgpu-parts-of-products-lost",
    file: "src/engine/webgpu/matmul_kernels.ts",
    find: "tf.sum(tf.matMul(split(a), split(b), true, false), 0)",
    replace: "tf.max(tf.matMul(split(a), split(b), true, false), 0)",
    law: kernels,
  },
  {
    id: "webgpu-segments-unchecked",
    file: "src/engine/webgpu/missing_kernels.ts",
    find: "  recordSegments(backend, names, attrs.numSegments);",
    replace: "  recordSegments(backend, names, attrs.numSegments + 1);",
    law: kernels,
  },
  {
    id: "webgpu-add-skips-a-term",
    file: "src/engine/webgpu/missing_kernels.ts",
    find: "for (let at = most; at < terms.length; at += most - 1) {",
    replace: "for (let at = most + 1; at < terms.length; at += most - 1) {",
    law: kernels,
  },
  {
    id: "webgpu-moves-lose-a-bit",
    file: "src/engine/webgpu/integer_moves.ts",
    find: '"whole[i] >> 16u"',
    replace: '"(whole[i] >> 16u) & 0x7fff"',
    law: kernels,
  },
  {
    id: "webgpu-moves-left-to-floats",
    file: "src/engine/webgpu/integer_moves.ts",
    find: "if (!whole) return",
    replace: 'if (!whole || name === "Transpose") return',
    law: kernels,
  },
  {
    id: "webgpu-others-left-to-fall-to",
    file: "src/engine/webgpu/open.ts",
    find: "dropOtherBackends();",
    replace: "dropOtherBackends.toString();",
    law: engine,
  },
  {
    id: "webgpu-product-unchecked",
    file: "src/engine/start.ts",
    find: "if (values[0] !== 17 || values[1] !== 39) {",
    replace: "if (values.length !== 2) {",
    law: engine,
  },
  {
    id: "webgpu-start-unchecked",
    file: "src/engine/start.ts",
    find: "if (!started || tf.getBackend() !== name) {",
    replace: 'if (!started && tf.getBackend() === "?") {',
    law: engine,
  },
  {
    id: "webgpu-refusals-unheard",
    file: "src/engine/webgpu/health.ts",
    find: "this.#refused ??= (event as GPUUncapturedErrorEvent).error.message;",
    replace: "this.#refused ??= undefined;",
    law: engine,
  },
  {
    id: "webgpu-loss-unheard",
    file: "src/engine/webgpu/health.ts",
    find: "if (!this.#closed) this.#lost = message || reason;",
    replace: 'if (!this.#closed && message === "" && reason === "unknown") this.#lost = message;',
    law: engine,
  },
  {
    id: "webgpu-disposed-kept-waiting",
    file: "src/engine/webgpu/open.ts",
    find: "if (size >= SMALL_BYTES && waitingBytes(backend) >= WAITING_BYTES) submit(backend);",
    replace: "if (size < 0 && waitingBytes(backend) >= WAITING_BYTES) submit(backend);",
    law: engine,
  },
  {
    id: "webgpu-staging-kept",
    file: "src/engine/webgpu/reading.ts",
    find: "    this.#backend.bufferManager.releaseBuffer(staging, staging.size <= KEPT_BYTES);",
    replace: "",
    law: engine,
  },
  {
    id: "webgpu-uniforms-not-found-again",
    file: "src/engine/webgpu/uniforms.ts",
    find: "let block = blocks.get(key);",
    replace: 'let block = blocks.get("" + key.length * NaN);',
    law: engine,
  },
  {
    id: "webgpu-reads-one-by-one",
    file: "src/engine/webgpu/reading.ts",
    find: "      this.#arrival = undefined;\n      const fault",
    replace: "      const fault",
    law: engine,
  },
].map((mutant) => ({ ...mutant, here }));

const windows = "tests/engine/window_gradients_test.ts";

mutants.push(...[
  {
    id: "strided-gradient-forgets-the-stride",
    find: "stride: strides[axis], size });",
    replace: "stride: Math.sign(strides[axis]), size });",
  },
  {
    id: "strided-gradient-not-reversed",
    find: "return spread(tf.reverse(x, 1),",
    replace: "return spread(tf.clone(x),",
  },
  {
    id: "depth-gradient-untransposed",
    find: "tf.transpose(apart, [0, 1, 3, 2, 4])",
    replace: "tf.clone(apart)",
  },
  {
    id: "max-gradient-takes-the-first-place",
    find: "tf.equal(first, k)",
    replace: "tf.equal(tf.zerosLike(first), k)",
  },
].map((m) => ({ ...m, file: "src/engine/window_gradients.ts", law: windows, here: true })));

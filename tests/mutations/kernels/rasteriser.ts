/**
 * Bugs of the rasteriser of Gaussian splats. Those of its sources in AssemblyScript need the compiler.
 * @module
 */
import { need } from "../../needs.ts";
import type { Mutant } from "../run.ts";

const sources = "src/kernels/assembly/splat", host = "src/kernels/splat";
const raster = "tests/properties/kernels/raster_test.ts";
const gradient = "tests/properties/kernels/gradient_test.ts";
const gaussians = "tests/properties/kernels/gaussians_test.ts";
const training = "tests/properties/kernels/training_test.ts";

const needs = await need("assemblyscript");
const making = { script: "src/kernels/build.ts", files: ["src/kernels/splat.wasm"] };

const built: readonly Mutant[] = [
  {
    id: "rasteriser-background-left-out",
    file: `${sources}/raster.ts`,
    find: "mad(t, behindRed, v128.load(at, 32))",
    replace: "v128.load(at, 32)",
    law: raster,
  },
  {
    id: "rasteriser-ties-the-other-way",
    file: `${sources}/tiles.ts`,
    find: "const item = load<i64>(from + i);",
    replace: "const item = load<i64>(shift == 0 ? from + end - ITEM - i : from + i);",
    law: raster,
  },
  {
    id: "rasteriser-light-taken-before-use",
    file: `${sources}/raster.ts`,
    find: "const weight = mul(t, alpha), rest = sub(t, weight);",
    replace: "const rest = sub(t, mul(t, alpha)), weight = mul(rest, alpha);",
    law: raster,
  },
  {
    id: "rasteriser-scale-not-exponentiated",
    file: `${sources}/gaussian.ts`,
    find: "const s0 = exp(v128.load(at + SCALES * row))",
    replace: "const s0 = v128.load(at + SCALES * row)",
    law: raster,
  },
  {
    id: "rasteriser-compensation-dropped",
    file: `${sources}/gaussian.ts`,
    find: "if (c.antialiased) {",
    replace: "if (false) {",
    law: raster,
  },
  {
    id: "rasteriser-harmonic-of-wrong-sign",
    file: `${sources}/harmonics.ts`,
    find: "v128.store(out, mul(splat(-C1), y), 16);",
    replace: "v128.store(out, mul(splat(C1), y), 16);",
    law: raster,
  },
  {
    id: "rasteriser-harmonic-of-wrong-size",
    file: `${sources}/harmonics.ts`,
    find: "const C22: f32 = 0.5462742152960396;",
    replace: "const C22: f32 = 0.54;",
    law: gaussians,
  },
  {
    id: "rasteriser-harmonic-gradient-of-wrong-sign",
    file: `${sources}/harmonics.ts`,
    find: "pull(out, v128.load(weights, 48), splat(-C1), zero, zero);",
    replace: "pull(out, v128.load(weights, 48), splat(C1), zero, zero);",
    law: gradient,
  },
  {
    id: "rasteriser-blur-dropped",
    file: `${sources}/context.ts`,
    find: "export const BLUR: f32 = 0.3;",
    replace: "export const BLUR: f32 = 0;",
    law: gaussians,
  },
  {
    id: "rasteriser-bounds-let-gradient-through",
    file: `${sources}/project_gradient.ts`,
    find: "const freeX = keep(l.insideX, gj02)",
    replace: "const freeX = gj02",
    law: gradient,
  },
  {
    id: "rasteriser-held-alpha-has-gradient",
    file: `${sources}/raster_gradient.ts`,
    find: "const free = v128.and(touched, f32x4.le(full, alphaMost));",
    replace: "const free = touched;",
    law: gradient,
  },
  {
    id: "rasteriser-similarity-without-its-mean",
    file: `${sources}/loss.ts`,
    find: "mul(nu, mul(sub(a2, a1), over)),",
    replace: "mul(nu, mul(a2, over)),",
    law: training,
  },
  {
    id: "rasteriser-noise-gate-open",
    file: `${sources}/update.ts`,
    find: "exp(mad(splat(100), opacity, splat(-0.5)))",
    replace: "exp(splat(-0.5))",
    law: training,
  },
  {
    id: "rasteriser-noted-in-other-units",
    file: `${sources}/project_gradient.ts`,
    find: "const length = sqrt(mad(gx, gx, mul(gy, gy)));",
    replace: "const length = mad(gx, gx, mul(gy, gy));",
    law: training,
  },
];

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  ...built.map((mutant) => ({ ...mutant, needs, making })),
  {
    id: "rasteriser-camera-not-turned",
    file: `${host}/workspace.ts`,
    find: "v01: c(4), v02: c(8), v10: c(1), v11: c(5), v12: c(9) },",
    replace: "v01: c(1), v02: c(2), v10: c(4), v11: c(5), v12: c(6) },",
    law: gaussians,
  },
  {
    id: "rasteriser-window-too-wide",
    file: `${host}/workspace.ts`,
    find: "exp(-i * i / (2 * 1.5 * 1.5))",
    replace: "exp(-i * i / (2 * 2 * 2))",
    law: training,
  },
  {
    id: "rasteriser-cost-of-opacity-left-out",
    file: `${host}/training.ts`,
    find: "opacityCost: count === 0 ? 0 : opacityCost / count,",
    replace: "opacityCost: 0,",
    law: training,
  },
  {
    id: "rasteriser-adam-bias-left-in",
    file: `${host}/training.ts`,
    find: "const first = 1 - pow(BETA1, step);",
    replace: "const first = 1;",
    law: training,
  },
  {
    id: "rasteriser-adam-second-bias-left-in",
    file: `${host}/training.ts`,
    find: "correction: 1 / Math.sqrt(1 - pow(BETA2, step)),",
    replace: "correction: 1,",
    law: training,
  },
  {
    id: "rasteriser-noise-of-another-key",
    file: `${host}/training.ts`,
    find: "key: [key0, key1] } = asked;",
    replace: "key: [key1, key0] } = asked;",
    law: training,
  },
  {
    id: "rasteriser-first-camera-for-all",
    file: `${host}/splats.ts`,
    find: "space.setCamera(cameras, i);",
    replace: "space.setCamera(cameras);",
    law: raster,
    filter: "several cameras",
  },
  {
    id: "rasteriser-parameters-not-looked-at",
    file: `${host}/parameters.ts`,
    find: "if (fault !== 0) refuseGaussian",
    replace: "if (fault < 0) refuseGaussian",
    law: "tests/kernels/splats_test.ts",
    filter: "aren't numbers",
  },
  {
    id: "kernel-blocks-given-twice",
    file: "src/kernels/module/memory.ts",
    find: "this.#free[place] = { at: at + size, bytes: range.bytes - size };",
    replace: "this.#free[place] = { at, bytes: range.bytes - size };",
    law: "tests/kernels/memory_test.ts",
  },
];

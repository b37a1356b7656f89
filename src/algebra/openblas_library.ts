/**
 * OpenBLAS from the package index: which wheel, where it lies, and its functions. Light until it is
 * opened. The wheel is `scipy-openblas32`, which SciPy's and NumPy's own wheels are built on; of it
 * only the shared libraries are taken.
 *
 * | variable | meaning |
 * | --- | --- |
 * | `LIKENESS_OPENBLAS` | another libscipy_openblas.so of 32-bit integers: wins over the cache |
 * | `OPENBLAS_NUM_THREADS` | OpenBLAS's own: how many processors it may use |
 * @module
 */
import { join } from "@std/path";
import { EngineError } from "../base/mod.ts";
import { loadForGood, type Product } from "../install/mod.ts";
import { cacheFolder, type Environment, type Wheel } from "../install/tensorflow/mod.ts";

/** For the messages of its installation. */
export const product: Product = { owner: "openblas", title: "OpenBLAS" };

/** The pinned wheel: OpenBLAS 0.3.31 and LAPACK, for glibc 2.17 or newer on x86-64. */
export const wheel: Wheel = {
  file: "scipy_openblas32-0.3.31.188.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
  bytes: 8_872_077,
  sha256: "29534062c634a635c4d86b7f238541a81a39e457048ad3d717f54843530a0112",
  unpacked: 27_435_347,
};

/** Version of the wheel, which names its folder. */
export const version = "0.3.31.188.0";

/** What is taken out of the wheel, with its size. */
export const files: Readonly<Record<string, number>> = {
  "scipy_openblas32/lib/libscipy_openblas.so": 24_464_225,
  "scipy_openblas32/lib/libgfortran-040039e1.so.5.0.0": 2_723_513,
  "scipy_openblas32/lib/libquadmath-96973f99.so.0.0.0": 247_609,
};

/** The folder of the libraries in the cache, whether or not it is there. */
export function openblasFolder(cache: string): string {
  return join(cache, "openblas", version);
}

/** The library in a folder of the wheel's layout. */
export function libraryIn(folder: string): string {
  return join(folder, Object.keys(files)[0]);
}

/** The library to open, or why there is none. */
export function locateOpenblas(env: Environment = Deno.env): { path: string } | {
  obstacle: string;
} {
  const size = (path: string) => {
    try {
      return Deno.statSync(path).size;
    } catch {
      return null;
    }
  };
  const named = env.get("LIKENESS_OPENBLAS");
  if (named) {
    return size(named) === null
      ? { obstacle: `not where LIKENESS_OPENBLAS says: there is no ${named}; correct or unset it` }
      : { path: named };
  }
  const { os, arch } = Deno.build;
  if (os !== "linux" || arch !== "x86_64") {
    return {
      obstacle:
        `not for this platform: the pinned build needs Linux on x86-64, and this is ${os} ` +
        `on ${arch}; LIKENESS_OPENBLAS can name a library of your own`,
    };
  }
  let folder: string;
  try {
    folder = openblasFolder(cacheFolder(env));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { obstacle: error.message };
  }
  for (const [path, bytes] of Object.entries(files)) {
    if (size(join(folder, path)) !== bytes) {
      return { obstacle: "not installed; `deno task openblas` gets it (9 MB)" };
    }
  }
  return { path: libraryIn(folder) };
}

const int = "buffer" as const; // Fortran takes every argument by reference

const SYMBOLS = {
  scipy_openblas_get_config: { parameters: [], result: "pointer" },
  scipy_openblas_get_num_threads: { parameters: [], result: "i32" },
  // order, transA, transB, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc
  scipy_cblas_dgemm: {
    parameters: [
      ...(["i32", "i32", "i32", "i32", "i32", "i32"] as const),
      ...(["f64", "buffer", "i32", "buffer", "i32", "f64", "buffer", "i32"] as const),
    ],
    result: "void",
  },
  // order, uplo, trans, n, k, alpha, A, lda, beta, C, ldc
  scipy_cblas_dsyrk: {
    parameters: [
      ...(["i32", "i32", "i32", "i32", "i32"] as const),
      ...(["f64", "buffer", "i32", "f64", "buffer", "i32"] as const),
    ],
    result: "void",
  },
  // uplo, n, A, lda, info; length of uplo
  scipy_dpotrf_: { parameters: ["buffer", int, "buffer", int, int, "usize"], result: "void" },
  // m, n, A, lda, tau, work, lwork, info
  scipy_dgelqf_: {
    parameters: [int, int, "buffer", int, "buffer", "buffer", int, int],
    result: "void",
  },
  // uplo, n, A, lda, piv, rank, tol, work, info; length of uplo
  scipy_dpstrf_: {
    parameters: ["buffer", int, "buffer", int, "buffer", int, "buffer", "buffer", int, "usize"],
    result: "void",
  },
  // jobz, m, n, A, lda, S, U, ldu, VT, ldvt, work, lwork, iwork, info; length of jobz
  scipy_dgesdd_: {
    parameters: [
      ...(["buffer", int, int, "buffer", int, "buffer", "buffer", int] as const),
      ...(["buffer", int, "buffer", int, "buffer", int, "usize"] as const),
    ],
    result: "void",
  },
  // jobz, uplo, n, A, lda, W, work, lwork, iwork, liwork, info; lengths of jobz and uplo
  scipy_dsyevd_: {
    parameters: [
      ...(["buffer", "buffer", int, "buffer", int, "buffer", "buffer"] as const),
      ...([int, "buffer", int, int, "usize", "usize"] as const),
    ],
    result: "void",
  },
} as const;

/** The C and Fortran functions that are used. */
export type Symbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** Opens the library for the rest of the process. @throws Error with the loader's words */
export function openLibrary(path: string): { symbols: Symbols; version: string } {
  loadForGood(path, { quiet: false });
  const { symbols } = Deno.dlopen(path, SYMBOLS);
  const config = symbols.scipy_openblas_get_config();
  const words = config === null ? "" : Deno.UnsafePointerView.getCString(config);
  return { symbols, version: words.match(/OpenBLAS ([\w.]+)/)?.[1] ?? "of unknown version" };
}

/**
 * Who may compute in tests that everybody must pass: plain JavaScript, and OpenBLAS where it is here.
 * @module
 */
import type { LinearAlgebra } from "../../src/algebra/linear_algebra.ts";
import { hostAlgebra } from "../../src/algebra/host.ts";
import { openblas } from "../../src/algebra/openblas.ts";
import { runDeno } from "../../src/proof/figures/process.ts";
import { type Need, need, needing } from "../needs.ts";

/** One who computes. */
export interface Computer {
  /** For tests' names: the same whether or not it is here. */
  readonly name: string;
  /** Where it isn't here, an object that no test touches. */
  readonly algebra: LinearAlgebra;
  /** For laws. */
  readonly needs?: Need;
  /** As `Deno.test`. */
  readonly test: ReturnType<typeof needing>;
}

const found = openblas();
const needs = await need("openblas");

/** OpenBLAS. */
export const fast: Computer = {
  name: "OpenBLAS",
  algebra: "algebra" in found ? found.algebra : {} as unknown as LinearAlgebra,
  needs,
  test: needing(needs),
};

/** Both. */
export const computers: readonly Computer[] = [
  { name: hostAlgebra.name, algebra: hostAlgebra, test: needing(undefined) },
  fast,
];

/** What a module prints, which must be JSON, run where there is no OpenBLAS. */
export async function withoutOpenblas(module: string): Promise<unknown> {
  const cache = await Deno.makeTempDir({ prefix: "no-openblas-" });
  try {
    const env = { LIKENESS_CACHE: cache, LIKENESS_OPENBLAS: "" };
    const ran = await runDeno(["run", "-A", module], { env });
    if (ran.code !== 0) throw new Error(`${module} failed:\n${ran.stderr}`);
    return JSON.parse(ran.stdout);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

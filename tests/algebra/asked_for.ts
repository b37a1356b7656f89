/** Prints what becomes of a metric that asks for OpenBLAS by name: who computes, or the error. */
import { algebraFor } from "../../src/algebra/algebra.ts";

const outcome = (() => {
  try {
    return { name: algebraFor(4, { asked: "openblas" }).name };
  } catch (error) {
    return { error: (error as Error).name, message: (error as Error).message };
  }
})();
console.log(JSON.stringify({ ...outcome, wide: algebraFor(4096).name }));

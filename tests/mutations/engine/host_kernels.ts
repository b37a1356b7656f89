/** Bugs of operations that are computed on the host. @module */
import type { Mutant } from "../run.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "host-inputs-read-from-old-heap",
    file: "src/engine/wasm/host_kernels.ts",
    find: "name === undefined ? found[i].values : backend.typedArrayFromHeap(inputs[name])",
    replace: "name === null ? new Float32Array() : found[i].values",
    law: "tests/engine/host_kernel_test.ts",
  },
  {
    id: "reshaping-programs-captured",
    file: "src/run/model/programs.ts",
    find: "...(model.reshapes?.includes(name) && { reshape: true }),",
    replace: "",
    law: "tests/families/contract_test.ts",
    filter: "reshape",
  },
  {
    id: "reshapes-of-no-program",
    file: "src/families/contract.ts",
    find: "  for (const name of reshapes) {",
    replace: "  for (const name of reshapes.slice(1)) {",
    law: "tests/families/contract_test.ts",
    filter: "reshape",
  },
];

/** Families that don't stand as the README of families has it. @module */
import type { Mutant } from "../run.ts";

const law = "tests/families/layout_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "face-with-logic",
    file: "src/families/energy/mod.ts",
    find: 'export { energyModel } from "./family.ts";',
    replace:
      'import { energyModel as family } from "./family.ts";\nexport const energyModel = { ...family };',
    law,
  },
  {
    id: "registry-row-of-another-family",
    file: "src/registry.ts",
    find: 'import("./families/vae/mod.ts").then((m) => m.vae)',
    replace: 'import("./families/vqvae/mod.ts").then((m) => m.vqvae as unknown as Family)',
    law,
  },
  {
    id: "registry-row-missing",
    file: "src/registry.ts",
    find: '  energy: () => import("./families/energy/mod.ts").then((m) => m.energyModel),\n',
    replace: "",
    law,
  },
];

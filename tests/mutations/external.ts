/** Bugs of samples from elsewhere, each with the law that must see it. @module */
import type { Mutant } from "./run.ts";

const law = "tests/protocols/external/external_test.ts";
const predictions = "tests/protocols/external/predictions_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "external-size-not-checked",
    file: "src/protocols/external/strict.ts",
    find: "if (picture.width !== spec.width || picture.height !== spec.height) {",
    replace: "if (picture.width < spec.width || picture.height < spec.height) {",
    law,
    filter: "never mended",
  },
  {
    id: "external-digest-not-checked",
    file: "src/protocols/external/execute.ts",
    find: "about === undefined || await sha256(data) !== about.sha256",
    replace: "about === undefined",
    law,
    filter: "run once",
  },
  {
    id: "external-exit-code-ignored",
    file: "src/protocols/external/program.ts",
    find: "if (status.success) return;",
    replace: "if (status.code < 9) return;",
    law,
    filter: "a program that fails",
  },
  {
    id: "external-seed-ignored",
    file: "src/protocols/external/gather.ts",
    find: "const values = { out: resolve(scratch), count, seed, height, width, channels };",
    replace: "const values = { out: resolve(scratch), count, seed: 0, height, width, channels };",
    law,
    filter: "run once",
  },
  {
    id: "predictions-by-code-units",
    file: "src/protocols/external/predictions.ts",
    find: "files: [...files].sort(byNumber),",
    replace: "files: [...files].sort(),",
    law: predictions,
  },
  {
    id: "predictions-by-order-though-named",
    file: "src/protocols/external/predictions.ts",
    find: "if (found.length === 0) continue;",
    replace: "if (found.length >= 0) continue;",
    law: predictions,
  },
  {
    id: "predictions-in-the-order-asked",
    file: "src/protocols/external/predictions.ts",
    find: "const place = own[nth % own.length];",
    replace: "const place = i % views.count + 0 * own[nth % own.length];",
    law: predictions,
  },
];

/** Bugs of the pictures that runs leave, each with the law that must see it. @module */
import type { Mutant } from "../run.ts";

const law = "tests/show/image_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "neighbour-is-farthest",
    file: "src/algebra/neighbours.ts",
    find: "if (d < best[i]) {",
    replace: "if (d > best[i] || j === 0) {",
    law,
  },
  {
    id: "noise-differs-by-class",
    file: "src/show/image.ts",
    find: "rows: each((_, column) => column)",
    replace: "rows: each((row, column) => row * acrossSheet + column)",
    law,
  },
  {
    id: "prior-walks-cut-the-shell",
    file: "src/show/image.ts",
    find: `lines(codes, "spherical")`,
    replace: `lines(codes, "linear")`,
    law,
  },
];

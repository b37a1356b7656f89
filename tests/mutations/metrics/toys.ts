/** Mutants of the toy data. */

const shapes = "tests/data/toys_test.ts";

export const mutants = [
  {
    id: "toy-law-half-a-cell-off",
    file: "src/data/toys/law.ts",
    find: "2 * (level - 0.5) / 255 - 1",
    replace: "2 * (level + 3.5) / 255 - 1",
    law: shapes,
  },
  {
    id: "toy-curve-narrower",
    file: "src/data/toys/shapes.ts",
    find: "at: [x + sigma * normals[0], y + sigma * normals[1]]",
    replace: "at: [x + sigma * normals[0], y + 0.8 * sigma * normals[1]]",
    law: shapes,
  },
  {
    id: "toy-twist-backwards",
    file: "src/data/toys/shapes.ts",
    find: "const back = -BLADE.twist",
    replace: "const back = BLADE.twist",
    law: shapes,
  },
];

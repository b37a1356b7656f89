/** Bugs that the laws of heads and images must notice. */
import type { Mutant } from "../run.ts";

const sample = "src/data/heads/sample.ts", render = "src/data/heads/render/render.ts";
const frame = "src/data/heads/render/frame.ts";

/** Mutants of src/data/heads, src/data/rendered and src/kinds/image/images.ts. */
export const mutants: Mutant[] = [
  {
    id: "heads-seed-ignored",
    file: sample,
    find: `hostKey(seed, "heads", split)`,
    replace: `hostKey(0 * seed, "heads", split)`,
    law: "tests/data/heads/sample_test.ts",
  },
  {
    id: "heads-splits-share-persons",
    file: sample,
    find: `hostKey(seed, "heads", split)`,
    replace: `hostKey(seed, "heads", split.slice(0, 0))`,
    law: "tests/data/heads/sample_test.ts",
  },
  {
    id: "heads-hair-is-a-gender-proxy",
    file: sample,
    find: `hair: pick(HAIRS, who[5]),`,
    replace: `hair: pick(HAIRS, gender === "male" ? 0.9 * who[5] : who[5]),`,
    law: "tests/data/heads/sample_test.ts",
  },
  {
    id: "heads-frame-ignores-person",
    file: frame,
    find: `* size / measure.height;`,
    replace: `* size / 2.1;`,
    law: "tests/data/heads/render_test.ts",
  },
  {
    id: "heads-yaw-reversed",
    file: frame,
    find: `const yawed = [cy, 0, sy, 0, 1, 0, -sy, 0, cy];`,
    replace: `const yawed = [cy, 0, -sy, 0, 1, 0, sy, 0, cy];`,
    law: "tests/data/heads/render_test.ts",
  },
  {
    id: "heads-noise-left-out",
    file: render,
    find: `(grain ? noise * grain[i] : 0)`,
    replace: `(grain ? 1 * grain[i] : 0)`,
    law: "tests/data/heads/render_test.ts",
  },
  {
    id: "heads-cache-unchecked",
    file: "src/data/rendered/chunk_file.ts",
    find: `if (await sha256(body) !== header.sha256)`,
    replace: `if (await sha256(body) === "")`,
    law: "tests/data/heads/heads_test.ts",
    filter: "spoilt",
  },
  {
    id: "heads-rendered-unasked",
    file: "src/data/rendered/store.ts",
    find: "if (chosen.length > 0) await this.#prepare(split);",
    replace: 'await this.#prepare("train");\n    await this.#prepare(split);',
    law: "tests/data/heads/heads_test.ts",
    filter: "first read",
  },
  {
    id: "heads-pieces-misplaced",
    file: "src/data/rendered/store.ts",
    find: `at = from % each;`,
    replace: `at = 0;`,
    law: "tests/data/heads/heads_test.ts",
    filter: "items are the pictures",
  },
  {
    id: "images-truncate",
    file: "src/kinds/image/images.ts",
    find: `Math.floor(255 * value + 0.5)`,
    replace: `Math.floor(255 * value)`,
    law: "tests/kinds/image/images_test.ts",
  },
  {
    id: "images-resize-shifted",
    file: "src/kinds/image/images.ts",
    find: `const low = i * from / to, high = (i + 1) * from / to;`,
    replace: `const low = i * from / to + 0.5, high = (i + 1) * from / to + 0.5;`,
    law: "tests/kinds/image/images_test.ts",
  },
];

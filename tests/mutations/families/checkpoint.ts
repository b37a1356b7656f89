/** Mutants of checkpoints and of the files that they come in: each edit must make its law fail. */
const gguf = "tests/nn/gguf_test.ts";
const law = "tests/properties/language/checkpoint_test.ts";
const logits = "tests/families/language/checkpoint/logits_test.ts";
const folder = "tests/families/language/checkpoint/folder_test.ts";
const checkpoint = "src/families/language/checkpoint";

export const mutants = [
  {
    id: "q4-1-without-minimum",
    file: "src/nn/files/gguf/blocks.ts",
    find: "fourBits(bytes, into, { from: from + 4, to, d, m });",
    replace: "fourBits(bytes, into, { from: from + 4, to, d, m: 0 * m });",
    law: gguf,
  },
  {
    id: "q4-halves-swapped",
    file: "src/nn/files/gguf/blocks.ts",
    find: "into[to + i] = d * (byte & 15) + m;\n    into[to + HALF + i] = d * (byte >> 4) + m;",
    replace: "into[to + i] = d * (byte >> 4) + m;\n    into[to + HALF + i] = d * (byte & 15) + m;",
    law: gguf,
  },
  {
    id: "q4-0-uncentred",
    file: "src/nn/files/gguf/blocks.ts",
    find: "m: -8 * d",
    replace: "m: -7 * d",
    law: gguf,
  },
  {
    id: "q8-unsigned",
    file: "src/nn/files/gguf/blocks.ts",
    find: "(bytes[from + 2 + i] << 24 >> 24)",
    replace: "bytes[from + 2 + i]",
    law: gguf,
  },
  {
    id: "gguf-truncation-unseen",
    file: "src/nn/files/gguf/file.ts",
    find: "if (start + offset + bytes > size) {",
    replace: "if (start + offset > size) {",
    law: gguf,
  },
  {
    id: "brain-half-as-half",
    file: "src/nn/files/safetensors.ts",
    find: "return fromBrainHalves(new Uint16Array(buffer));",
    replace: "return fromHalves(new Uint16Array(buffer));",
    law: logits,
  },
  {
    id: "checkpoint-linear-not-turned",
    file: `${checkpoint}/layout.ts`,
    find: "file = bases[o] + i * stride;",
    replace: "file = turned && inner === count ? i * count + o : bases[o] + i * stride;",
    law: logits,
  },
  {
    id: "checkpoint-thirds-shuffled",
    file: `${checkpoint}/layout.ts`,
    find: "const first = (part?.index ?? 0) * count;",
    replace: "const first = (part === undefined ? 0 : 2 - part.index) * count;",
    law: logits,
  },
  {
    id: "checkpoint-tied-unsaid",
    file: `${checkpoint}/hugging_face/write_config.ts`,
    find: "tie_word_embeddings: shape.tied,",
    replace: "tie_word_embeddings: false,",
    law,
  },
  {
    id: "checkpoint-rope-scaling-dropped",
    file: `${checkpoint}/hugging_face/write_config.ts`,
    find: "rope_scaling: scaling(shape.rotary!),",
    replace: "rope_scaling: null,",
    law,
  },
  {
    id: "gguf-pairs-not-undone",
    file: `${checkpoint}/layout.ts`,
    find: "return first + head * width + 2 * (within % half) + Math.floor(within / half);",
    replace: "return first + head * width + within;",
    law,
  },
  {
    id: "gguf-pairs-undone-twice",
    file: `${checkpoint}/layout.ts`,
    find: "return first + head * width + 2 * (within % half) + Math.floor(within / half);",
    replace: "return first + head * width + half * (within % 2) + Math.floor(within / 2);",
    law,
  },
  {
    id: "checkpoint-tied-head-unchecked",
    file: `${checkpoint}/parameters.ts`,
    find: "if (!shape.tied || !file.tensors.has(naming.head)) return;",
    replace: "if (naming !== undefined) return;",
    law: folder,
  },
  {
    id: "checkpoint-surplus-unseen",
    file: `${checkpoint}/parameters.ts`,
    find: "!wanted.has(name) && !naming.needless.test(name)",
    replace: 'name === "" && !naming.needless.test(name)',
    law: folder,
  },
];

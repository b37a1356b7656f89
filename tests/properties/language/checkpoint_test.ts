import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decoderFault,
  type DecoderShape,
  initDecoder,
} from "../../../src/backbones/decoder/mod.ts";
import { disposeTree, leaves } from "../../../src/engine/mod.ts";
import {
  openFolder,
  parameterShapes,
  writeFolder,
} from "../../../src/families/language/checkpoint/mod.ts";
import {
  fromFile,
  intoFile,
  shapeInFile,
} from "../../../src/families/language/checkpoint/layout.ts";
import { ggufNaming } from "../../../src/families/language/checkpoint/names.ts";
import { bytesJson, bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { key } from "../../families/small.ts";
import { engine } from "../../families/on_engine.ts";
import { law } from "../../law.ts";

const size = (most: number) => fc.integer({ min: 1, max: most });

/** Shapes of all forms, as small as they come. */
const shapes: fc.Arbitrary<DecoderShape> = fc.record({
  form: fc.constantFrom("llama", "llama biased", "qwen2", "qwen3", "gpt2"),
  layers: size(2),
  keyValueHeads: size(2),
  shared: size(2),
  half: size(3),
  apart: fc.boolean(),
  hidden: size(9),
  context: size(20),
  tied: fc.boolean(),
  base: fc.constantFrom(10000, 500000, 1234.5),
  scaled: fc.constantFrom("none", "linear", "llama3"),
}).map(({ form, keyValueHeads, shared, half, apart, base, scaled, ...rest }) => {
  const gpt2 = form === "gpt2", heads = gpt2 ? keyValueHeads : keyValueHeads * shared;
  const headWidth = 2 * half, own = form === "qwen2" || gpt2 || !apart;
  return {
    ...rest,
    vocabulary: 257,
    // Heads needn't fill the width but in GPT-2 and Qwen 2.
    width: own ? heads * headWidth : heads * 3,
    heads,
    keyValueHeads,
    headWidth,
    norm: gpt2 ? "layer" : "rms",
    epsilon: 1e-5,
    positions: gpt2 ? "learnt" : "rotary",
    ...(!gpt2 && {
      rotary: {
        base,
        ...(scaled === "linear" && { scaling: { kind: "linear", factor: 2.5 } as const }),
        ...(scaled === "llama3" && {
          scaling: {
            kind: "llama3",
            factor: 8,
            lowFrequency: 1,
            highFrequency: 4,
            original: 16,
          } as const,
        }),
      },
    }),
    bias: form === "qwen2" ? "qkv" : gpt2 || form === "llama biased" ? "all" : "none",
    queryKeyNorm: form === "qwen3",
    mlp: gpt2 ? "gelu" : "swiglu",
  } satisfies DecoderShape;
});

law("parameters are those of the decoder, by path and shape", {
  source: "definition",
  given: { shape: shapes },
  cases: 40,
  holds: ({ shape }) => {
    assertEquals(decoderFault(shape), null);
    const made = initDecoder(key("decoder"), shape);
    assertEquals(
      Object.fromEntries(leaves(made).map(([path, leaf]) => [path, leaf.shape])),
      Object.fromEntries([...parameterShapes(shape)].map(([path, own]) => [path, [...own]])),
    );
    disposeTree(made);
  },
});

/** Values that tell each place of each parameter. */
function valuesOf(path: string, shape: readonly number[]): Float32Array {
  let seed = 7;
  for (const letter of path) seed = (31 * seed + letter.charCodeAt(0)) % 65521;
  return Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => seed + i / 1024);
}

law("a folder that is written is read back: shape, words and every parameter", {
  source: "definition",
  given: { shape: shapes, chat: fc.boolean(), ends: fc.uniqueArray(fc.nat(256), { maxLength: 2 }) },
  cases: 40,
  kills: ["checkpoint-tied-unsaid", "checkpoint-rope-scaling-dropped"],
  holds: async ({ shape, chat, ends }) => {
    const folder = await Deno.makeTempDir({ prefix: "likeness-checkpoint-" });
    const words = {
      tokenizer: bytesTokenizer,
      json: bytesJson(),
      bos: 256,
      ends: [256, ...ends.filter((id) => id !== 256)],
      ...(chat && { chatTemplate: "{{ messages[0].content }}" }),
      separated: "",
    };
    const all = parameterShapes(shape);
    try {
      await writeFolder(folder, {
        shape,
        words,
        parameter: (path) => Promise.resolve(valuesOf(path, all.get(path)!)),
      });
      const opened = await openFolder(folder);
      assertEquals({ ...opened.shape }, { ...shape });
      const { tokenizer, json, bos, ends, chatTemplate } = opened.words;
      assertEquals([json, bos, ends], [words.json, words.bos, words.ends]);
      assertEquals([chatTemplate, tokenizer.separator], [words.chatTemplate, 256]);
      const params = await opened.load(engine);
      for (const [path, leaf] of leaves(params)) {
        assertEquals(await engine.read(leaf), valuesOf(path, all.get(path)!), path);
      }
      assertEquals(leaves(params).length, all.size);
      disposeTree(params);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

law("in GGUF a Llama's rotary pairs stand side by side, and are put a half apart", {
  source: "llama.cpp's convert_hf_to_gguf: reshape(heads, 2, D/2, …).swapaxes(1, 2)",
  given: { heads: size(3), half: size(3), inner: size(3) },
  kills: ["gguf-pairs-not-undone", "gguf-pairs-undone-twice"],
  holds: ({ heads, half, inner }) => {
    const out = 2 * heads * half, { place } = ggufNaming({ paired: { query: heads, key: heads } });
    const query = place("layers/0/query/weight"), shape = [inner, out];
    assertEquals(shapeInFile(shape, query), [out, inner]);
    // File row (head, pair, side) is Hugging Face's row (head, side, pair).
    const file = new Float32Array(out * inner), wanted = new Float32Array(out * inner);
    for (let h = 0; h < heads; h++) {
      for (let pair = 0; pair < half; pair++) {
        for (let side = 0; side < 2; side++) {
          for (let i = 0; i < inner; i++) {
            const o = (h * 2 + side) * half + pair, value = 1 + o * inner + i;
            file[((h * half + pair) * 2 + side) * inner + i] = value;
            wanted[i * out + o] = value;
          }
        }
      }
    }
    const values = fromFile(file, { shape, place: query });
    assertEquals(values, wanted);
    const back = new Float32Array(file.length);
    intoFile(values, { shape, place: query, into: back });
    assertEquals(back, file);
    assert(place("layers/0/value/weight").pairedHeads === undefined);
  },
});

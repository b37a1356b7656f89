import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { DataError, ToldError } from "../../../../src/base/mod.ts";
import { disposeTree, leaves } from "../../../../src/engine/mod.ts";
import {
  checkpointContent,
  openCheckpoint,
  openFolder,
  openGgufModel,
  writeFolder,
} from "../../../../src/families/language/checkpoint/mod.ts";
import { tensorFiles } from "../../../../src/families/language/checkpoint/hugging_face/folder.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../../src/nn/files/mod.ts";
import { engine } from "../../on_engine.ts";
import { forms, type Golden, golden, wholeFolder } from "./golden.ts";

type Json = Record<string, unknown>;

/** Works in a golden folder of its own. */
async function within(name: Golden, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await wholeFolder(name);
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const readJson = async (...path: string[]) =>
  JSON.parse(await Deno.readTextFile(join(...path))) as Json;

/** What opening says of a folder whose config has these keys. */
async function refusal(name: Golden, keys: Json): Promise<string> {
  let message = "";
  await within(name, async (folder) => {
    const config = { ...await readJson(folder, "config.json"), ...keys };
    await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(config));
    message = (await assertRejects(() => openFolder(folder), DataError)).message;
  });
  return message;
}

Deno.test("what can't be computed is named by key and value", async () => {
  const cases: [Golden, Json, string][] = [
    ["llama", { architectures: ["GemmaForCausalLM"], model_type: "gemma" }, "GemmaForCausalLM"],
    ["llama", { hidden_act: "gelu" }, '`hidden_act` is "gelu"'],
    ["llama", { attention_bias: true }, "`attention_bias` is true"],
    ["llama", { mlp_bias: true }, "`mlp_bias` is true"],
    [
      "llama",
      { rope_parameters: { rope_type: "yarn", factor: 4, rope_theta: 10000 } },
      '`rope_type` is "yarn"',
    ],
    [
      "llama",
      { rope_parameters: null, rope_scaling: { type: "dynamic", factor: 2 } },
      '`type` is "dynamic"',
    ],
    [
      "llama",
      { rope_parameters: { partial_rotary_factor: 0.5 } },
      "`partial_rotary_factor` is 0.5",
    ],
    ["llama", { quantization_config: { bits: 4 } }, "`quantization_config`"],
    ["llama", { hidden_size: "16" }, '`hidden_size` is "16"'],
    ["llama", { num_attention_heads: 3 }, "divide"],
    ["mistral", { sliding_window: 4096 }, "`sliding_window` is 4096"],
    ["qwen2", { use_sliding_window: true }, "`use_sliding_window` is true"],
    ["qwen3", { layer_types: ["full_attention", "sliding_attention"] }, "`layer_types`"],
    ["qwen3", { attention_bias: true }, "`attention_bias` is true"],
    ["gpt2", { activation_function: "gelu" }, '`activation_function` is "gelu"'],
    ["gpt2", { scale_attn_by_inverse_layer_idx: true }, "`scale_attn_by_inverse_layer_idx`"],
  ];
  for (const [name, keys, words] of cases) {
    const message = await refusal(name, keys);
    assert(message.includes(words), `${JSON.stringify(keys)}: ${message}`);
  }
});

Deno.test("keys as transformers 4 writes them mean the same", async () => {
  await within("llama_llama3", async (folder) => {
    const { shape } = await openFolder(folder);
    const { rope_parameters, ...config } = await readJson(folder, "config.json");
    const { rope_theta, ...rope_scaling } = rope_parameters as Json;
    const old = { ...config, rope_theta, rope_scaling };
    await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(old));
    assertEquals((await openFolder(folder)).shape, shape);
  });
});

Deno.test("tensors that are missing, surplus or misshapen are listed", async () => {
  await within("llama", async (folder) => {
    const path = join(folder, "model.safetensors");
    const { tensors } = decodeSafetensors(await Deno.readFile(path));
    const { "model.norm.weight": norm, ...rest } = tensors;
    const down = "model.layers.1.mlp.down_proj.weight";
    const bytes = encodeSafetensors({
      ...rest,
      "model.layers.0.self_attn.q_norm.weight": norm,
      [down]: { ...tensors[down], shape: tensors[down].shape.toReversed() },
    });
    await Deno.writeFile(path, bytes);
    const { message } = await assertRejects(() => openFolder(folder), DataError);
    for (
      const words of [
        "lacks model.norm.weight",
        "has model.layers.0.self_attn.q_norm.weight",
        `${down} is [24,16] where the config makes it [16,24]`,
      ]
    ) assert(message.includes(words), message);
  });
});

Deno.test("a head beside tied embeddings has to be them", async () => {
  await within("llama_tied", async (folder) => {
    const path = join(folder, "model.safetensors");
    const { tensors } = decodeSafetensors(await Deno.readFile(path));
    const embeddings = tensors["model.embed_tokens.weight"];
    const write = async (head: Float32Array) =>
      await Deno.writeFile(
        path,
        encodeSafetensors({ ...tensors, "lm_head.weight": { ...embeddings, data: head } }),
      );
    await write(embeddings.data as Float32Array);
    assertEquals((await openFolder(folder)).shape.tied, true);
    await write((embeddings.data as Float32Array).map((value) => -value));
    const { message } = await assertRejects(() => openFolder(folder), DataError);
    assert(message.includes("tie_word_embeddings"), message);
  });
});

Deno.test("what lies around texts: separator, ends, chat template, padded vocabulary", async () => {
  await within("llama", async (folder) => {
    const { words, notes, shape } = await openFolder(folder);
    const { tokenizer, bos, ends, chatTemplate } = words;
    const { special } = tokenizer;
    assertEquals([tokenizer.separator, bos], [special["<|im_start|>"], special["<|im_start|>"]]);
    assertEquals(ends, [special["<|im_end|>"], special["<|endoftext|>"]]);
    assert(chatTemplate?.startsWith("{% for m in messages %}"));
    assert(notes.some((note) => note.includes("<|im_start|>") && note.includes("begins texts")));
    assertEquals([tokenizer.vocabulary, tokenizer.lengths.length], [shape.vocabulary, 272]);
    // Room that the model has and the tokenizer doesn't use.
    assertEquals(tokenizer.decode([tokenizer.encode("a")[0], 270]), new TextEncoder().encode("a"));
    await Deno.writeTextFile(join(folder, "tokenizer_config.json"), '{"bos_token": null}');
    const without = await openFolder(folder);
    assertEquals(without.words.bos, undefined);
    assertEquals(without.words.tokenizer.separator, special["<|im_end|>"]);
  });
});

Deno.test("what isn't there is told with what to do", async () => {
  await within("qwen3", async (folder) => {
    const context = { path: (written: string) => written, cache: folder };
    const shard = (await tensorFiles(folder))[1];
    await Deno.remove(join(folder, shard));
    const lost = await assertRejects(() => openFolder(folder), DataError);
    assert(lost.message.includes(shard), lost.message);
    await Deno.remove(join(folder, "tokenizer.json"));
    const silent = await assertRejects(() => openFolder(folder), DataError);
    assert(silent.message.includes("save_pretrained"), silent.message);
    const nowhere = await assertRejects(
      () => openCheckpoint(join(folder, "x"), context),
      DataError,
    );
    assert(nowhere.message.includes("smollm2-135m-instruct"), nowhere.message);
  });
});

Deno.test("a checkpoint's digest is of its files: another byte gives another", async () => {
  await within("gpt2", async (folder) => {
    const digest = async () => {
      const seen: string[] = [];
      await checkpointContent(folder, {
        path: (written) => written,
        async files(files) {
          for (const { name, path } of files) {
            const text = await Deno.readFile(path).then((bytes) => bytes.join(), () => "none");
            seen.push(`${name} ${text}`);
          }
          return seen.join("\n");
        },
      });
      return seen.join("\n");
    };
    const before = await digest();
    assertEquals(await digest(), before);
    for (const name of ["model.safetensors", "config.json", "tokenizer.json"]) {
      const path = join(folder, name), bytes = await Deno.readFile(path);
      await Deno.writeFile(path, bytes.with(bytes.length - 1, bytes[bytes.length - 1] ^ 1));
      assert(await digest() !== before, name);
      await Deno.writeFile(path, bytes);
    }
  });
});

for (const name of forms.filter((form) => form !== "mistral")) {
  Deno.test(`what is written again is transformers' own file: ${name}`, async () => {
    await within(name, async (folder) => {
      const opened = await openFolder(folder);
      const params = await opened.load(engine), to = await Deno.makeTempDir();
      const values = new Map(
        await Promise.all(
          leaves(params).map(async ([path, leaf]) => [path, await engine.read(leaf)] as const),
        ),
      );
      disposeTree(params);
      await writeFolder(to, {
        shape: opened.shape,
        words: opened.words,
        parameter: (path) => Promise.resolve(values.get(path) as Float32Array),
      });
      const theirs: Record<string, unknown> = {};
      for (const file of await tensorFiles(folder)) {
        const { tensors } = decodeSafetensors(await Deno.readFile(join(folder, file)));
        for (const [key, { shape, data }] of Object.entries(tensors)) theirs[key] = { shape, data };
      }
      const { tensors } = decodeSafetensors(await Deno.readFile(join(to, "model.safetensors")));
      const ours = Object.entries(tensors).map(([key, { shape, data }]) => [key, { shape, data }]);
      assertEquals(Object.fromEntries(ours), theirs);
      assertEquals((await openFolder(to)).shape, opened.shape);
      await Deno.remove(to, { recursive: true });
    });
  });
}

Deno.test("of GGUF too, what can't be read is named", async () => {
  const bytes = await Deno.readFile(golden("gguf", "llama.gguf"));
  const text = new TextDecoder("latin1").decode(bytes);
  const path = await Deno.makeTempFile({ suffix: ".gguf" });
  const patches: [string, string, string][] = [
    [
      "general.architecture\x08\0\0\0\x05\0\0\0\0\0\0\0llama",
      "llamb",
      "general.architecture is llamb",
    ],
    [
      "tokenizer.ggml.model\x08\0\0\0\x04\0\0\0\0\0\0\0gpt2",
      "bert",
      "tokenizer.ggml.model is bert",
    ],
    ["tokenizer.ggml.pre\x08\0\0\0\x06\0\0\0\0\0\0\0smollm", "nobody", '"nobody"'],
    ["blk.0.ffn_gate.weight", "weighs", "lacks blk.0.ffn_gate.weight"],
  ];
  for (const [find, put, words] of patches) {
    const at = text.indexOf(find) + find.length - put.length, changed = bytes.slice();
    assert(at > 0, find);
    changed.set(new TextEncoder().encode(put), at);
    await Deno.writeFile(path, changed);
    const { message } = await assertRejects(() => openGgufModel(path), ToldError);
    assert(message.includes(words), message);
  }
  await Deno.remove(path);
});

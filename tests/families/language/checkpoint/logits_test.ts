import { assert } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { decoder } from "../../../../src/backbones/decoder/mod.ts";
import { disposeTree } from "../../../../src/engine/mod.ts";
import {
  type Opened,
  openFolder,
  openGgufModel,
} from "../../../../src/families/language/checkpoint/mod.ts";
import { engine, values } from "../../on_engine.ts";
import { expected, forms, golden, wholeFolder } from "./golden.ts";

/** Largest distance of our logits from transformers'. */
async function farthest(
  opened: Opened,
  { tokens, logits }: { tokens: Int32Array; logits: Float32Array },
): Promise<number> {
  const params = await opened.load(engine);
  const { shape } = opened;
  const ours = await values(() =>
    decoder(params, tf.tensor2d(tokens, [1, tokens.length], "int32"), { shape })
  );
  disposeTree(params);
  return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - logits[i])), 0);
}

for (const name of forms) {
  Deno.test(`logits are transformers': ${name}`, async () => {
    const folder = await wholeFolder(name);
    const opened = await openFolder(folder);
    const far = await farthest(opened, await expected(name, "expected.safetensors"));
    await Deno.remove(folder, { recursive: true });
    assert(far < 1e-5, `${name}: logits differ by ${far}`);
  });
}

for (const name of ["llama", "llama3", "qwen2", "qwen3", "gpt2"]) {
  Deno.test(`logits are transformers' on the dequantised weights: ${name} in GGUF`, async () => {
    const opened = await openGgufModel(golden("gguf", `${name}.gguf`));
    const far = await farthest(opened, await expected("gguf", `${name}.safetensors`));
    assert(far < 1e-5, `${name}: logits differ by ${far}`);
  });
}

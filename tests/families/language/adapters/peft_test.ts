import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import { DataError } from "../../../../src/base/mod.ts";
import { decoder } from "../../../../src/backbones/mod.ts";
import { disposeTree } from "../../../../src/engine/tree.ts";
import { attached } from "../../../../src/families/language/adapters/attach.ts";
import type { AdapterTensors } from "../../../../src/families/language/adapters/parameters.ts";
import {
  type HostAdapter,
  readPeft,
  writePeft,
} from "../../../../src/families/language/adapters/peft_folder.ts";
import { scaleOf } from "../../../../src/families/language/adapters/settings.ts";
import { openFolder } from "../../../../src/families/language/checkpoint/mod.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../../src/nn/files/mod.ts";
import { mapsOf } from "../../../../src/backbones/decoder/shape.ts";
import { engine } from "../../on_engine.ts";
import { wholeFolder } from "../checkpoint/golden.ts";

const folderOf = (name: string) =>
  new URL(`../../../golden/lifecycle/${name}`, import.meta.url).pathname;

/** An adapter's tensors on the engine. */
function tensorsOf({ adapter, layers }: HostAdapter, sizes: ReturnType<typeof mapsOf>) {
  return {
    scale: engine.tensor(Float32Array.of(scaleOf(adapter)), []),
    layers: layers.map((layer) =>
      Object.fromEntries(adapter.targets.map((map) => {
        const [inner, out] = sizes[map], { down, up, magnitude } = layer[map]!;
        return [map, {
          down: engine.tensor(down, [inner, adapter.rank]),
          up: engine.tensor(up, [adapter.rank, out]),
          ...(magnitude && { magnitude: engine.tensor(magnitude, [out]) }),
        }];
      }))
    ),
  } as AdapterTensors;
}

for (const name of ["lora", "rslora", "dora"]) {
  Deno.test(`PEFT's ${name}: read here, the logits are PEFT's; written again, the file is the same`, async () => {
    const base = await wholeFolder("llama"), opened = await openFolder(base), { shape } = opened;
    const own = await readPeft(folderOf(name), shape);
    const params = await opened.load(engine), tensors = tensorsOf(own, mapsOf(shape));
    const { tensors: expected } = decodeSafetensors(
      await Deno.readFile(join(folderOf(name), "expected.safetensors")),
    );
    const tokens = expected.tokens.data as Int32Array;
    const logits = tf.tidy(() =>
      decoder(
        attached(params, tensors, { shape }),
        tf.tensor2d(tokens, [1, tokens.length], "int32"),
        { shape },
      )
    );
    const found = Array.from(await engine.read(logits)), there = expected.logits.data;
    const far = found.reduce((most, v, i) => Math.max(most, Math.abs(v - there[i])), 0);
    assert(far < 1e-5 * Math.max(1, ...there.map(Math.abs)), `logits differ by ${far}`);
    // Without the adapter they are others.
    const bare = tf.tidy(() =>
      decoder(params, tf.tensor2d(tokens, [1, tokens.length], "int32"), { shape })
    );
    const plain = await engine.read(bare);
    assert(plain.some((v, i) => Math.abs(v - there[i]) > 0.1), "the adapter changes nothing");
    disposeTree({ params, tensors, logits, bare } as never);

    const to = await Deno.makeTempDir({ prefix: "likeness-peft-" });
    await writePeft(to, own, { shape, base: "llama" });
    const file = "adapter_model.safetensors";
    const [ours, theirs] = await Promise.all(
      [to, folderOf(name)].map(async (folder) =>
        decodeSafetensors(await Deno.readFile(join(folder, file))).tensors
      ),
    );
    assertEquals(ours, theirs);
    const config = async (folder: string) =>
      JSON.parse(await Deno.readTextFile(join(folder, "adapter_config.json")));
    const [here, before] = [await config(to), await config(folderOf(name))];
    for (const key of ["r", "lora_alpha", "use_rslora", "use_dora", "peft_type", "bias"]) {
      assertEquals(here[key], before[key], key);
    }
    assertEquals(here.target_modules.sort(), before.target_modules.sort());
    await Deno.remove(to, { recursive: true });
    await Deno.remove(base, { recursive: true });
  });
}

Deno.test("an adapter that would be computed otherwise is refused, by what it has", async () => {
  const base = await wholeFolder("llama"), { shape } = await openFolder(base);
  const folder = await Deno.makeTempDir({ prefix: "likeness-peft-" });
  for (const name of ["adapter_config.json", "adapter_model.safetensors"]) {
    await Deno.copyFile(join(folderOf("lora"), name), join(folder, name));
  }
  const path = join(folder, "adapter_config.json");
  const config = JSON.parse(await Deno.readTextFile(path));
  for (
    const [keys, words] of [
      [{ peft_type: "LOHA" }, '`peft_type` is "LOHA"'],
      [{ bias: "all" }, '`bias` is "all"'],
      [{ rank_pattern: { "q_proj": 4 } }, "`rank_pattern`"],
      [{ r: "8" }, '`r` is "8"'],
      [{ r: 5 }, "and the model's is [5,16]"],
      [{ use_dora: true }, "lora_magnitude_vector"],
    ] as const
  ) {
    await Deno.writeTextFile(path, JSON.stringify({ ...config, ...keys }));
    const { message } = await assertRejects(() => readPeft(folder, shape), DataError);
    assert(message.includes(words), message);
  }
  await Deno.writeTextFile(path, JSON.stringify(config));
  const file = join(folder, "adapter_model.safetensors");
  const { tensors } = decodeSafetensors(await Deno.readFile(file));
  const more = { "base_model.model.lm_head.lora_A.weight": Object.values(tensors)[0] };
  await Deno.writeFile(file, encodeSafetensors({ ...tensors, ...more }));
  const { message } = await assertRejects(() => readPeft(folder, shape), DataError);
  assert(message.includes("lm_head"), message);
  await Deno.remove(folder, { recursive: true });
  await Deno.remove(base, { recursive: true });
});

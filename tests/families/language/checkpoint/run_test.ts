import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { DataError, UsageError } from "../../../../src/base/mod.ts";
import { parseArguments } from "../../../../src/cli/arguments.ts";
import { commands } from "../../../../src/commands/mod.ts";
import { main, runOf } from "../../../../src/commands/export.ts";
import type { Dataset } from "../../../../src/data/mod.ts";
import { language } from "../../../../src/families/language/mod.ts";
import { tokenised } from "../../../../src/kinds/text/mod.ts";
import { decodeSafetensors } from "../../../../src/nn/files/mod.ts";
import { executeRun } from "../../../../src/protocols/mod.ts";
import { contentOf } from "../../../../src/content/mod.ts";
import { groupId, runId } from "../../../../src/record/identity.ts";
import { openStore, type PlannedRun, type RunRecord } from "../../../../src/record/mod.ts";
import { bytesTokenizer } from "../../../../src/tokenizers/mod.ts";
import { keptTerminal } from "../../../commands/terminal.ts";
import { inFolder, planned, tinyHost } from "../../../run/harness.ts";
import { wholeFolder } from "./golden.ts";

const texts = ["the king in the thing", "the thing in the king, and the inn", "the end"];

/** Three documents, the same in every split. */
const documents: Dataset<"text"> = {
  name: "documents",
  version: 1,
  digest: "documents",
  sample: { kind: "text", tokenizer: bytesTokenizer },
  factors: [],
  notes: [],
  size: () => texts.length,
  read: (_split, indices) =>
    Promise.resolve({
      samples: tokenised(Array.from(indices, (i) => texts[i]), bytesTokenizer),
      labels: {},
    }),
};

/** A run of `language` on the documents. */
async function plannedRun(config: object, steps: number): Promise<PlannedRun> {
  const { spec } = planned({ steps });
  const parsed = language.config.parse({ context: 16, ...config });
  const content = await contentOf(language, parsed, { base: undefined, cache: null });
  const own = {
    ...spec,
    suite: "texts",
    family: "language",
    config: parsed as unknown as Record<string, unknown>,
    batch: 2,
    metrics: [],
    ...(content !== undefined && { content }),
  };
  return { id: runId(own), group: groupId(own), label: "language", spec: own };
}

async function recordOf(run: PlannedRun, out: string): Promise<RunRecord> {
  const host = await tinyHost(out, {
    dataset: () => Promise.resolve(documents as never),
    family: () => Promise.resolve(language as never),
  });
  const outcome = await executeRun(run, host);
  const { record } = outcome as { record: RunRecord };
  assertEquals(record.state, "done", record.cause);
  return record;
}

const command = commands.find(({ name }) => name === "export")!;

async function exported(name: string, { out, to }: { out: string; to: string }): Promise<string[]> {
  const terminal = keptTerminal();
  const args = parseArguments(command, [name, "--out", out, "--to", to]);
  assertEquals(await main(args, terminal), 0);
  return terminal.out;
}

const tensorsIn = async (folder: string) =>
  decodeSafetensors(await Deno.readFile(join(folder, "model.safetensors"))).tensors;

Deno.test("a checkpoint of 0 steps is kept as it came, and exported again it is the same", async () => {
  const folder = await wholeFolder("llama");
  await inFolder(async (out) => {
    const record = await recordOf(await plannedRun({ checkpoint: folder }, 0), out);
    assertEquals(
      record.parameters,
      272 * 16 * 2 + 16 + 2 * (2 * 16 * 16 + 2 * 16 * 8 + 3 * 16 * 24 + 32),
    );
    const to = join(out, "to");
    const files = await exported("texts/language:1", { out, to });
    assertEquals(files.map((path) => path.slice(to.length + 1)), [
      "chat_template.jinja",
      "config.json",
      "generation_config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    assertEquals(await tensorsIn(to), await tensorsIn(folder));
    const again = await assertRejects(() => exported("texts/language", { out, to }), UsageError);
    assert(again.message.includes("new or empty"), again.message);
    // Another file in its place is another run's.
    await Deno.writeTextFile(join(folder, "generation_config.json"), "{}");
    const changed = await assertRejects(
      () => exported(record.id, { out, to: join(out, "other") }),
      DataError,
    );
    assert(changed.message.includes("has changed"), changed.message);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("training goes on from a checkpoint, and what it has learnt is exported", async () => {
  const folder = await wholeFolder("qwen2");
  await inFolder(async (out) => {
    const run = await plannedRun({ checkpoint: folder, learningRate: 1e-3 }, 2);
    const record = await recordOf(run, out), to = join(out, "to");
    assertEquals(record.steps, 2);
    await exported(record.id.slice(0, 6), { out, to });
    const before = await tensorsIn(folder), after = await tensorsIn(to);
    assertEquals(Object.keys(after).sort(), Object.keys(before).sort());
    const moved = Object.keys(after).map((name) =>
      Math.max(
        ...(after[name].data as Float32Array).map((v, i) => Math.abs(v - before[name].data[i])),
      )
    );
    assert(moved.every((far) => far < 0.1), `${moved}`);
    assert(moved.some((far) => far > 1e-5), `${moved}`);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a model of bytes is exported with its tokenizer", async () => {
  await inFolder(async (out) => {
    const config = { width: 16, heads: 2, layers: 1, hidden: 16 };
    await recordOf(await plannedRun(config, 0), out);
    const to = join(out, "to");
    await exported("texts/language", { out, to });
    const read = JSON.parse(await Deno.readTextFile(join(to, "config.json")));
    assertEquals([read.model_type, read.vocab_size, read.bos_token_id], ["llama", 257, 256]);
    const { records } = { records: await openStore(out).list() };
    const wrong = await assertRejects(
      () => Promise.resolve().then(() => runOf("texts/langauge:1", records)),
      UsageError,
    );
    assert(wrong.message.includes("did you mean texts/language:1?"), wrong.message);
  });
});

Deno.test("with a checkpoint sizes can't be given, nor a longer context than it has", async () => {
  const refused = language.config.safeParse({ checkpoint: "x", width: 64 });
  assertEquals(refused.error?.issues[0].path, ["width"]);
  const folder = await wholeFolder("gpt2");
  const open = (context: number) =>
    language.open!(language.config.parse({ checkpoint: folder, context }), {
      dataset: documents,
      path: (written) => written,
      cache: folder,
    });
  const { message } = await assertRejects(() => open(33), UsageError);
  assert(message.includes("32"), message);
  assertEquals((await open(8)).dataset?.sample.length, 8);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("PEFT's adapter of a checkpoint is trained on, its weights packed, and given back as it came in", async () => {
  const folder = await wholeFolder("llama");
  const file = new URL("../../../golden/lifecycle/lora", import.meta.url).pathname;
  await inFolder(async (out) => {
    const adapter = { file, base: "nf4", separate: true };
    const run = await plannedRun({ checkpoint: folder, adapter, learningRate: 1e-3 }, 2);
    assert(run.spec.content !== (await plannedRun({ checkpoint: folder }, 2)).spec.content);
    const record = await recordOf(run, out), to = join(out, "to");
    await exported(record.id, { out, to });
    const files = await Array.fromAsync(Deno.readDir(to), ({ name }) => name);
    assertEquals(files.sort(), ["adapter_config.json", "adapter_model.safetensors"]);
    const read = async (place: string) =>
      decodeSafetensors(await Deno.readFile(join(place, "adapter_model.safetensors"))).tensors;
    const [before, after] = [await read(file), await read(to)];
    assertEquals(Object.keys(after).sort(), Object.keys(before).sort());
    const moved = Object.keys(after).map((name) =>
      Math.max(
        ...(after[name].data as Float32Array).map((v, i) => Math.abs(v - before[name].data[i])),
      )
    );
    assert(moved.every((far) => far > 1e-5 && far < 0.1), `${moved}`);
  });
  await inFolder(async (out) => {
    // Of no steps: PEFT's own adapter merged.
    const record = await recordOf(
      await plannedRun({ checkpoint: folder, adapter: { file } }, 0),
      out,
    );
    const to = join(out, "to");
    await exported(record.id, { out, to });
    const [before, after] = [await tensorsIn(folder), await tensorsIn(to)];
    const changed = Object.keys(before).filter((name) =>
      (after[name].data as Float32Array).some((v, i) => v !== before[name].data[i])
    );
    assertEquals(
      changed.sort(),
      [0, 1].flatMap((i) =>
        ["q_proj", "v_proj"].map((map) => `model.layers.${i}.self_attn.${map}.weight`)
      ),
    );
  });
  await Deno.remove(folder, { recursive: true });
});

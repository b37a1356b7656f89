/**
 * Our side of the comparison with PEFT, a process of its own: `deno run -A lora_work.ts JOB.json`
 * trains a checkpoint's LoRA and prints one JSON line.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { disposeTree, leaves, openEngine } from "../../../engine/mod.ts";
import { openCheckpoint } from "../../../families/language/checkpoint/mod.ts";
import { language } from "../../../families/language/mod.ts";
import type { HostContext, TensorRecord } from "../../../families/mod.ts";
import { keyTensor } from "../../../random/mod.ts";
import { machineClass } from "../../../record/mod.ts";
import { runKeys } from "../../../run/mod.ts";
import { compilePrograms, initialState } from "../../../run/model/mod.ts";
import type { LoraJob, LoraSide } from "./lora_job.ts";

/** Bytes of this process in memory: now, or the most since it was last asked to forget. */
function bytes(of: "VmRSS" | "VmHWM"): number {
  const told = Deno.readTextFileSync("/proc/self/status");
  return 1024 * Number(told.match(new RegExp(`^${of}:\\s*(\\d+) kB$`, "m"))?.[1]);
}

/** What loading left behind goes back to the system, and the count of the most bytes begins anew. */
function forgetPeak(): void {
  // `--v8-flags=--expose-gc`
  (globalThis as { readonly gc?: () => void }).gc?.();
  const libc = Deno.dlopen("libc.so.6", {
    malloc_trim: { parameters: ["usize"], result: "i32" },
  });
  libc.symbols.malloc_trim(0n);
  libc.close();
  using file = Deno.openSync("/proc/self/clear_refs", { write: true });
  file.writeSync(new TextEncoder().encode("5"));
}

async function train(job: LoraJob): Promise<LoraSide> {
  const { gguf, rank, rate, batch, steps, rows } = job, context = rows[0].length - 1;
  const { engine } = await openEngine("tensorflow", { threads: job.threads });
  const checkpoint = await openCheckpoint(gguf, { path: (path) => path, cache: "" });
  const { tokenizer } = checkpoint.words;
  const config = language.config.parse({
    checkpoint: gguf,
    context,
    adapter: { lora: { rank }, ...(job.base && { base: job.base }) },
    learningRate: rate,
    warmup: 0,
    decay: 1,
    beta2: 0.999,
    weightDecay: 0,
  });
  const model = language.build(config, {
    sample: { kind: "text", tokenizer, length: context },
    steps,
    trainSize: rows.length,
    batch,
    factors: [],
    opened: { tokenizer, checkpoint },
  });
  const programs = compilePrograms(engine, model, { label: "lora" }), keys = runKeys(1);
  let state = await model.driver.begin!(initialState(model, keys), { engine } as HostContext);
  const whole = bytes("VmHWM");
  forgetPeak();
  const before = bytes("VmRSS");
  const losses: number[] = [], start = performance.now();
  for (let step = 0; step < steps; step++) {
    const own = Array.from({ length: batch }, (_, i) => rows[(step * batch + i) % rows.length]);
    const inputs = {
      tokens_BT: engine.tensor(Int32Array.from(own.flat()), [batch, context + 1], "int32"),
    };
    for (const name of model.driver.schedule!(step)) {
      const key = keyTensor(keys.step(step, name));
      const [next, outputs] = programs.step(name, state, { inputs, key });
      state = next;
      losses.push((await engine.read(outputs.loss as tf.Tensor))[0]);
      disposeTree({ outputs, key });
    }
    disposeTree(inputs);
    console.error(`note: step ${step + 1} of ${steps}`);
  }
  await engine.sync();
  const peak = bytes("VmHWM"), { name, versions } = engine.identity;
  return {
    before,
    peak,
    whole: Math.max(whole, peak),
    seconds: (performance.now() - start) / 1000,
    losses,
    trained: leaves((state.slots as TensorRecord).first).reduce(
      (sum, [, { size }]) => sum + size,
      0,
    ),
    versions,
    engine: `${name} ${versions[name] ?? ""}`,
    machineClass: await machineClass(engine.identity),
  };
}

if (import.meta.main) {
  const job = JSON.parse(await Deno.readTextFile(Deno.args[0])) as LoraJob;
  console.log(JSON.stringify(await train(job)));
  Deno.exit(0);
}

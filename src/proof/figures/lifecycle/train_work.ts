/**
 * Our side of the speed of fine-tuning, a process of its own: `deno run -A train_work.ts JOB.json`
 * writes the weights that the job names where none lie there, trains as it is asked to on stdin, line by
 * line, and answers on stdout. Its steps are a run's: batches of the host, compiled programs.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { linesOf } from "../../../base/text/mod.ts";
import { disposeTree, type Engine, leaves, openEngine } from "../../../engine/mod.ts";
import { writeFolder } from "../../../families/language/checkpoint/mod.ts";
import { config, language, shapeOf } from "../../../families/language/mod.ts";
import type { HostContext, Model, TensorRecord } from "../../../families/mod.ts";
import { keyTensor } from "../../../random/mod.ts";
import { machineClass } from "../../../record/mod.ts";
import { runKeys } from "../../../run/mod.ts";
import { compilePrograms, initialState } from "../../../run/model/mod.ts";
import { bytesJson, bytesTokenizer, type Tokenizer } from "../../../tokenizers/mod.ts";
import type { TrainJob } from "./job.ts";

const keys = runKeys(1);

function tokenizerOf({ model, none }: TrainJob): Tokenizer {
  return {
    ...bytesTokenizer,
    digest: "figures",
    vocabulary: model.vocabulary,
    separator: none,
  };
}

/** Columns of a row: a token more than its inputs. */
const columnsOf = ({ prompts, answers }: TrainJob) => prompts[0].length + answers[0][0].length + 1;

function configOf(job: TrainJob) {
  const { vocabulary: _, ...sizes } = job.model, { rate, beta2, decay, clip } = job.optimiser;
  return config.parse({
    ...sizes,
    objective: job.objective,
    context: columnsOf(job) - 1,
    optimiser: "adam",
    learningRate: rate,
    warmup: 0,
    decay: 1,
    beta2,
    weightDecay: decay,
    clipNorm: clip,
  });
}

function modelOf(job: TrainJob): Model {
  return language.build(configOf(job), {
    sample: {
      kind: "text",
      tokenizer: tokenizerOf(job),
      length: columnsOf(job) - 1,
      scored: true,
    },
    steps: 1000,
    trainSize: job.prompts.length,
    batch: job.batch,
    factors: [],
  });
}

/** Rows of tokens with answers of one side, and their marks. */
function rowsOf(engine: Engine, job: TrainJob, { numbers, side }: {
  readonly numbers: readonly number[];
  readonly side: number;
}): TensorRecord {
  const columns = columnsOf(job), size = [numbers.length, columns];
  const tokens = new Int32Array(numbers.length * columns), scored = new Int32Array(tokens.length);
  numbers.forEach((number, i) => {
    const prompt = job.prompts[number];
    tokens.set([...prompt, ...job.answers[number][side], job.end], i * columns);
    scored.fill(1, i * columns + prompt.length, (i + 1) * columns);
  });
  return {
    tokens_BT: engine.tensor(tokens, size, "int32"),
    scored_BT: engine.tensor(scored, size, "int32"),
  };
}

/** A step's inputs. */
function inputsOf(engine: Engine, job: TrainJob, numbers: readonly number[]): TensorRecord {
  const first = rowsOf(engine, job, { numbers, side: 0 });
  if (job.objective === "sft") return first;
  return {
    ...first,
    given: { rejected: rowsOf(engine, job, { numbers, side: 1 }) },
    labels: { number: engine.tensor(Float32Array.from(numbers), [numbers.length]) },
  };
}

async function writeWeights(job: TrainJob, state: TensorRecord, engine: Engine): Promise<void> {
  const tokenizer = tokenizerOf(job), values = new Map(leaves(state.params as TensorRecord));
  await Deno.mkdir(job.weights, { recursive: true });
  await writeFolder(job.weights, {
    shape: shapeOf(configOf(job), tokenizer.vocabulary),
    words: {
      tokenizer,
      json: bytesJson(),
      bos: job.none,
      ends: [job.end],
      separated: "a token that no row has",
    },
    parameter: async (path) => await engine.read(values.get(path)!) as Float32Array,
  });
}

async function main(file: string): Promise<void> {
  const job = JSON.parse(await Deno.readTextFile(file)) as TrainJob;
  const { engine } = await openEngine("tensorflow", { threads: job.threads });
  const model = modelOf(job);
  const programs = compilePrograms(engine, model, { label: job.objective });
  let state = initialState(model, keys);
  await writeWeights(job, state, engine);
  const host = {
    engine,
    trainSize: job.prompts.length,
    run: (name, state, inputs, key) => Promise.resolve(programs.run(name, state, { inputs, key })),
    trainRows: (indices) => Promise.resolve(inputsOf(engine, job, Array.from(indices))),
    trainSamples: () => Promise.reject(new Error("samples weren't to be asked for")),
    key: (purpose) => keyTensor(keys.finish(purpose)),
  } satisfies HostContext;
  const tell = (value: unknown) => console.log(JSON.stringify(value));
  // Compiling is no part of it: it is asked once before it is timed.
  const { begin } = model.driver;
  let seconds = 0;
  for (let time = 0; begin !== undefined && time < 2; time++) {
    const start = performance.now();
    state = await begin(state, host);
    await engine.sync();
    seconds = (performance.now() - start) / 1000;
  }
  const { name, versions } = engine.identity;
  tell({
    ready: true,
    parameters: leaves(state.params as TensorRecord).reduce((n, [, leaf]) => n + leaf.size, 0),
    versions,
    begin: seconds,
    engine: `${name} ${versions[name] ?? ""}`,
    machineClass: await machineClass(engine.identity),
  });
  let step = 0;
  for await (const line of linesOf(Deno.stdin.readable)) {
    const command = JSON.parse(line) as { readonly do: string; readonly steps: number };
    if (command.do === "quit") break;
    const losses: tf.Tensor[] = [], start = performance.now();
    for (let i = 0; i < command.steps; i++, step++) {
      const from = step * job.batch;
      const numbers = Array.from({ length: job.batch }, (_, i) => (from + i) % job.prompts.length);
      const inputs = inputsOf(engine, job, numbers);
      for (const name of model.driver.schedule!(step)) {
        const key = keyTensor(keys.step(step, name));
        const [next, outputs] = programs.step(name, state, { inputs, key });
        state = next;
        if (name === "train") losses.push(tf.clone(outputs.loss as tf.Tensor));
        disposeTree({ outputs, key });
      }
      disposeTree(inputs);
    }
    await engine.sync();
    const seconds = (performance.now() - start) / 1000;
    const read = await Promise.all(losses.map(async (loss) => (await engine.read(loss))[0]));
    tf.dispose(losses);
    tell({ seconds, losses: read });
  }
}

if (import.meta.main) {
  await main(Deno.args[0]);
  Deno.exit(0);
}

/**
 * The harness as a contender: the step compiled by an engine with its state given away. A process of
 * its own: `deno run -A src/peers/ours.ts ENGINE`.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Engine, type EngineName, openEngine } from "../engine/mod.ts";
import { disposeTree, leaves, type TensorTree } from "../engine/tree.ts";
import { safetensorsToTree } from "../nn/mod.ts";
import { decodeSafetensors } from "../nn/safetensors.ts";
import { keyTensor } from "../random/key.ts";
import { logSumExp } from "./log_sum_exp.ts";
import { type Exchange, readExchange } from "./exchange.ts";
import { residentMemory } from "./memory.ts";
import type { ModelSettings } from "./models.ts";
import { type PeerModel, peerModel } from "./programs.ts";
import type { Command } from "./protocol.ts";

type Inputs = Readonly<Record<string, tf.Tensor>>;

/** A loaded model with its state. */
class Contender {
  readonly #engine: Engine;
  readonly #exchange: Exchange;
  readonly #model: PeerModel;
  readonly #step: PeerModel["program"];
  readonly #inputs: readonly Inputs[];
  readonly #key = keyTensor([0, 0]);
  #state: TensorTree;
  #done = 0;

  constructor(engine: Engine, exchange: Exchange) {
    this.#engine = engine;
    this.#exchange = exchange;
    this.#model = peerModel(exchange.settings);
    const { name } = exchange.settings;
    this.#step = engine.compile(this.#model.program, { name, donate: true });
    this.#inputs = stepInputs(engine, exchange);
    this.#state = this.#fresh();
  }

  get settings(): ModelSettings {
    return this.#exchange.settings;
  }

  #fresh(): TensorTree {
    return this.#model.state(safetensorsToTree(this.#engine, this.#exchange.params).tree);
  }

  /** Number of parameters. */
  parameters(): number {
    const { tree } = safetensorsToTree(this.#engine, this.#exchange.params);
    const count = leaves(tree).reduce((n, [, leaf]) => n + leaf.size, 0);
    disposeTree(tree);
    return count;
  }

  /** Back to the state before the first step. */
  reset(): void {
    disposeTree(this.#state);
    this.#state = this.#fresh();
    this.#done = 0;
  }

  /** One step; the caller disposes the outputs. */
  one(): Readonly<Record<string, tf.Tensor>> {
    const inputs = this.#inputs[this.#done++ % this.#inputs.length];
    const [state, outputs] = this.#step(this.#state, inputs, this.#key);
    this.#state = state;
    return outputs;
  }

  run(steps: number): void {
    for (let i = 0; i < steps; i++) tf.dispose(this.one());
  }

  /** Each step's loss from the start; of decoding, the cross-entropy of the token that follows. */
  async losses(steps: number): Promise<number[]> {
    this.reset();
    const found: number[] = [];
    for (let i = 0; i < steps; i++) {
      const { loss, logits_BK } = this.one();
      if (loss !== undefined) found.push((await this.#engine.read(loss))[0]);
      else found.push(this.#score(await this.#engine.read(logits_BK), i + 1));
      tf.dispose([loss, logits_BK].filter((t) => t !== undefined));
    }
    return found;
  }

  #score(logits: Float32Array | Int32Array, column: number): number {
    const { tokens } = this.#hostInputs()[0];
    const [batch, columns] = tokens.shape;
    const classes = logits.length / batch;
    let sum = 0;
    for (let b = 0; b < batch; b++) {
      const row = logits.subarray(b * classes, (b + 1) * classes);
      sum += logSumExp(row) - row[tokens.data[b * columns + column]];
    }
    return sum / batch;
  }

  #hostInputs() {
    return hostInputs(this.#exchange);
  }

  /** Of one eager step. */
  flops(): number {
    return this.#engine.countFlops(() => {
      this.#model.program(this.#state, this.#inputs[0], this.#key);
    });
  }
}

/** Inputs by batch, on the host. */
function hostInputs({ inputs }: Exchange) {
  const { tensors } = decodeSafetensors(inputs);
  const batches: Record<string, typeof tensors[string]>[] = [];
  for (const [path, tensor] of Object.entries(tensors)) {
    const [index, name] = path.split("/");
    (batches[Number(index)] ??= {})[name] = tensor;
  }
  return batches;
}

/** What each step is given, on the device: a batch, or a column of tokens and its position. */
function stepInputs(engine: Engine, exchange: Exchange): Inputs[] {
  const { settings } = exchange;
  const batches = hostInputs(exchange);
  if (settings.task === "train") {
    return batches.map((batch) =>
      Object.fromEntries(
        Object.entries(batch).map(([name, { data, shape }]) => [name, engine.tensor(data, shape)]),
      )
    );
  }
  const { data, shape: [rows, columns] } = batches[0].tokens;
  return Array.from({ length: (settings as { context: number }).context }, (_, pos) => ({
    token: engine.tensor(
      Int32Array.from({ length: rows }, (_, b) => data[b * columns + pos]),
      [rows],
    ),
    pos: engine.tensor(Int32Array.of(pos), []),
  }));
}

/** Seconds of the fastest of some products of two square float32 matrices. */
async function matmulSeconds(
  engine: Engine,
  { size, repeats }: { size: number; repeats: number },
): Promise<number> {
  const values = Float32Array.from({ length: size * size }, (_, i) => (i % 977) / 977);
  const x = engine.tensor(values, [size, size]) as tf.Tensor2D;
  const product = engine.compile(
    ({ x }: { x: tf.Tensor2D }) => [{ x }, { y: tf.matMul(x, x) }],
    { name: "matmul" },
  );
  const key = keyTensor([0, 0]);
  let best = Infinity;
  for (let i = 0; i <= repeats; i++) {
    await engine.sync();
    const start = performance.now();
    const [state, { y }] = product({ x }, {}, key);
    await engine.sync();
    if (i > 0) best = Math.min(best, (performance.now() - start) / 1000);
    y.dispose();
    state.x.dispose();
  }
  x.dispose();
  key.dispose();
  return best;
}

async function answer(engine: Engine, contender: Contender | undefined, command: Command) {
  const loaded = () => {
    if (contender === undefined) throw new Error(`${command.do}: no model is loaded`);
    return contender;
  };
  switch (command.do) {
    case "first":
    case "run": {
      const start = performance.now();
      loaded().run(command.do === "run" ? command.steps : 1);
      await engine.sync();
      return { seconds: (performance.now() - start) / 1000 };
    }
    case "losses":
      return { losses: await loaded().losses(command.steps) };
    case "matmul":
      return { seconds: await matmulSeconds(engine, command) };
    case "memory": {
      const device = engine.identity.device === "cpu" ? {} : {
        devicePeak: engine.memory().peakBytes,
      };
      return { ...await residentMemory(), ...device };
    }
    case "flops":
      return { flops: loaded().flops() };
    default:
      throw new Error(`no command ${command.do}`);
  }
}

async function main(name: EngineName): Promise<void> {
  const say = (line: unknown) => console.log(JSON.stringify(line));
  const { engine } = await openEngine(name);
  const { versions, device, threads } = engine.identity;
  say({ ready: true, versions, device, threads, ...await residentMemory() });
  let contender: Contender | undefined;
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  let rest = "";
  for await (const chunk of lines) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    for (const line of parts) {
      const command = JSON.parse(line) as Command;
      if (command.do === "quit") return;
      try {
        if (command.do === "load") {
          contender = new Contender(engine, await readExchange(command.folder));
          say({ parameters: contender.parameters() });
        } else say(await answer(engine, contender, command));
      } catch (error) {
        console.error(error);
        say({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
      }
    }
  }
}

if (import.meta.main) {
  await main(Deno.args[0] as EngineName);
  Deno.exit(0);
}

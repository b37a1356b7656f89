/**
 * The harness as a contender: the step compiled by an engine with its state given away. A process of
 * its own: `deno run -A src/proof/peers/contender/ours.ts ENGINE MODE THREADS`.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { rowsFor } from "../../../backbones/mod.ts";
import {
  type CompileMode,
  disposeTree,
  type Engine,
  type EngineName,
  leaves,
  openEngine,
  type TensorTree,
} from "../../../engine/mod.ts";
import { safetensorsToTree, treeToSafetensors } from "../../../nn/mod.ts";
import { decodeSafetensors, type HostTensor } from "../../../nn/files/mod.ts";
import { keyTensor } from "../../../random/mod.ts";
import { logSumExp } from "../log_sum_exp.ts";
import { type Exchange, readExchange } from "./exchange.ts";
import { residentMemory } from "./memory.ts";
import type { ModelSettings } from "../models.ts";
import { type PeerModel, peerModel } from "./programs.ts";
import type { Command } from "./messages.ts";

type Inputs = Readonly<Record<string, tf.Tensor>>;

/** How a step is run; `auto`: XLA for decoding, a loop of small operations where its compilation pays. */
type Mode = CompileMode | "auto";

/** Where a model lies, and how its step is run. */
interface Place {
  readonly folder: string;
  readonly mode: Mode;
}

/** A loaded model with its state. */
class Contender {
  readonly #engine: Engine;
  readonly #folder: string;
  readonly #model: PeerModel;
  readonly #step: PeerModel["program"];
  readonly #inputs: readonly Inputs[];
  /** What each step sees in place of inputs that are gone round. */
  readonly #windows: ((step: number) => Inputs) | undefined;
  /** Tokens to decode: [B, context + 1]. */
  readonly #tokens: HostTensor | undefined;
  readonly #key = keyTensor([0, 0]);
  #state: TensorTree = [];
  #done = 0;

  private constructor(
    engine: Engine,
    { folder, mode }: Place,
    { settings, inputs }: Exchange,
  ) {
    this.#engine = engine;
    this.#folder = folder;
    this.#model = peerModel(settings);
    this.#step = engine.compile(this.#model.program, {
      name: settings.name,
      donate: true,
      mode: mode !== "auto" ? mode : settings.task === "decode" ? "xla" : "graph",
    });
    this.#windows = windowInputs(engine, inputs);
    const batches = this.#windows === undefined ? hostInputs(inputs) : [];
    this.#inputs = this.#windows === undefined
      ? stepInputs(engine, { settings, batches })
      : [this.#windows(0)];
    this.#tokens = settings.task === "decode" ? batches[0].tokens : undefined;
  }

  /** Reads a model's folder; also the number of parameters. */
  static async load(engine: Engine, place: Place): Promise<[Contender, number]> {
    const contender = new Contender(engine, place, await readExchange(place.folder));
    return [contender, await contender.reset()];
  }

  /** Back to the state before the first step. */
  async reset(): Promise<number> {
    disposeTree(this.#state);
    // Read again rather than kept: a second copy would count as this contender's memory.
    const { params } = await readExchange(this.#folder);
    const { tree } = safetensorsToTree(this.#engine, params);
    this.#state = this.#model.state(tree);
    this.#done = 0;
    return leaves(tree).reduce((n, [, leaf]) => n + leaf.size, 0);
  }

  /** One step; the caller disposes the outputs. */
  one(): Readonly<Record<string, tf.Tensor>> {
    const given = this.#windows?.(this.#done);
    const inputs = given ?? this.#inputs[this.#done % this.#inputs.length];
    this.#done++;
    const [state, outputs] = this.#step(this.#state, inputs, this.#key);
    this.#state = state;
    if (given !== undefined) tf.dispose(given);
    return outputs;
  }

  /**
   * What compiles: two steps (a second one is compared with the first) of each shape that inputs
   * have, since decoding looks at ever more rows of its cache.
   */
  first(): void {
    const shapes = new Set<string>();
    for (const inputs of this.#inputs) {
      const shape = Object.values(inputs).map((t) => t.shape.join()).join(";");
      if (shapes.has(shape)) continue;
      shapes.add(shape);
      for (let i = 0; i < 2; i++) {
        const [state, outputs] = this.#step(this.#state, inputs, this.#key);
        this.#state = state;
        tf.dispose(outputs);
      }
    }
  }

  run(steps: number): void {
    for (let i = 0; i < steps; i++) tf.dispose(this.one());
  }

  /** Each step's loss from the start; of decoding, the cross-entropy of the token that follows. */
  async losses(steps: number): Promise<number[]> {
    await this.reset();
    const found: number[] = [];
    for (let i = 0; i < steps; i++) {
      const { loss, logits_BK } = this.one();
      if (loss !== undefined) found.push((await this.#engine.read(loss))[0]);
      else found.push(this.#score(await this.#engine.read(logits_BK), i + 1));
      tf.dispose([loss, logits_BK].filter((t) => t !== undefined));
    }
    return found;
  }

  /** Writes the parameters. */
  async save(file: string): Promise<void> {
    const { params } = this.#state as { readonly params: TensorTree };
    await Deno.writeFile(file, await treeToSafetensors(this.#engine, params));
  }

  #score(logits: Float32Array | Int32Array, column: number): number {
    const { data, shape: [batch, columns] } = this.#tokens!;
    const classes = logits.length / batch;
    let sum = 0;
    for (let b = 0; b < batch; b++) {
      const row = logits.subarray(b * classes, (b + 1) * classes);
      sum += logSumExp(row) - row[data[b * columns + column]];
    }
    return sum / batch;
  }

  /** Of one eager step. */
  flops(): number {
    return this.#engine.countFlops(() => {
      this.#model.program(this.#state, this.#inputs[0], this.#key);
    });
  }
}

/** A step's windows by its number, where a training has an order of them; uploaded when asked for. */
function windowInputs(
  engine: Engine,
  inputs: Uint8Array,
): ((step: number) => Inputs) | undefined {
  const { windows, order } = decodeSafetensors(inputs).tensors;
  if (windows === undefined) return undefined;
  const [, columns] = windows.shape, [steps, batch] = order.shape;
  return (step) => {
    if (step >= steps) throw new RangeError(`step ${step} of windows for ${steps}`);
    const rows = new Int32Array(batch * columns);
    for (let b = 0; b < batch; b++) {
      const from = order.data[step * batch + b] * columns;
      rows.set(windows.data.subarray(from, from + columns) as Int32Array, b * columns);
    }
    return { tokens: engine.tensor(rows, [batch, columns], "int32") };
  };
}

type HostBatch = Record<string, HostTensor>;

/** Inputs by batch, on the host. */
export function hostInputs(inputs: Uint8Array): HostBatch[] {
  const batches: HostBatch[] = [];
  for (const [path, tensor] of Object.entries(decodeSafetensors(inputs).tensors)) {
    const [index, name] = path.split("/");
    (batches[Number(index)] ??= {})[name] = tensor;
  }
  return batches;
}

/** What each step is given, on the device: a batch, or a column of tokens and its position. */
export function stepInputs(
  engine: Engine,
  { settings, batches }: { settings: ModelSettings; batches: readonly HostBatch[] },
): Inputs[] {
  const put = ({ data, shape }: Pick<HostTensor, "data" | "shape">) => engine.tensor(data, shape);
  if (settings.task === "train") {
    return batches.map((batch) =>
      Object.fromEntries(Object.entries(batch).map(([name, host]) => [name, put(host)]))
    );
  }
  const { data, shape: [rows, columns] } = batches[0].tokens;
  // One column more than there are positions: the last is only a target.
  const context = columns - 1;
  const rowsOf = new Map<number, tf.Tensor>();
  const looked = (count: number) => {
    let rows = rowsOf.get(count);
    if (rows === undefined) {
      rows = put({ data: Int32Array.from({ length: count }, (_, i) => i), shape: [count] });
      rowsOf.set(count, rows);
    }
    return rows;
  };
  return Array.from({ length: context }, (_, pos) => ({
    token: put({
      data: Int32Array.from({ length: rows }, (_, b) => data[b * columns + pos]),
      shape: [rows],
    }),
    pos: put({ data: Int32Array.of(pos), shape: [] }),
    rows: looked(rowsFor(pos, context)),
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
      if (command.do === "run") loaded().run(command.steps);
      else loaded().first();
      await engine.sync();
      return { seconds: (performance.now() - start) / 1000 };
    }
    case "losses":
      return { losses: await loaded().losses(command.steps) };
    case "save":
      await loaded().save(command.file);
      return { saved: command.file };
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

async function main(
  name: EngineName,
  { mode, threads }: { mode: Mode; threads: number },
): Promise<void> {
  const say = (line: unknown) => console.log(JSON.stringify(line));
  const { engine } = await openEngine(name, { threads });
  const { versions, device, threads: used } = engine.identity;
  say({ ready: true, versions, device, threads: used, ...await residentMemory() });
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
          const [loaded, parameters] = await Contender.load(engine, {
            folder: command.folder,
            mode,
          });
          contender = loaded;
          say({ parameters });
        } else say(await answer(engine, contender, command));
      } catch (error) {
        console.error(error);
        say({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
      }
    }
  }
}

if (import.meta.main) {
  const [name, mode = "auto", threads = String(navigator.hardwareConcurrency)] = Deno.args;
  await main(name as EngineName, { mode: mode as Mode, threads: Number(threads) });
  Deno.exit(0);
}

/**
 * Extraction here and in PyTorch, in turns: `deno run -A extract_turns.ts [ROUNDS] [REPEATS]`, one
 * JSON value on standard output. FID's network at 299², the same batch, from inputs in memory to
 * features in memory; weights random.
 * @module
 */
import { fromFileUrl } from "@std/path";
import { openEngine } from "../../../engine/mod.ts";
import { inceptionForward, inceptionWeights } from "../../../extractors/inception/mod.ts";
import { networkExtractor } from "../../../extractors/network/mod.ts";
import { even } from "../../../extractors/prepare/mod.ts";
import { StateDict } from "../../../extractors/weights/mod.ts";
import type { HostTensor } from "../../../nn/files/mod.ts";
import { findPeersPython } from "../../peers/contender/python.ts";
import { timeRatio } from "../../peers/ratio.ts";
import { hostKey, hostUniform } from "../../../random/host/mod.ts";
import { machineClass } from "../../../record/mod.ts";

const batch = 16, side = 299;
const script = fromFileUrl(new URL("../../../../tests/peers/extract_peer.py", import.meta.url));
const golden = new URL("../../../../tests/golden/extractors/inception.json", import.meta.url);

/** Random weights of the network's shapes, scaled so that activations stay of the size of 1. */
async function randomWeights(): Promise<StateDict> {
  const { shapes } = JSON.parse(await Deno.readTextFile(golden)) as {
    shapes: Readonly<Record<string, number[]>>;
  };
  const tensors = Object.entries(shapes).map(([name, shape]): [string, HostTensor] => {
    const count = shape.reduce((n, d) => n * d, 1), one = shape.length === 1;
    const scale = one ? 0.5 : Math.sqrt(24 * shape[0] / count), shift = one ? 0.75 : -scale / 2;
    const data = hostUniform(hostKey(1, name), count).map((u) => shift + scale * u);
    return [name, { dtype: "F32", shape, data }];
  });
  const naming = { name: "PyTorch", anchor: "" };
  return new StateDict(Object.fromEntries(tensors), {
    prefix: "",
    path: "random weights",
    naming,
    digest: "random",
  });
}

/** The Python side, asked line by line. */
class Peer {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(python: string, threads: number) {
    this.#child = new Deno.Command(python, {
      args: ["-u", script, String(threads), String(batch)],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async line(): Promise<unknown> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("the PyTorch side ended early");
      this.#text += value;
    }
    const at = this.#text.indexOf("\n"), line = this.#text.slice(0, at);
    this.#text = this.#text.slice(at + 1);
    return JSON.parse(line);
  }

  async ask(name: string, repeats: number): Promise<number[]> {
    await this.#writer.write(new TextEncoder().encode(`${name} ${repeats}\n`));
    return await this.line() as number[];
  }

  async end(): Promise<void> {
    await this.#writer.close();
    await this.#child.status;
  }
}

const mean = (values: readonly number[]) => values.reduce((s, v) => s + v, 0) / values.length;

async function measure(rounds: number, repeats: number): Promise<unknown> {
  const python = await findPeersPython("cpu");
  if (python === null) throw new Error("PyTorch isn't here: deno task peers:speed --install");
  const { engine } = await openEngine("tensorflow");
  const { network } = networkExtractor({
    engine,
    name: "inception",
    digest: "random",
    weights: inceptionWeights(await randomWeights(), engine),
    forward: inceptionForward,
    input: { side, resize: "clean", ...even(128, 128) },
    batch,
    dimension: 2048,
  });
  const x = hostUniform(hostKey(2), batch * side * side * 3).map((u) => 2 * u - 1);
  const ours = async (count: number) => {
    const seconds: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await network!.run(x);
      seconds.push((performance.now() - start) / 1000);
    }
    return seconds;
  };
  const peer = new Peer(python, engine.identity.threads);
  const { torch } = await peer.line() as { torch: string };
  const ways = ["eager", "channels-last"] as const;
  const times: Record<string, number[]> = { ours: [], eager: [], "channels-last": [] };
  await ours(2); // captures
  for (const way of ways) await peer.ask(way, 1);
  for (let round = 0; round < rounds; round++) {
    times.ours.push(mean(await ours(repeats)));
    for (const way of ways) times[way].push(mean(await peer.ask(way, repeats)));
  }
  await peer.end();
  const best = mean(times.eager) < mean(times["channels-last"]) ? "eager" : "channels-last";
  return {
    engine: `tensorflow ${engine.identity.versions.tensorflow}`,
    machineClass: await machineClass(engine.identity),
    measured: {
      torch,
      batch,
      threads: engine.identity.threads,
      best,
      seconds: times,
      ratio: timeRatio(times.ours, times[best]),
    },
  };
}

if (import.meta.main) {
  const [rounds = 9, repeats = 3] = Deno.args.map(Number);
  console.log(JSON.stringify(await measure(rounds, repeats)));
}

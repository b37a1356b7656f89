/**
 * A pipeline of three passes in a process that kills itself after so many reports of progress: FOLDER
 * COUNT, where 0 lets it live. It prints the digests of what it left.
 * @module
 */
import { sha256 } from "../../../src/base/digest/mod.ts";
import { BlockFolder } from "../../../src/curation/pipeline/blocks.ts";
import { droppedBytes, keptBytes } from "../../../src/curation/pipeline/finish.ts";
import { runPasses } from "../../../src/curation/pipeline/passes.ts";
import { ready, rowsOfTexts, sourceOfRows } from "../../properties/curation/corpora.ts";

const [out, die] = Deno.args;
const texts = Array.from(
  { length: 90 },
  (_, i) => `Document ${i} by a${i}@pequod.example ${"\ufffd".repeat(i % 4)}`,
);
const stages = await ready([
  { name: "pii", config: { kinds: ["email"] } },
  { name: "third", config: {} },
  {
    name: "unicode",
    config: { mojibake: true, lines: true, controls: true, form: "NFC", mostBroken: 0.05 },
  },
  { name: "mix", config: { weights: { first: 1, second: 1 }, seed: 0 } },
], out);
const folder = new BlockFolder(out, "killable");
let heard = 0;
const done = await runPasses(sourceOfRows(rowsOfTexts(texts)), stages, {
  folder,
  place: { cache: out, texts: out },
  workers: 2,
  block: { documents: 10, bytes: 1 << 20 },
  say: () => {},
  heard: () => {
    if (++heard === Number(die)) Deno.kill(Deno.pid, "SIGKILL");
    return Promise.resolve();
  },
});
const digests = [];
for (const stream of [keptBytes(folder, done), droppedBytes(folder, done)]) {
  const pieces = await Array.fromAsync(stream) as BlobPart[];
  digests.push(await sha256(new Uint8Array(await new Blob(pieces).arrayBuffer())));
}
digests.push(await sha256(JSON.stringify(done.tallies)));
console.log(JSON.stringify({ digests, found: done.found }));

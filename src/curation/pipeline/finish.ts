/**
 * What a pipeline leaves: the documents that are left, and what was dropped with the check that decided.
 * Both are streams of bytes, a block in memory at a time.
 * @module
 */
import { Gzip } from "fflate";
import type { BlockFolder } from "./blocks.ts";
import type { Done } from "./passes.ts";
import type { Dropped } from "./segment.ts";
import type { Sample } from "./tally.ts";

const encoder = new TextEncoder();

/** The documents that are left, a line of JSON each, in order. */
export async function* keptBytes(
  folder: BlockFolder,
  { last, passes }: Done,
): AsyncGenerator<Uint8Array> {
  for (let block = 0; block < passes[last].blocks; block++) {
    yield encoder.encode(await folder.kept(last, block));
  }
}

/** The text of each sample, by its check and where it came from. */
function shownTexts({ tallies }: Done): Map<string, string> {
  const shown = new Map<string, string>();
  for (const { checks } of tallies) {
    for (const [why, { samples }] of Object.entries(checks)) {
      for (const sample of samples) shown.set(nameOf(why, sample), sample.text);
    }
  }
  return shown;
}

const nameOf = (why: string, { from: { dataset, index } }: Pick<Sample, "from">) =>
  JSON.stringify([why, dataset, index]);

/**
 * Everything that was dropped, a line of JSON each, pass by pass and in order in each: where it came
 * from, the check, its value and limit; of samples the beginning of the text too. In gzip, which names
 * no time.
 */
export async function* droppedBytes(folder: BlockFolder, done: Done): AsyncGenerator<Uint8Array> {
  const shown = shownTexts(done);
  let ready: Uint8Array[] = [];
  const gzip = new Gzip({ mtime: 0, level: 6 }, (chunk) => ready.push(chunk));
  for (const [pass, { blocks }] of done.passes.entries()) {
    for (let block = 0; block < blocks; block++) {
      const lines = await folder.dropped(pass, block);
      const told = lines.split("\n").filter((line) => line !== "").map((line) => {
        const dropped = JSON.parse(line) as Dropped;
        const text = shown.get(nameOf(dropped.why, dropped));
        return `${JSON.stringify(text === undefined ? dropped : { ...dropped, text })}\n`;
      });
      gzip.push(encoder.encode(told.join("")));
      yield* ready;
      ready = [];
    }
  }
  gzip.push(new Uint8Array(0), true);
  yield* ready;
}

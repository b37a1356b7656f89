/** Filters, duplicates, decontamination and a classifier in one pipeline. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { stageOf } from "../../src/curation/table.ts";
import { inFolder } from "../run/harness.ts";
import { curated, rowsOfTexts } from "../properties/curation/corpora.ts";
import { golden } from "./golden.ts";

const names = [
  "gopher_repetition",
  "gopher_quality",
  "c4_quality",
  "fineweb_quality",
  "exact",
  "minhash",
  "decontaminate",
  "classifier",
];
const speeches = golden.documents.filter(({ fault }) => fault === "speech").map(({ text }) => text);
const documents = golden.documents.map(({ text }) => text);
const task = speeches[3].split(" ").slice(40, 60).join(" ");

/** The stages with their settings, all of them. */
async function asked(folder: string) {
  const settings: Readonly<Record<string, object>> = {
    decontaminate: { against: [join(folder, "tasks.txt")], minPiece: 50 },
    classifier: { positive: [join(folder, "good.jsonl")], bits: 12, least: 0.3 },
  };
  return await Promise.all(names.map(async (name) => ({
    name,
    config: (await stageOf(name)).config.parse(settings[name] ?? {}) as Record<string, unknown>,
  })));
}

async function run(folder: string, options: object) {
  await Deno.writeTextFile(join(folder, "tasks.txt"), task);
  await Deno.writeTextFile(
    join(folder, "good.jsonl"),
    speeches.map((text) => JSON.stringify(text)).join("\n"),
  );
  return await curated(rowsOfTexts([...documents, ...speeches]), await asked(folder), {
    out: folder,
    ...options,
  });
}

Deno.test("eight stages leave the same whatever the blocks and threads, and each has its say", async () => {
  const found: Awaited<ReturnType<typeof run>>[] = [];
  for (
    const options of [{}, { block: { documents: 7, bytes: 4000 } }, {
      workers: 2,
      block: { documents: 40, bytes: 1 << 20 },
    }]
  ) {
    await inFolder(async (folder) => {
      found.push(await run(folder, options));
    });
  }
  const [one, ...others] = found;
  for (const other of others) {
    assertEquals(other.kept, one.kept);
    assertEquals(other.tallies, one.tallies);
  }
  const kept = one.kept.trim().split("\n").map((line) => JSON.parse(line) as { text: string });
  assert(kept.length >= 10, `${kept.length} are left`);
  assert(!kept.some(({ text }) => text.includes(task)), "the task is cut out");
  const dropping = one.tallies.filter(({ read, kept }) => kept.documents < read.documents);
  // What C4 leaves has no lists, and what was cut stays a document.
  const idle = ["fineweb_quality", "decontaminate"];
  assertEquals(
    dropping.map(({ stage }) => stage).filter((stage) => !idle.includes(stage)),
    names.filter((name) => !idle.includes(name)),
  );
});

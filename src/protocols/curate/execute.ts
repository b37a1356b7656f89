/**
 * A run of `curate`: reads documents, runs the stages over them, and keeps what is left, what was
 * dropped and why. Blocks of documents are kept in the run's folder as they are done, so that a run that
 * was killed goes on from them, to the same bytes.
 * @module
 */
import { join } from "@std/path";
import { DataError, writeAtomic } from "../../base/mod.ts";
import { changedSince, contentOf } from "../../content/mod.ts";
import { labelled, stageOf } from "../../curation/mod.ts";
import {
  BlockFolder,
  contextOf,
  type Done,
  droppedBytes,
  keptBytes,
  madeStage,
  type MakingPlace,
  type PassOptions,
  type ReadyStage,
  runPasses,
  type Source,
  textsFile,
} from "../../curation/pipeline/mod.ts";
import type { Dataset, Split } from "../../data/mod.ts";
import { madeDocuments } from "../../data/text/mod.ts";
import type { RunSpec } from "../../record/mod.ts";
import {
  DATA_ROLE,
  keepArtefact,
  type Outcome,
  type Run,
  timed,
  untrained,
  wholeArtefact,
  writeRecord,
} from "../../run/mod.ts";
import { sheetBytes } from "../../show/passage/mod.ts";
import { type Asking, asking } from "./asking.ts";
import { askedStages, type CurateConfig, entry, sourceName } from "./entry.ts";
import { measuredOf } from "./measured.ts";
import { droppedSheet } from "./sheet.ts";
import { requireTexts, sourceOf, sourceOfMade, textsOfSplit } from "./sources.ts";

/** Thrown inside a run that has been asked to stop. */
class Stopped extends Error {}

/** Documents and bytes of a block at most: small enough to lose, large enough for a file each. */
const BLOCK = { documents: 1024, bytes: 1 << 22 } as const;
/** The same where a stage asks others, and each document may take seconds. */
const SMALL_BLOCK = { ...BLOCK, documents: 64 } as const;
/** Milliseconds between looks at whether it is to stop, while others are asked. */
const LOOK = 200;
/** Threads at most: blocks are read and written by one. */
const MOST_THREADS = 8;

/** The documents of a run's sources. */
async function sourcesOf(run: Run, own: Dataset, config: CurateConfig): Promise<Source> {
  const { host, store, taken } = run, { sources } = config;
  const made = taken.find(({ role }) => role === DATA_ROLE);
  if (made !== undefined) {
    if (sources !== undefined) {
      throw new DataError(
        "curate: `data` names a run whose documents are curated, and `sources` names data: drop one",
      );
    }
    const documents = madeDocuments(await wholeArtefact(store, made), `the data of ${made.label}`);
    return sourceOfMade(documents, made.label);
  }
  const named = await Promise.all((sources ?? [{}]).map(async (source) => ({
    name: sourceName(source, own.name),
    dataset: requireTexts(
      source.data === undefined ? own : await host.dataset(source.data as RunSpec["data"]),
    ),
  })));
  return sourceOf(named);
}

/** Splits that stages may compare documents with. */
const COMPARED: readonly Split[] = ["test", "judge", "judge_test"];

/** @throws DataError for a name that there is no split of */
function comparedTexts(own: Dataset<"text">, of: string): AsyncGenerator<string> {
  const split = COMPARED.find((name) => name === of && own.size(name) > 0);
  if (split !== undefined) return textsOfSplit(own, split);
  const there = COMPARED.filter((name) => own.size(name) > 0);
  throw new DataError(
    `curate: ${own.name} has no texts called \`${of}\` to compare with; it has ` +
      (there.join(", ") || "none"),
  );
}

/** The stages, ready, and the texts that they compare with on disk, where threads find them. */
async function readyStages(
  { host, planned }: Run,
  { own, config, place, ask }: {
    readonly own: Dataset<"text">;
    readonly config: CurateConfig;
    readonly place: MakingPlace;
    readonly ask: Asking["ask"];
  },
): Promise<ReadyStage[]> {
  const compared = new Set<string>();
  const context = contextOf(place, {
    say: (note) => host.emit({ kind: "note", note }),
    ask,
    texts: (of) => {
      compared.add(of);
      return comparedTexts(own, of);
    },
  });
  const { content: then } = planned.spec;
  const now = await contentOf(entry, config, { base: planned.base, cache: place.cache });
  if (now !== then) throw changedSince("curate: the files that its stages name", { then, now });
  const ready: ReadyStage[] = [];
  for (const stage of labelled(askedStages(config))) {
    const { together } = await stageOf(stage.name);
    ready.push({ ...stage, together, stage: await madeStage(stage, context) });
  }
  const encoder = new TextEncoder();
  for (const of of compared) {
    const lines = async function* () {
      for await (const text of comparedTexts(own, of)) {
        yield encoder.encode(`${JSON.stringify(text)}\n`);
      }
    };
    await writeAtomic(textsFile(place, of), lines(), { sync: false });
  }
  return ready;
}

/** Told how far passes are; stops where that is asked for. */
function teller({ host, status }: Run): PassOptions["heard"] {
  let phase = "";
  return async ({ pass, done, of }) => {
    if (host.stopped()) throw new Stopped();
    if (pass !== phase) host.emit({ kind: "phase", phase: phase = pass });
    await status.update(pass, done, of);
    host.emit({
      kind: "progress",
      step: done,
      steps: of,
      loss: null,
      rate: null,
      secondsLeft: null,
    });
  };
}

/** What a finished pipeline leaves, in the run's folder. */
async function kept(run: Run, folder: BlockFolder, done: Done) {
  const { tallies, passes, last } = done;
  if (passes[last].left === 0) {
    const most = tallies.reduce((a, b) =>
      a.read.documents - a.kept.documents >= b.read.documents - b.kept.documents ? a : b
    );
    throw new DataError(
      `curate: no document is left; \`${most.stage}\` dropped most of them, ` +
        `${most.read.documents - most.kept.documents} of ${most.read.documents}`,
    );
  }
  const artefacts = [
    await keepArtefact(run, {
      name: "data",
      file: "data.jsonl",
      about: "The documents that are left, a line of JSON each, with where they came from",
      bytes: keptBytes(folder, done),
    }),
    await keepArtefact(run, {
      name: "dropped",
      file: "dropped.jsonl.gz",
      about: "Every document that was dropped: where it came from, the check that decided, its " +
        "value and limit; of samples the text",
      bytes: droppedBytes(folder, done),
    }),
    await keepArtefact(run, {
      name: "tallies",
      file: "tallies.json",
      about: "What each stage did, with a histogram of the values of each check",
      bytes: new TextEncoder().encode(`${JSON.stringify(tallies, null, 1)}\n`),
    }),
  ];
  const sheet = droppedSheet(tallies);
  if (sheet === null) return artefacts;
  const samples = await keepArtefact(run, {
    name: "dropped-samples",
    file: "dropped.json",
    about: "Documents that each check dropped, drawn by chance",
    bytes: sheetBytes(sheet),
  });
  return [...artefacts, { ...samples, shows: { what: "dropped", medium: "text" } as const }];
}

/** Executes a run of protocol `curate`; see the module. */
export async function executeCurate(run: Run): Promise<Outcome> {
  const { planned, host, store } = run, { spec } = planned;
  const config = spec.config as unknown as CurateConfig;
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => host.dataset(spec.data));
  const own = requireTexts(dataset);
  const work = join(store.folder(planned.id), "work");
  const place: MakingPlace = {
    cache: store.cache,
    ...(planned.base !== undefined && { base: planned.base }),
    texts: join(work, "texts"),
  };
  const stop = new AbortController(), { ask, close } = asking(run, stop.signal);
  const looking = setInterval(() => host.stopped() && stop.abort(), LOOK);
  try {
    const source = await timed(run, "data", () => sourcesOf(run, own, config));
    if (source.count === 0) throw new DataError(`curate: ${own.name} has no training documents`);
    const stages = await timed(run, "compile", () => readyStages(run, { own, config, place, ask }));
    const block = stages.some(({ together }) => together) ? SMALL_BLOCK : BLOCK;
    const folder = new BlockFolder(work, JSON.stringify([planned.id, block]));
    const done = await timed(run, "steps", () =>
      runPasses(source, stages, {
        folder,
        place,
        workers: Math.min(MOST_THREADS, navigator.hardwareConcurrency),
        block,
        say: (note) => host.emit({ kind: "note", note }),
        heard: teller(run),
      }));
    const artefacts = await timed(run, "pictures", () => kept(run, folder, done));
    const outcome = await writeRecord(run, {
      state: "done",
      dataset,
      ...untrained,
      metrics: [],
      artefacts,
      measured: measuredOf(done.tallies),
      resumed: await run.status.resumes(done.found > 0),
    });
    await Deno.remove(work, { recursive: true });
    return outcome;
  } catch (error) {
    if (!(error instanceof Stopped) && !stop.signal.aborted) throw error;
    await run.status.interrupted();
    return { kind: "stopped", step: 0 };
  } finally {
    clearInterval(looking);
    close();
  }
}

/**
 * The passes of a pipeline: the first reads the source and runs map stages up to the first stage that
 * must see all documents; each of these begins a pass of its own. Between passes documents lie on disk
 * in blocks, so that memory holds a few blocks and what such a stage keeps, and a pipeline that was
 * killed goes on from the blocks that are whole.
 * @module
 */
import type { CorpusStage, MapStage } from "../stage.ts";
import type { BlockFolder, PassSummary } from "./blocks.ts";
import type { LabelledStage } from "../asked.ts";
import type { MakingPlace } from "./make.ts";
import { ownThread, type Pool, threads } from "./pool.ts";
import { type BlockLimits, cut, type Source } from "./cut.ts";
import { documentOf, lineOf, type Row } from "./row.ts";
import { runSteps, type Step, stepOf } from "./segment.ts";
import { addTally, emptyTally, type StageTally } from "./tally.ts";

/** A stage that is ready. */
export interface ReadyStage extends LabelledStage {
  /** See `StageDefinition`. */
  readonly together?: boolean;
  readonly stage: MapStage | CorpusStage;
}

/** How a pipeline is run. None of it changes a byte of what comes out. */
export interface PassOptions {
  readonly folder: BlockFolder;
  readonly place: MakingPlace;
  /** Threads for map stages. */
  readonly workers: number;
  readonly block: BlockLimits;
  readonly say: (text: string) => void;
  /** Told how far a pass is, after each block; throws to stop. */
  readonly heard: (at: {
    readonly pass: string;
    readonly done: number;
    readonly of: number;
  }) => Promise<void>;
}

/** Stages of one pass. */
interface Pass {
  readonly number: number;
  /** Left out in the first pass. */
  readonly corpus?: ReadyStage & { readonly stage: CorpusStage };
  readonly maps: readonly (ReadyStage & { readonly stage: MapStage })[];
}

/** What a pipeline has done. */
export interface Done {
  /** The pass whose blocks hold what is left. */
  readonly last: number;
  readonly passes: readonly PassSummary[];
  /** Of each stage, in order. */
  readonly tallies: readonly StageTally[];
  /** Blocks that were there already. */
  readonly found: number;
}

function passesOf(stages: readonly ReadyStage[]): Pass[] {
  const passes: { number: number; corpus?: Pass["corpus"]; maps: Pass["maps"][number][] }[] = [
    { number: 0, maps: [] },
  ];
  for (const ready of stages) {
    if (ready.stage.kind === "corpus") {
      passes.push({ number: passes.length, corpus: ready as Pass["corpus"], maps: [] });
    } else passes.at(-1)!.maps.push(ready as Pass["maps"][number]);
  }
  return passes;
}

/** Runs blocks, as many at a time as the pool has room for. */
async function overlapped<T>(
  given: AsyncIterable<T>,
  size: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const busy = new Set<Promise<void>>();
  let wrong: unknown, failed = false;
  for await (const one of given) {
    const job: Promise<void> = work(one).catch((error) => {
      if (!failed) wrong = error;
      failed = true;
    }).finally(() => busy.delete(job));
    busy.add(job);
    while (busy.size >= size && !failed) await Promise.race(busy);
    if (failed) break;
  }
  await Promise.all(busy);
  if (failed) throw wrong;
}

/** The summary of a pass whose blocks are all there. */
async function summaryOf(
  { folder }: PassOptions,
  { number, corpus, maps }: Pass,
  blocks: number,
): Promise<PassSummary> {
  const labels = [...corpus === undefined ? [] : [corpus.label], ...maps.map(({ label }) => label)];
  const tallies = labels.map(emptyTally);
  let left = 0;
  for (let block = 0; block < blocks; block++) {
    const head = (await folder.head(number, block))!;
    left += head.left;
    head.tallies.forEach((tally, i) => addTally(tallies[i], tally));
  }
  return { blocks, left, tallies };
}

/** The first pass: from the source. */
async function firstPass(source: Source, pass: Pass, pool: Pool, options: PassOptions) {
  const { folder, heard } = options, { number } = pass;
  const name = pass.maps.map(({ label }) => label).join(", ") || "read";
  let found = 0, blocks = 0, done = 0;
  await heard({ pass: name, done, of: source.count });
  await overlapped(cut(source, number, options), pool.size + 1, async (given) => {
    blocks = Math.max(blocks, given.block + 1);
    if ("head" in given) {
      found++;
      done += given.head.came;
      return;
    }
    const { block, lines, came, next } = given;
    await folder.write(number, block, { ...await pool.run(lines), came, next });
    await heard({ pass: name, done: done += came, of: source.count });
  });
  return { found, blocks };
}

/** A pass that a stage begins which must see all that the pass before left. */
async function nextPass(before: PassSummary, pass: Pass, pool: Pool, options: PassOptions) {
  const { folder, heard } = options, { number } = pass, { label, stage } = pass.corpus!;
  const name = [label, ...pass.maps.map(({ label }) => label)].join(", ");
  const state = stage.begin();
  let seen = 0, found = 0, first = 0, done = 0;
  for (let block = 0; block < before.blocks; block++) {
    for (const row of await folder.rows(number - 1, block)) {
      await stage.see(state, documentOf(row), seen++);
    }
    await heard({ pass: `${label}: all documents`, done: seen, of: before.left });
  }
  const decide = await stage.settle(state);
  async function* left() {
    for (let block = 0; block < before.blocks; block++) {
      const head = await folder.head(number, block), start = first;
      const rows = head === null ? await folder.rows(number - 1, block) : [];
      first += head?.came ?? rows.length;
      if (head === null) yield { block, rows, start };
      else {
        found++;
        done += head.came;
      }
    }
  }
  await heard({ pass: name, done, of: before.left });
  await overlapped(left(), pool.size + 1, async ({ block, rows, start }) => {
    const own = await runSteps(rows, [{
      label,
      decide: (document, number) => decide(document, start + number),
    }]);
    const made = await pool.run(own.kept.map((row) => `${lineOf(row)}\n`).join(""));
    const dropped = inOrder(rows, [
      own.dropped.map((one) => `${JSON.stringify(one)}\n`).join(""),
      made.dropped,
    ]);
    const tallies = [...own.tallies, ...made.tallies], came = rows.length;
    await folder.write(number, block, { ...made, dropped, tallies, came, next: start + came });
    await heard({ pass: name, done: done += came, of: before.left });
  });
  return { found, blocks: before.blocks };
}

/** Lines of what was dropped, in the order in which the documents came. */
function inOrder(rows: readonly Row[], lines: readonly string[]): string {
  const place = new Map(rows.map(({ from }, i) => [placeName(from), i]));
  return lines.flatMap((text) => text.split("\n")).filter((line) => line !== "")
    .map((line) => ({ line, at: place.get(placeName(JSON.parse(line).from)) ?? 0 }))
    .sort((a, b) => a.at - b.at).map(({ line }) => `${line}\n`).join("");
}

const placeName = ({ dataset, index }: Row["from"]) => `${index} ${dataset}`;

/**
 * Runs stages over a source. What comes out doesn't hang on workers, on blocks or on where it was
 * stopped before.
 * @throws whatever a stage throws, and what `heard` does
 */
export async function runPasses(
  source: Source,
  stages: readonly ReadyStage[],
  options: PassOptions,
): Promise<Done> {
  const { folder, workers, place, say } = options;
  const summaries: PassSummary[] = [];
  const passes = passesOf(stages);
  let found = 0;
  for (const pass of passes) {
    const { number, maps } = pass, ended = await folder.ended(number);
    if (ended !== null) {
      found += ended.blocks;
      summaries.push(ended);
    } else {
      const steps: Step[] = maps.map(({ label, stage, together }) =>
        stepOf(label, stage, together)
      );
      // One block isn't worth a thread's start.
      const many = (number === 0 ? source.count : summaries[number - 1].left) >
        options.block.documents;
      const asked = maps.map(({ name, config, label }) => ({ name, config, label }));
      const alone = maps.length === 0 || maps.some(({ together }) => together);
      const pool = workers > 1 && many && !alone
        ? threads(workers, { stages: asked, place }, say)
        : ownThread(steps);
      try {
        const made = number === 0
          ? await firstPass(source, pass, pool, options)
          : await nextPass(summaries[number - 1], pass, pool, options);
        found += made.found;
        const summary = await summaryOf(options, pass, made.blocks);
        await folder.end(number, summary);
        summaries.push(summary);
      } finally {
        pool.close();
      }
    }
    if (number > 0) await folder.forget(number - 1, summaries[number - 1]);
  }
  const tallies = summaries.flatMap(({ tallies }) => tallies);
  return { last: passes.length - 1, passes: summaries, tallies, found };
}

/**
 * Work on many rows, a block of them at a time: each block is kept when it is done, so that a run which
 * was stopped or killed goes on where it was.
 * @module
 */
import { join } from "@std/path";
import { readSealed, spoiltNote, writeSealed } from "../../base/digest/mod.ts";
import { type Run, timed } from "../../run/mod.ts";

/** Rows [from, to). */
export interface Block {
  readonly from: number;
  readonly to: number;
}

const fileOf = (phase: string, number: number) =>
  `${phase}-${String(number).padStart(6, "0")}.sealed`;

/** What is done block by block. */
export interface Blocks<T> {
  /** Name of the phase, and of the files that are kept: a word. */
  readonly phase: string;
  /** Rows in all. */
  readonly total: number;
  /** Rows of a block. */
  readonly size: number;
  /** What comes of a block, as JSON can hold it: a function of the block alone. */
  make(block: Block): Promise<readonly T[]>;
}

/**
 * What comes of all blocks, in their order; null where the run was asked to stop first. What was kept of
 * another attempt is taken as it is.
 */
export async function inBlocks<T>(
  run: Run,
  { phase, total, size, make }: Blocks<T>,
): Promise<{ readonly all: T[]; readonly resumed: number } | null> {
  const { host, status, store, planned: { id } } = run;
  const all: T[] = [], count = Math.ceil(total / size);
  let resumed = 0;
  host.emit({ kind: "phase", phase });
  for (let number = 0; number < count; number++) {
    if (host.stopped()) return null;
    const from = number * size, to = Math.min(total, from + size);
    const path = join(store.folder(id), fileOf(phase, number)), purpose = `${phase} ${from} ${to}`;
    const kept = await readSealed(path, purpose);
    if (kept.state === "spoilt") {
      host.emit({ kind: "note", note: spoiltNote(path, kept.reason) });
    }
    if (kept.state === "whole") {
      if (number === 0) resumed = await status.resumes(true);
      all.push(...JSON.parse(new TextDecoder().decode(kept.bytes)));
    } else {
      const made = await timed(run, "steps", () => make({ from, to }));
      all.push(...made);
      await writeSealed(path, new TextEncoder().encode(JSON.stringify(made)), { purpose });
    }
    await status.update(phase, to, total);
    host.emit({
      kind: "progress",
      step: to,
      steps: total,
      loss: null,
      rate: null,
      secondsLeft: null,
    });
  }
  return { all, resumed };
}

/** Removes what blocks have left, once the run has what came of them. */
export async function forgetBlocks(
  { store, planned: { id } }: Pick<Run, "store" | "planned">,
  { phase, total, size }: Pick<Blocks<unknown>, "phase" | "total" | "size">,
): Promise<void> {
  for (let number = 0; number < Math.ceil(total / size); number++) {
    await store.remove(id, fileOf(phase, number));
  }
}

/**
 * What a mutant is, and what becomes of it.
 * @module
 */
import type { Need } from "../../needs.ts";

/** What has to be made anew from a source before anything notices that it has changed. */
export interface Making {
  /** A script of the tree, which makes it. */
  readonly script: string;
  /** The files that it makes. */
  readonly files: readonly string[];
}

/** A bug put in on purpose. */
export interface Mutant {
  readonly id: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** Text that occurs exactly once in `file`. */
  readonly find: string;
  readonly replace: string;
  /** Test file that must fail. */
  readonly law: string;
  /** As of `deno test --filter`, where the file is slow. */
  readonly filter?: string;
  /** What its laws need: where that isn't here, it is left out. */
  readonly needs?: Need;
  /** What is made of its file, where that isn't loaded itself. */
  readonly making?: Making;
}

/** What became of a mutant. */
export interface Outcome {
  readonly id: string;
  readonly outcome: "killed" | "survived" | "stale" | "broken";
  readonly note: string;
  readonly seconds: number;
}

/** The text of a mutant's file with the bug in it; or why its edit doesn't fit. `source` is null where no file is. */
export function mutated(
  { file, find, replace }: Mutant,
  source: string | null,
): { text: string } | { stale: string } {
  if (source === null) return { stale: `${file} is not there` };
  const times = source.split(find).length - 1;
  if (times !== 1) return { stale: `its text occurs ${times} times in ${file}` };
  if (find === replace) return { stale: "it changes nothing" };
  return { text: source.replace(find, () => replace) };
}

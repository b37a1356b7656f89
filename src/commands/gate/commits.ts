/**
 * Which code made the records that a command shows, if it isn't the code that is checked out.
 * @module
 */
import type { Provenance, RunRecord } from "../../record/mod.ts";

type Code = Pick<Provenance, "gitSha" | "gitDirty">;
type Made = Pick<RunRecord, "provenance" | "trainedBy">;

const named = ({ gitSha, gitDirty }: Code) =>
  (gitSha?.slice(0, 10) ?? "an unknown commit") + (gitDirty ? " with uncommitted changes" : "");

/** "3 of 1a2b3c4d5e, 1 of …", most first. */
function counted(codes: readonly Code[]): string {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(named(code), (counts.get(named(code)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([name, n]) => `${n} of ${name}`).join(", ");
}

/**
 * A line on records that other code made, one on weights that other code trained, and one where the
 * code has changes that no commit holds. What was made with such changes is never taken for the
 * commit's own.
 * @param records what is shown
 * @param options.here the code that is checked out
 * @param options.before those of the records that this command did not make; default: all
 */
export function commitLines(
  records: readonly Made[],
  { here, before = records }: { readonly here: Code; readonly before?: readonly Made[] },
): string[] {
  const { gitSha: head } = here;
  if (head === null) return [];
  const foreign = ({ gitSha, gitDirty }: Code) => gitSha !== head || gitDirty === true;
  const others = before.map(({ provenance }) => provenance).filter(foreign);
  const weights = records.flatMap(({ provenance, trainedBy }) =>
    trainedBy === undefined || trainedBy.gitSha === head ||
      (foreign(provenance) && trainedBy.gitSha === provenance.gitSha)
      ? []
      : [{ gitSha: trainedBy.gitSha, gitDirty: null }]
  );
  return [
    ...(others.length === 0 ? [] : [
      `${others.length} of ${records.length} records were made by other code: ` +
      `${counted(others)}; here is ${named(here)}: run with --fresh to measure it`,
    ]),
    ...(weights.length === 0 ? [] : [
      `${weights.length} of ${records.length} records have weights that other code trained: ` +
      counted(weights),
    ]),
    ...(here.gitDirty
      ? [
        `the working tree has uncommitted changes: what is measured now isn't ${
          head.slice(0, 10)
        } alone`,
      ]
      : []),
  ];
}

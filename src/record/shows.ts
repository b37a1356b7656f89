/**
 * What artefacts show, of records of any version: new ones say it, older ones are read by the names
 * that their pictures had.
 * @module
 */
import type { Artefact, Shows } from "./record.ts";

/** Names of pictures in records that don't say what they show. `conditional-<factor>` is a sheet a factor. */
const NAMED: readonly (readonly [name: RegExp, what: Shows["what"]])[] = [
  [/^samples?\b/, "samples"],
  [/^nearest\b/, "nearest"],
  [/^conditional-(?<of>.+)/, "conditional"],
  [/^reconstructions?\b/, "reconstructions"],
  [/^traversals?\b/, "traversal"],
  [/^interpolations?\b/, "interpolation"],
  [/^prior-interpolations?\b/, "prior-interpolation"],
];

/** The name of a picture that shows this, and of its file but for the ending. */
export function shownName({ what, of }: Shows): string {
  return of === undefined ? what : `${what}-${of}`;
}

/** What an artefact shows; null where it is no picture. */
export function shownBy({ shows, name, file }: Artefact): Shows | null {
  if (shows !== undefined) return shows;
  if (!/\.(png|webp|jpe?g)$/i.test(file)) return null;
  for (const [pattern, what] of NAMED) {
    const found = pattern.exec(name);
    if (found) return found.groups?.of === undefined ? { what } : { what, of: found.groups.of };
  }
  return { what: "other" };
}

/**
 * Pillow's bytes beside ours for every format and mode that make.py writes: equal, or refused with a
 * reason. `deno run -A tests/golden/pillow/compare.ts` writes table.json, which a test holds it to; `--json`
 * prints it.
 * @module
 */
import { Buffer } from "node:buffer";
import { fromFileUrl, join } from "@std/path";
import { DataError } from "../../../src/base/errors.ts";
import { decodeWhole } from "../../../src/data/decode.ts";

const here = fromFileUrl(new URL(".", import.meta.url));
/** What `compare.ts` writes. */
export const tableFile = join(here, "table.json");

/** What Pillow made of a file in one mode. */
type Made =
  | { readonly width: number; readonly height: number; readonly bytes: string }
  | { readonly refused: string };

/** Pillow's bytes by file. */
const golden: {
  readonly pillow: string;
  readonly pictures: Readonly<
    Record<string, { format: string | null; mode: string | null; rgb: Made; l: Made }>
  >;
} = JSON.parse(await Deno.readTextFile(join(here, "golden.json")));

/** A file of make.py's, with Pillow's name for its format and mode. */
export interface Compared {
  readonly file: string;
  /** null where Pillow can't open it. */
  readonly format: string | null;
  readonly mode: string | null;
  /** "refused by both": Pillow has no bytes either. */
  readonly outcome: "equal" | "refused" | "refused by both" | "differs";
  /** Why it was refused. */
  readonly reason?: string;
  /** Greatest difference of a byte, where they differ; Infinity where the shape does. */
  readonly by?: number;
}

/** Path of a file of make.py's. */
export const pillowFile = (file: string) => join(here, "files", file);

/** How far ours are from Pillow's; null where there are none. */
async function difference(file: string, made: Made, channels: 1 | 3): Promise<number | null> {
  const ours = await decodeWhole(pillowFile(file), { channels, decoding: "pil" });
  if ("refused" in made) return null;
  const theirs = Buffer.from(made.bytes, "base64");
  if (ours.width !== made.width || ours.height !== made.height) return Infinity;
  return theirs.reduce((most, byte, i) => Math.max(most, Math.abs(byte - ours.data[i])), 0);
}

/** Every file of make.py's, in colour and in grey, compared. */
export async function comparePillow(): Promise<Compared[]> {
  const rows: Compared[] = [];
  for (const [file, { format, mode, rgb, l }] of Object.entries(golden.pictures)) {
    const of = { file, format, mode };
    const none = "refused" in rgb;
    try {
      const [colour, grey] = [await difference(file, rgb, 3), await difference(file, l, 1)];
      // Bytes where Pillow has none are no bytes of Pillow's.
      const by = colour === null || grey === null ? Infinity : Math.max(colour, grey);
      rows.push(by === 0 ? { ...of, outcome: "equal" } : { ...of, outcome: "differs", by });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const outcome = none ? "refused by both" : "refused";
      rows.push({ ...of, outcome, reason: error.message });
    }
  }
  return rows;
}

/** Pillow's formats with their modes, e.g. "PNG RGBA": equal where all files of that kind are. */
export function countPillow(rows: readonly Compared[]): {
  readonly modes: number;
  readonly equal: number;
  readonly refused: number;
  readonly differing: number;
  /** The same of single files, with those of which Pillow has no bytes either. */
  readonly files: {
    readonly all: number;
    readonly equal: number;
    readonly refused: number;
    readonly differing: number;
  };
} {
  const kinds = new Map<string, Set<Compared["outcome"]>>();
  for (const { format, mode, outcome } of rows) {
    if (outcome === "refused by both") continue; // Pillow has no bytes to be equal to
    const kind = `${format} ${mode}`;
    kinds.set(kind, (kinds.get(kind) ?? new Set()).add(outcome));
  }
  const all = [...kinds.values()];
  const differing = all.filter((found) => found.has("differs")).length;
  const refused = all.filter((found) => found.has("refused") && !found.has("differs")).length;
  const filesThat = (...which: Compared["outcome"][]) =>
    rows.filter(({ outcome }) => which.includes(outcome)).length;
  return {
    modes: all.length,
    equal: all.length - differing - refused,
    refused,
    differing,
    files: {
      all: rows.length,
      equal: filesThat("equal"),
      refused: filesThat("refused", "refused by both"),
      differing: filesThat("differs"),
    },
  };
}

/** The table as it is kept. */
export function tableOf(rows: readonly Compared[]): string {
  const table = { pillow: golden.pillow, counts: countPillow(rows), files: rows };
  return JSON.stringify(table, null, 2) + "\n";
}

if (import.meta.main) {
  const table = tableOf(await comparePillow());
  if (Deno.args.includes("--json")) console.log(table);
  else await Deno.writeTextFile(tableFile, table);
}

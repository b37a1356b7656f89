/**
 * `--decode pil` compared with Pillow's own bytes, for every format and mode that Pillow writes.
 * @module
 */
import type { Figure, Measured } from "../figure.ts";
import { lastWords } from "../process.ts";

/** A file, as tests/golden/pillow/compare.ts tells it. */
export interface ComparedFile {
  readonly file: string;
  readonly format: string | null;
  readonly mode: string | null;
  readonly outcome: "equal" | "refused" | "refused by both" | "differs";
  readonly by?: number;
}

/** Files whose bytes differ; which formats and modes are equal, refused, or neither. */
export function pillowMeasured(
  { pillow, files }: { readonly pillow: string; readonly files: readonly ComparedFile[] },
): Measured {
  if (files.length === 0) return { value: null, reason: "there are no files of Pillow's" };
  const kinds = Map.groupBy(files, ({ format, mode }) => `${format ?? "unreadable"} ${mode ?? ""}`);
  const having = (which: ComparedFile["outcome"][]) =>
    [...kinds].filter(([, of]) => of.some(({ outcome }) => which.includes(outcome)))
      .map(([kind]) => kind.trim()).sort();
  const differing = files.filter(({ outcome }) => outcome === "differs");
  const equal = [...kinds].filter(([, of]) => of.every(({ outcome }) => outcome === "equal"));
  return {
    value: differing.length,
    detail: {
      pillow,
      files: files.length,
      equalFiles: files.filter(({ outcome }) => outcome === "equal").length,
      equal: equal.map(([kind]) => kind).sort(),
      refused: having(["refused"]),
      refusedByBoth: having(["refused by both"]),
      wrong: differing.slice(0, 10).map(({ file, by }) => `${file}: by ${by ?? "its shape"}`),
    },
  };
}

/** See the module. */
export const pillow: Figure = {
  group: "faults",
  name: "pillow-differing",
  about:
    "Files of every format and mode that Pillow writes, read by --decode pil in colour and in " +
    "grey: those that are read and are not Pillow's bytes (what can't be had is refused)",
  unit: "files",
  target: { is: "=", value: 0 },
  cost: "short",
  command: "deno task figures faults/pillow-differing",
  async measure({ run }) {
    const ran = await run(["run", "-A", "tests/golden/pillow/compare.ts", "--json"]);
    return ran.code === 0
      ? pillowMeasured(JSON.parse(ran.stdout))
      : { value: null, reason: lastWords(ran) };
  },
};

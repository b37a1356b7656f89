/**
 * Entries of `runs` and `metrics`: `- vae`, `- vae: { … }`, or `- vae: { … }` with a `name` beside.
 * @module
 */
import { found } from "../schema/introspect.ts";
import type { Problem } from "../problem.ts";
import type { Path, Source } from "../source.ts";

/** An entry taken apart. */
export interface Entry {
  /** Name of the family or metric. */
  readonly of: string;
  readonly config: Record<string, unknown>;
  /** The keys beside it. */
  readonly beside: Readonly<Record<string, unknown>>;
  /** Path of the entry, and of its config. */
  readonly path: Path;
  readonly configPath: Path;
}

/** What an entry may look like. */
export interface EntryKind {
  /** "family" or "metric", for messages. */
  readonly what: string;
  /** Keys that may stand beside the name. */
  readonly beside: readonly string[];
}

/**
 * Takes the entries of a list apart; those that can't be are told.
 * @param list.at where the list stands in the file; default: under its key at the top
 */
export function readEntries(
  list: { readonly key: string; readonly items: unknown; readonly at?: Path },
  { what, beside, source, problems }: EntryKind & { source: Source; problems: Problem[] },
): Entry[] {
  if (!Array.isArray(list.items)) return [];
  return list.items.flatMap((item: unknown, i): Entry[] => {
    const path = [...list.at ?? [list.key], i];
    const wrong = (message: string) => {
      problems.push({ ...source.locate(path), message });
      return [];
    };
    if (typeof item === "string") {
      return [{ of: item, config: {}, beside: {}, path, configPath: [...path, item] }];
    }
    const form = `an entry of \`${list.key}\` is \`${what}: { its keys }\``;
    if (typeof item !== "object" || item === null || Array.isArray(item)) {
      return wrong(`${form}; found ${found(item)}`);
    }
    const names = Object.keys(item).filter((k) => !beside.includes(k));
    if (names.length !== 1) {
      const many = names.length > 1 ? `; indent keys under the ${what}, or start a new \`-\`` : "";
      return wrong(`${form}; found ${names.length} names${listed(names)}${many}`);
    }
    const [of] = names;
    const record = item as Record<string, unknown>;
    const config = record[of] ?? {};
    const configPath = [...path, of];
    if (typeof config !== "object" || Array.isArray(config)) {
      problems.push({
        ...source.locate(configPath),
        message: `\`${of}\` wants a map of its keys; found ${found(config)}`,
      });
      return [];
    }
    const { [of]: _, ...others } = record;
    return [{ of, config: config as Record<string, unknown>, beside: others, path, configPath }];
  });
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "" : `: ${names.join(", ")}`;
}

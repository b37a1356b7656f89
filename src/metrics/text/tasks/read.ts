/**
 * Reading a task's YAML: each mistake with its key and line.
 * @module
 */
import { dirname, join } from "@std/path";
import {
  type Document as Yaml,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import { sha256 } from "../../../base/digest/mod.ts";
import { DataError } from "../../../base/mod.ts";
import { didYouMean } from "../../../base/text/mod.ts";
import {
  type DataFile,
  IGNORED,
  REFUSED,
  type Task,
  taskOf,
  written,
  type WrittenTask,
} from "./definition.ts";
import { readDocuments } from "./documents.ts";

/** What the names of our own files begin with. */
export const BUILT_IN = "built-in:";

/** Gives the bytes of a file by the name that tasks and suites have for it. */
export type ReadFile = (file: string) => Promise<Uint8Array>;

interface Source {
  readonly name: string;
  readonly document: Yaml;
  readonly lines: LineCounter;
}

type Path = readonly (string | number)[];

/** Where a value stands; of a missing one its nearest parent. */
function place({ name, document, lines }: Source, path: Path): string {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = isMap(parent)
      ? parent.items.find((pair) => isScalar(pair.key) && pair.key.value === path[length - 1])?.key
      : document.getIn(path.slice(0, length), true);
    if (isNode(key) && key.range) return `${name}:${lines.linePos(key.range[0]).line}`;
  }
  return name;
}

/** PyYAML takes "y" and "n" for texts, unlike YAML 1.1, whose other words it has. */
function asInPython<T>(tag: T): T {
  const { tag: name, test } = tag as { tag?: string; test?: RegExp };
  if (name !== "tag:yaml.org,2002:bool" || test === undefined) return tag;
  return { ...tag, test: test.test("yes") ? /^(yes|true|on)$/i : /^(no|false|off)$/i };
}

function sourceOf(name: string, text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.1",
    merge: true,
    lineCounter: lines,
    customTags: (tags) => tags.map(asInPython),
  });
  const source = { name, document, lines };
  const [error] = document.errors;
  if (error !== undefined) {
    throw new DataError(`${name}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
  }
  visit(document, {
    Node(key, node, parents) {
      if (!node.tag?.startsWith("!") || !node.range) return;
      const pair = parents[parents.length - 1];
      const own = typeof pair === "object" && "key" in pair && isScalar(pair.key)
        ? ` \`${pair.key.value}\``
        : ` ${String(key)}`;
      throw new DataError(
        `${name}:${lines.linePos(node.range[0]).line}:${own}: \`${node.tag}\` runs Python, which ` +
          "isn't done here: write a template instead",
      );
    },
  });
  return source;
}

/** Keys of a task, those of the file that it includes below its own. */
async function keysOf(
  source: Source,
  { read, above }: { readonly read: ReadFile; readonly above: readonly string[] },
): Promise<Record<string, unknown>> {
  const own = source.document.toJS() as unknown;
  if (typeof own !== "object" || own === null || Array.isArray(own)) {
    throw new DataError(`${source.name} is no task: keys with values were expected`);
  }
  const { include, ...keys } = own as Record<string, unknown>;
  if (include === undefined) return keys;
  if (typeof include !== "string") {
    throw new DataError(`${place(source, ["include"])}: \`include\` names one file`);
  }
  const file = join(dirname(source.name), include);
  if (above.includes(file)) throw new DataError(`${file} includes itself`);
  const text = new TextDecoder().decode(await read(file));
  return {
    ...await keysOf(sourceOf(file, text), { read, above: [...above, file] }),
    ...keys,
  };
}

/** Keys that are understood, or the reasons why some aren't. */
function checked(source: Source, keys: Record<string, unknown>): WrittenTask {
  const faults: string[] = [];
  const known = [...Object.keys(written.shape), ...IGNORED];
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(keys)) {
    if ((IGNORED as readonly string[]).includes(key)) continue;
    const refused = Object.hasOwn(REFUSED, key) ? REFUSED[key] : undefined;
    if (refused !== undefined) {
      if (value === null || value === false) continue;
      faults.push(`${place(source, [key])}: \`${key}\`: ${refused}`);
    } else if (!known.includes(key)) {
      faults.push(`${place(source, [key])}: unknown key \`${key}\`${didYouMean(key, known)}`);
    } else kept[key] = value;
  }
  if (kept.dataset_path !== undefined && kept.dataset_path !== "json") {
    const path = JSON.stringify(kept.dataset_path);
    faults.push(
      `${
        place(source, ["dataset_path"])
      }: \`dataset_path: ${path}\` would be fetched from a hub: ` +
        "write the documents to a file of JSON lines and name it, with `dataset_path: json` and " +
        "`dataset_kwargs: { data_files: { test: FILE } }`",
    );
    kept.dataset_path = "json";
  }
  const parsed = written.safeParse(kept);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const at = path as Path;
    faults.push(
      `${place(source, at)}: ${at.length === 0 ? "" : `\`${at.join(".")}\`: `}${message}`,
    );
  }
  if (faults.length > 0 || !parsed.success) throw new DataError(faults.join("\n"));
  return parsed.data;
}

/** Files of each split, as the suite names them: relative to its folder. */
function filesOf(named: unknown, builtIn: boolean): Record<string, string[]> {
  const listed = (files: string | readonly string[]) =>
    (typeof files === "string" ? [files] : files)
      .map((file) => builtIn ? `${BUILT_IN}${file}` : file);
  if (typeof named === "string" || Array.isArray(named)) return { train: listed(named) };
  return Object.fromEntries(
    Object.entries(named as Record<string, string | string[]>).map(([k, v]) => [k, listed(v)]),
  );
}

/** Splits that are read: the one that is asked, and the one that examples come of. */
function usedSplits(task: WrittenTask): string[] {
  const { test_split, validation_split, training_split, fewshot_split, fewshot_config } = task;
  const asked = test_split ?? validation_split;
  const examples = (task.num_fewshot ?? 0) === 0 || fewshot_config?.samples
    ? null
    : fewshot_config?.split ?? fewshot_split ?? training_split ?? validation_split ?? test_split;
  return [...new Set([asked, examples])].filter((split) => typeof split === "string");
}

/**
 * Reads a task with the digests of its files.
 * @param name of its file, as the suite has it
 * @throws DataError with all mistakes, each with its place
 */
export async function readTask(name: string, read: ReadFile): Promise<Task> {
  const source = sourceOf(name, new TextDecoder().decode(await read(name)));
  const keys = await keysOf(source, { read, above: [name] });
  const task = checked(source, keys);
  const files: Record<string, DataFile[]> = {};
  const named = filesOf(task.dataset_kwargs.data_files, name.startsWith(BUILT_IN));
  for (const split of usedSplits(task)) {
    if (named[split] === undefined) {
      throw new DataError(
        `${place(source, ["dataset_kwargs", "data_files"])}: \`data_files\` names no file of the ` +
          `split ${split}; it has ${Object.keys(named).join(", ")}`,
      );
    }
    files[split] = [];
    for (const file of named[split]) {
      const bytes = await read(file);
      const rows = readDocuments(bytes, file).length;
      if (rows === 0) throw new DataError(`${file} holds no document`);
      files[split].push({ file, sha256: await sha256(bytes), rows });
    }
  }
  return taskOf(task, files);
}

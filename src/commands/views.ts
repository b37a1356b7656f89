/**
 * `views`: a dataset of views as files that other programs read.
 * @module
 */
import { z } from "zod";
import { exitCodes, UsageError } from "../base/mod.ts";
import { type Arguments, Meter, type Terminal } from "../cli/mod.ts";
import type { Dataset, DatasetDefinition } from "../data/mod.ts";
import { writeScene } from "../data/scenes/mod.ts";
import { didYouMean } from "../base/text/mod.ts";
import { datasets, fromTable } from "../registry.ts";
import { schemaAt, typed } from "../suite/mod.ts";
import { cacheOf } from "./folders.ts";
import { writeFolder } from "./new_folder.ts";

/** The keys that `--set` names, typed by the dataset's schema. @throws UsageError */
function configOf({ name, config: schema }: DatasetDefinition, sets: readonly string[]): unknown {
  const known = Object.keys((schema as { shape?: object }).shape ?? {});
  const keys: Record<string, unknown> = {};
  for (const text of sets) {
    const at = text.indexOf("="), key = text.slice(0, at);
    if (at <= 0) throw new UsageError(`--set ${text} wants KEY=VALUE, e.g. --set size=64`);
    if (!known.includes(key)) {
      throw new UsageError(
        `--set ${text}: ${name} has no key \`${key}\`${didYouMean(key, known)}\n` +
          `  keys: ${known.join(", ")}`,
      );
    }
    keys[key] = typed(text.slice(at + 1), schemaAt(schema, [key]));
  }
  const parsed = schema.safeParse(keys);
  if (!parsed.success) throw new UsageError(`${name}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const to = args.one("to"), name = args.positionals[0] ?? "scene";
  if (to === undefined) throw new UsageError("views: name the folder to write, --to FOLDER");
  const definition = await fromTable(datasets, name, "dataset");
  const config = configOf(definition, args.all("set"));
  const kind = definition.outline?.(config)?.sample.kind;
  const refuse = (kind: string) => {
    throw new UsageError(`${name} is a dataset of the kind ${kind}; views are written here`);
  };
  if (kind !== undefined && kind !== "view") refuse(kind);
  const meter = new Meter(terminal);
  let views = 0;
  await writeFolder(to, async (folder) => {
    const dataset = await definition.load(config, {
      cache: cacheOf(args),
      jobs: navigator.hardwareConcurrency,
      progress: (done, total, note) => meter.note(`${note} ${done}/${total}`),
    });
    if (dataset.sample.kind !== "view") refuse(dataset.sample.kind);
    views = dataset.size("train") + dataset.size("test");
    await writeScene(dataset as Dataset<"view">, {
      folder,
      progress: (done, total) => meter.note(`writing ${done}/${total}`),
    });
  }).finally(() => meter.clear());
  if (!args.has("quiet")) terminal.print(`${to}: ${views} views of ${name}`);
  return exitCodes.pass;
}

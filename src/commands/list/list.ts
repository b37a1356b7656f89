/**
 * `list`: what can be named, and the settings of each.
 * @module
 */
import { fromFileUrl } from "@std/path";
import { exitCodes, shown, UsageError } from "../../base/mod.ts";
import { registerModule } from "../../registry.ts";
import { configJson, didYouMean } from "../../base/text/mod.ts";
import { catalogue, type Item } from "./catalogue.ts";
import { type Arguments, columns, type Terminal, wrap } from "../../cli/mod.ts";

const headings: Readonly<Record<Item["noun"], string>> = {
  suite: "Suites",
  family: "Families",
  protocol: "Protocols",
  dataset: "Datasets",
  metric: "Metrics",
  control: "Controls",
  extractor: "Extractors",
  engine: "Engines",
};

/** Lists all items, or those named in full. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  for (const module of args.all("modules")) await registerModule(module);
  const all = await catalogue();
  const chosen = args.positionals.length === 0
    ? all
    : args.positionals.flatMap((n) => pick(all, n));
  if (args.has("json")) {
    for (const item of chosen) terminal.print(JSON.stringify(item));
  } else if (args.positionals.length === 0) {
    terminal.print(overview(all));
  } else {
    terminal.print(chosen.map(inFull).join("\n\n"));
  }
  return exitCodes.pass;
}

/** Items of a name, or all of a noun ("families"), or all suites of a file ("course"). */
function pick(all: readonly Item[], name: string): Item[] {
  const noun = Object.entries(headings).find(([noun, heading]) =>
    noun === name || heading.toLowerCase() === name.toLowerCase()
  )?.[0];
  const found = all.filter((item) =>
    item.name === name || item.noun === noun || item.name.startsWith(`${name}#`)
  );
  if (found.length > 0) return found;
  const known = [...all.map((i) => i.name), ...Object.values(headings).map((h) => h.toLowerCase())];
  throw new UsageError(
    `nothing is called \`${name}\`${didYouMean(name, known)}\n  likeness list shows all names`,
  );
}

/** Names with status and one line each, noun by noun. */
export function overview(items: readonly Item[]): string {
  const width = Math.max(...items.map((i) => i.name.length)) + 2;
  const nouns = Object.keys(headings) as Item["noun"][];
  return nouns.flatMap((noun) => {
    const rows = items.filter((item) => item.noun === noun);
    if (rows.length === 0) return [];
    const table = rows.flatMap((item) => {
      const state = ["ready", "named only"].find((s) => item.status.startsWith(s)) ?? "not ready";
      const left = item.name.padEnd(width) + state.padEnd(11);
      const lines: [string, string][] = [[left, item.about]];
      const more = item.status.replace(/^(ready|named only)(: )?/, "");
      if (more !== "") lines.push(["", more]);
      return columns(lines, { left: width + 11 });
    });
    return [[headings[noun], ...table].join("\n")];
  }).join("\n\n");
}

/** One item with its keys. */
export function inFull(item: Item): string {
  const version = item.version === undefined ? "" : `, version ${item.version}`;
  const facts: [string, string][] = [["status", item.status]];
  if (item.papers !== undefined && item.papers.length > 0) {
    facts.push(["papers", item.papers.join(", ")]);
  }
  if (item.licence !== undefined) facts.push(["licence", item.licence]);
  if (item.module !== undefined) facts.push(["module", shown(fromFileUrl(item.module))]);
  facts.push(...Object.entries(item.facts ?? {}));
  const lines = [
    `${item.name} (${item.noun}${version})`,
    ...wrap(item.about, 94).map((l) => `  ${l}`),
  ];
  lines.push("", ...columns(facts));
  if (item.keys === undefined) return lines.join("\n");
  if (item.keys.length === 0) return [...lines, "", "No keys."].join("\n");
  lines.push("", "Keys:");
  lines.push(
    ...columns(item.keys.map((row) => {
      const value = row.default === undefined
        ? (row.optional ? "optional" : "required")
        : `default ${configJson(row.default)}`;
      const about = row.about === "" ? "" : `${row.about} `;
      return [row.key, `${about}(${row.wants}; ${value})`];
    })),
  );
  return lines.join("\n");
}

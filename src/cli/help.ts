/**
 * Help, generated from the table of commands.
 * @module
 */
import type { Command, Option } from "./command.ts";

const width = 96;

/** What `likeness --help` prints. */
export function overview(commands: readonly Command[], version: string): string {
  const rows = commands.map((c) => [c.name, c.summary] as const);
  return [
    `likeness ${version}: a benchmark harness for generative models`,
    "",
    "Usage: likeness COMMAND [options]      (deno task likeness COMMAND …)",
    "",
    "Commands:",
    ...columns(rows),
    "",
    "likeness COMMAND --help explains a command; likeness --version prints the version.",
  ].join("\n");
}

/** What `likeness COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const parts = [
    `likeness ${command.name}: ${lowerFirst(command.summary)}`,
    "",
    `Usage: ${usageLine(command)}`,
    "",
    ...wrap(command.about, width),
  ];
  if (command.positionals.length > 0) {
    parts.push("", "Arguments:", ...columns(command.positionals.map((p) => [p.name, p.about])));
  }
  parts.push("", "Options:");
  parts.push(...columns([
    ...command.options.map((o) => [flag(o), o.about + (o.many ? " (repeatable)" : "")] as const),
    ["--help", "Print this text"] as const,
  ]));
  parts.push("", "Examples:");
  for (const [line, what] of command.examples) parts.push(`  ${line}`, `      ${what}`);
  parts.push("", "Exit codes:", ...columns(command.exits.map(([c, w]) => [String(c), w])));
  return parts.join("\n");
}

/** "likeness gate SUITE… [options]". */
export function usageLine(command: Command): string {
  const words = command.positionals.map((p) => p.required ? p.name : `[${p.name}]`);
  return ["likeness", command.name, ...words, "[options]"].join(" ");
}

function flag(option: Option): string {
  return option.value === undefined ? `--${option.name}` : `--${option.name} ${option.value}`;
}

/** Two columns; the right one wrapped and hanging. `left`: width of the left one. */
export function columns(
  rows: readonly (readonly [string, string])[],
  { left = Math.max(...rows.map(([a]) => a.length)) + 2 } = {},
): string[] {
  return rows.flatMap(([a, b]) =>
    wrap(b, width - left - 2).map((line, i) =>
      `  ${(i === 0 ? a : "").padEnd(left)}${line}`.trimEnd()
    )
  );
}

/** Breaks at spaces so that no line is longer than `limit`, where words allow. */
export function wrap(text: string, limit: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > limit) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function lowerFirst(text: string): string {
  return text[0].toLowerCase() + text.slice(1);
}

/**
 * Command-line arguments, parsed by @std/cli and checked against the command's row. An unknown
 * option gets the nearest correct one, a missing value is asked for, and an impossible value is
 * refused.
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../base/mod.ts";
import { didYouMean } from "../base/text/mod.ts";
import type { Arguments, Command } from "./command.ts";
import { checkValue, listed, type Takes } from "./option_values.ts";

/**
 * Parses what follows the command's name.
 * @throws UsageError for unknown options, missing, unwanted or wrong values, too few or many
 * positionals.
 */
export function parseArguments(command: Command, words: readonly string[]): Arguments {
  const again = `\n  all options: likeness ${command.name} --help`;
  const options = new Map(command.options.map((o) => [o.name, o]));
  const parsed = parseArgs(withValues(command, words, again), {
    string: ["_", ...command.options.filter((o) => o.value !== undefined).map((o) => o.name)],
    boolean: command.options.filter((o) => o.value === undefined).map((o) => o.name),
    collect: command.options.filter((o) => o.value !== undefined).map((o) => o.name),
    "--": true,
  });
  const positionals = [...parsed._.map(String), ...(parsed["--"] ?? [])];
  checkPositionals(command, positionals, again);
  const all = (name: string) => {
    if (!options.has(name)) throw new Error(`${command.name} declares no option ${name}`);
    return (parsed[name] ?? []) as string[];
  };
  for (const { name, takes } of command.options) {
    if (takes !== undefined) { for (const text of all(name)) checkValue(name, takes, text); }
  }
  const one = (name: string) => all(name).at(-1);
  // What is read as a number or as one of some words has been checked as such.
  const taken = (name: string, kind: Takes["kind"]) => {
    const declared = options.get(name)?.takes?.kind;
    if (declared !== kind) throw new Error(`--${name} is read as ${kind}, declared ${declared}`);
    return one(name);
  };
  const numbered = (text: string | undefined) => text === undefined ? undefined : Number(text);
  return {
    positionals,
    has: (name) => {
      if (!options.has(name)) throw new Error(`${command.name} declares no option ${name}`);
      return parsed[name] === true;
    },
    one,
    all,
    list: (name) => {
      const text = one(name);
      return text === undefined ? undefined : listed(text);
    },
    whole: (name) => numbered(taken(name, "whole")),
    wholes: (name) => {
      const text = taken(name, "wholes");
      return text === undefined ? undefined : listed(text).map(Number);
    },
    share: (name) => numbered(taken(name, "share")),
    word: <T extends string>(name: string) => taken(name, "word") as T | undefined,
    line: ["likeness", command.name, ...words].map(quote).join(" "),
  };
}

/**
 * Walks the words once: names must be known; switches take no value and valued options need one, which
 * is joined to its option, as a parser would take `-1` for another one.
 */
function withValues(command: Command, words: readonly string[], again: string): string[] {
  const options = new Map(command.options.map((o) => [o.name, o]));
  const joined: string[] = [];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--") return [...joined, ...words.slice(i)];
    joined.push(words[i]);
    if (!words[i].startsWith("-") || words[i] === "-") continue;
    const [flag, inline] = split(words[i]);
    const name = flag.replace(/^--?/, "");
    const option = flag.startsWith("--") ? options.get(name) : undefined;
    if (option === undefined) {
      const names = [...options.keys(), "help"];
      throw new UsageError(
        `unknown option \`${flag}\` of \`${command.name}\`${didYouMean(name, names, "--")}${again}`,
      );
    }
    if (option.value === undefined) {
      if (inline !== undefined) {
        throw new UsageError(`--${name} is a switch and takes no value; found \`${words[i]}\``);
      }
    } else if (inline === undefined) {
      const next = words[++i];
      if (next === undefined || next.startsWith("--")) {
        const found = next === undefined ? "nothing follows" : `\`${next}\` follows`;
        throw new UsageError(`--${name} needs a value: --${name} ${option.value}; ${found}`);
      }
      joined.splice(-1, 1, `--${name}=${next}`);
    } else if (inline === "") {
      throw new UsageError(`--${name} needs a value: --${name} ${option.value}; found none`);
    }
  }
  return joined;
}

function checkPositionals(command: Command, found: readonly string[], again: string) {
  const needed = command.positionals.filter((p) => p.required);
  if (found.length < needed.length) {
    const missing = needed[found.length];
    throw new UsageError(`${command.name} needs ${missing.name}: ${missing.about}${again}`);
  }
  if (!command.positionals.some((p) => p.many) && found.length > command.positionals.length) {
    const extra = found[command.positionals.length];
    throw new UsageError(`${command.name}: \`${extra}\` is one argument too many${again}`);
  }
}

function split(word: string): [flag: string, value: string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/** As a shell would need it, so that the line can be pasted. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

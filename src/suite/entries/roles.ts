/**
 * The keys by which an entry of `runs` names other entries that it takes something of: `from: NAME`,
 * a key of a protocol's own, or `needs: { role: NAME }`.
 * @module
 */
import type { Role, Roles } from "../../families/mod.ts";
import { protocols } from "../../registry.ts";
import { DATA_ROLE } from "../../run/mod.ts";
import { didYouMean } from "../../base/text/mod.ts";
import type { Place } from "../check.ts";
import { runKeys } from "../schema/schema.ts";
import { type Schema, shapeOf } from "../schema/introspect.ts";
import type { Path } from "../source.ts";
import type { Entry } from "./entries.ts";

/** Keys of roles that families share, so that each needn't name one. */
const sharedKeys: { readonly [role: string]: string } = {
  weights: "from",
  tokenizer: "tokenizer",
  data: DATA_ROLE,
};

/** The key that names the run of a role; undefined where only `needs` does. */
function keyOf(role: string, { key }: Role): string | undefined {
  return key ?? (Object.hasOwn(sharedKeys, role) ? sharedKeys[role] : undefined);
}

/** The same for people: "from", "needs.table". */
export function keyText(role: string, definition: Role): string {
  return keyOf(role, definition) ?? `needs.${role}`;
}

/** Keys of roles that name other entries, beside those that every entry has. */
function roleKeys(): string[] {
  const keys = Object.values(protocols).flatMap(({ needs }) =>
    Object.entries(needs).flatMap(([role, definition]) => keyOf(role, definition) ?? [])
  );
  return [...new Set([...Object.values(sharedKeys), ...keys])].filter((key) =>
    !Object.hasOwn(runKeys.shape, key)
  );
}

/** All keys that may stand beside a name in `runs`. */
export function besideKeys(): string[] {
  return [...Object.keys(runKeys.shape), ...roleKeys()];
}

/** Keys that may stand inside as well, among the config's own: `- vqvae: { name: codes, … }`. */
function insideKeys(): string[] {
  return ["name", "from", "needs", "data", "metrics", ...roleKeys()];
}

/** An entry whose keys that are no config of its family all stand beside it. */
export interface LiftedEntry extends Entry {
  /** The keys that stood inside. */
  readonly lifted: readonly string[];
}

/** Takes the keys that name entries out of a config whose schema doesn't have them. */
export function lifted(entry: Entry, schema: Schema, { source, problems }: Place): LiftedEntry {
  const own = shapeOf(schema) ?? {};
  const found = insideKeys().filter((key) =>
    Object.hasOwn(entry.config, key) && !Object.hasOwn(own, key)
  );
  const config = { ...entry.config }, beside = { ...entry.beside };
  for (const key of found) {
    if (Object.hasOwn(entry.beside, key)) {
      problems.push({
        ...source.locate([...entry.configPath, key], "key"),
        message: `\`${key}\` stands twice: inside \`${entry.of}\` and beside it`,
      });
    }
    beside[key] = config[key];
    delete config[key];
  }
  return { ...entry, config, beside, lifted: found };
}

/** Where a key beside the name stands in the file. */
export function besidePath({ lifted, path, configPath }: LiftedEntry, key: string): Path {
  return [...lifted.includes(key) ? configPath : path, key];
}

/** That a role is taken of the entry of this name. */
export interface AskedRole {
  readonly role: string;
  readonly name: string;
  readonly path: Path;
  /** "from", as messages call it. */
  readonly key: string;
}

/** What an entry asks of others; wrong keys, roles and values are told. */
export function readRoles(entry: LiftedEntry, roles: Roles, top: Place): AskedRole[] {
  const { source, problems } = top;
  const asked: AskedRole[] = [];
  const ask = (role: string, key: string, { path, name }: { path: Path; name: unknown }) => {
    const wrong = (message: string, hints?: readonly string[]) =>
      problems.push({ ...source.locate(path, "key"), message, hints });
    if (typeof name !== "string" || name === "") {
      if (key === "from" || key.startsWith("needs.")) return; // told by the schema
      return wrong(`\`${key}\` wants the \`name\` of another entry`);
    }
    if (!Object.hasOwn(roles, role)) {
      const known = Object.keys(roles);
      const instead = known.map((own) => `${keyText(own, roles[own])}: NAME (${roles[own].about})`);
      return wrong(
        `\`${key}\`: \`${entry.of}\` takes no ${role} of other runs${didYouMean(role, known)}`,
        [known.length === 0 ? "it takes nothing of other runs" : `it takes ${instead.join(", ")}`],
      );
    }
    if (asked.some((other) => other.role === role)) {
      return wrong(`\`${key}\` names the ${role} a second time`);
    }
    asked.push({ role, name, path, key });
  };
  const { beside } = entry;
  if (beside.from !== undefined) {
    const role = Object.keys(roles).find((role) => keyOf(role, roles[role]) === "from");
    ask(role ?? "weights", "from", { path: besidePath(entry, "from"), name: beside.from });
  }
  if (typeof beside.data === "string") {
    ask(DATA_ROLE, "data", { path: besidePath(entry, "data"), name: beside.data });
  }
  for (const key of roleKeys().filter((key) => Object.hasOwn(beside, key))) {
    const role = Object.keys(roles).find((role) => keyOf(role, roles[role]) === key);
    ask(role ?? key, key, { path: besidePath(entry, key), name: beside[key] });
  }
  const { needs } = beside;
  if (typeof needs === "object" && needs !== null && !Array.isArray(needs)) {
    for (const [role, name] of Object.entries(needs)) {
      ask(role, `needs.${role}`, { path: [...besidePath(entry, "needs"), role], name });
    }
  }
  for (const [role, definition] of Object.entries(roles)) {
    if (!definition.required || asked.some((other) => other.role === role)) continue;
    problems.push({
      ...source.locate(entry.configPath, "key"),
      message: `\`${entry.of}\` needs a run that gives ${definition.kind}: ${definition.about}`,
      hints: [
        keyOf(role, definition) === undefined
          ? `name its entry: needs: { ${role}: NAME }`
          : `name its entry: ${keyOf(role, definition)}: NAME`,
      ],
    });
  }
  return asked;
}

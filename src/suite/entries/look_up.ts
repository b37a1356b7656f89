/**
 * What a name in a suite stands for.
 * @module
 */
import { loaded, type Rows } from "../../registry.ts";
import { nearest } from "../../base/text/mod.ts";
import type { Place } from "../check.ts";

/** Loads what a name stands for; an unknown name is told with the nearest one. */
export async function lookUp<T>(
  table: Rows<T>,
  name: string,
  at: Place & { what: string; part?: "key" | "value" },
): Promise<T | undefined> {
  if (Object.hasOwn(table, name)) return await loaded(table[name]);
  const known = Object.keys(table);
  const near = nearest(name, known);
  at.problems.push({
    ...at.source.locate(at.path, at.part ?? "key"),
    message: `unknown ${at.what} \`${name}\`` +
      (near === undefined ? "" : `; did you mean \`${near}\`?`),
    hints: [`${plural(at.what)}: ${known.join(", ")}   (deno task list)`],
  });
  return undefined;
}

function plural(what: string): string {
  return what === "family" ? "families" : `${what}s`;
}

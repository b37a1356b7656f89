/**
 * `deno task schema`: writes suites/schema.json; with `--check`, exits 1 where it is out of date.
 * @module
 */
import { suiteJsonSchema } from "./json_schema.ts";

/** The text of suites/schema.json as it should be. */
export async function schemaText(): Promise<string> {
  return JSON.stringify(await suiteJsonSchema(), null, 1) + "\n";
}

if (import.meta.main) {
  const file = new URL("../../../suites/schema.json", import.meta.url);
  const text = await schemaText();
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(file, text);
  } else if (await Deno.readTextFile(file).catch(() => "") !== text) {
    console.error("suites/schema.json is out of date; `deno task schema` writes it again");
    Deno.exitCode = 1;
  }
}

/** The command `views`: datasets of views as files. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../src/base/errors.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import { commands } from "../../src/commands/table.ts";
import { main } from "../../src/commands/views.ts";
import { keptTerminal } from "./terminal.ts";

const row = commands.find(({ name }) => name === "views")!;

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "likeness-views-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function views(words: readonly string[]): Promise<string[]> {
  const terminal = keptTerminal();
  assertEquals(await main(parseArguments(row, [...words]), terminal), 0);
  return terminal.out;
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("views: writes the scene that is asked for, and says how many views", async () => {
  await inFolder(async (folder) => {
    const to = `${folder}/to`, out = `${folder}/out`;
    const sets = ["scene=solids", "size=16", "train=3", "test=1", "background=0,0,0"];
    const words = sets.flatMap((set) => ["--set", set]);
    assertEquals(await views(["--to", to, "--out", out, ...words]), [`${to}: 4 views of scene`]);
    assertEquals(await names(to), [
      "test",
      "train",
      "transforms_test.json",
      "transforms_train.json",
      "transforms_val.json",
    ]);
    assertEquals((await names(`${to}/train`)).length, 6);
    assertEquals(await views(["scene", "--to", `${folder}/again`, "--quiet", ...words]), []);
    // A folder that holds something stays as it is.
    await assertRejects(() => views(["--to", to, ...words]), UsageError, "is in it");
    assertEquals((await names(to)).length, 5);
  });
});

Deno.test("views: mistakes are told with what to do, and leave nothing", async () => {
  await inFolder(async (folder) => {
    const to = `${folder}/to`;
    for (
      const [words, message] of [
        [[], "name the folder to write, --to FOLDER"],
        [["heads", "--to", to], "heads is a dataset of the kind image"],
        [["scenes", "--to", to], "did you mean `scene`?"],
        [["--to", to, "--set", "sise=64"], "did you mean `size`?"],
        [["--to", to, "--set", "size"], "wants KEY=VALUE"],
        [["--to", to, "--set", "size=5"], "Too small"],
      ] as const
    ) {
      const error = await assertRejects(() => views(words), UsageError);
      assert(error.message.includes(message), error.message);
    }
    assertEquals(await names(folder), []);
  });
});

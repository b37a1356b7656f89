/**
 * How programs end: by codes of ours, told by real processes.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { need, needing } from "../needs.ts";
import { inFolder } from "../run/harness.ts";

/** What every program here is started with: packages are found as this project finds them. */
const run = [
  "run",
  "-A",
  "--no-check",
  "--quiet",
  "--config",
  fromFileUrl(new URL("../../deno.json", import.meta.url)),
];
const at = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

/** Starts a program whose `main` is `body`. */
async function start(folder: string, body: string): Promise<Deno.ChildProcess> {
  const path = join(folder, `${crypto.randomUUID()}.ts`);
  await Deno.writeTextFile(
    path,
    `import { runProgram } from ${at("base/program/program.ts")};
import { ToldError, UsageError } from ${at("base/errors.ts")};
runProgram(async () => {
  ${body}
});
export { ToldError, UsageError };
`,
  );
  return new Deno.Command(Deno.execPath(), {
    args: [...run, path],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

const endings: [what: string, body: string, code: number, said: RegExp | null][] = [
  ["a regression is 1", "return 1;", 1, null],
  ["no code is a pass", "", 0, null],
  [
    "a mistake in what was asked is 2",
    `throw new UsageError("no such key");`,
    2,
    /^no such key\n$/,
  ],
  ["what can't be had is 3", `throw new ToldError("no GPU");`, 3, /^no GPU\n$/],
  [
    "a fault of ours is 3",
    `throw new TypeError("x is undefined");`,
    3,
    /bug in Likeness[^]*x is/,
  ],
  [
    "a fault of the surroundings is 3",
    `await Deno.writeTextFile(import.meta.filename + "/x", "");`,
    3,
    /^Not a directory[^]*move it\n$/,
  ],
  ["a module that can't be imported is 3", `await import("./nothing.ts");`, 3, /nothing\.ts/],
  [
    "a rejection that nobody waits for is 3",
    `Promise.reject(new Error("left alone")); await new Promise((r) => setTimeout(r, 1e5));`,
    3,
    /left alone/,
  ],
  [
    "a throw in a timer is 3",
    `setTimeout(() => { throw new Error("too late"); }); await new Promise((r) => setTimeout(r, 1e5));`,
    3,
    /too late/,
  ],
  [
    "a throw in a thread is 3",
    `new Worker(URL.createObjectURL(new Blob(["throw new Error('in a thread')"])), { type: "module" });
     await new Promise((r) => setTimeout(r, 1e5));`,
    3,
    /in a thread/,
  ],
  ["work that nothing can end any more is 3", "await new Promise(() => {});", 3, /before its work/],
  ["a module that ends the process is 3", "Deno.exit(1);", 3, /before its work/],
  ["so it is where it says that all is well", "Deno.exit(0);", 3, /before its work/],
  ["what is left running keeps nothing open", "setInterval(() => {}, 1000); return 4;", 4, null],
];
for (const [what, body, code, said] of endings) {
  Deno.test(`a program's end: ${what}`, () =>
    inFolder(async (folder) => {
      const output = await (await start(folder, body)).output();
      const text = new TextDecoder().decode(output.stderr);
      assertEquals([output.code, output.signal], [code, null], text);
      assert(said === null ? text === "" : said.test(text), text);
    }));
}

/** A command of the real command line that prints much and comes to `code`. */
const command = (code: number) =>
  `const { dispatch } = await import(${at("cli/dispatch.ts")});
  const { systemTerminal } = await import(${at("cli/terminal.ts")});
  const row = {
    name: "gate", summary: "", about: "", positionals: [], options: [], examples: [], exits: [],
    load: () => Promise.resolve({ main: async (_: unknown, terminal: any) => {
      for (let i = 0; i < 2000; i++) { terminal.print("row ".repeat(100)); await null; }
      terminal.warn("done");
      return ${code};
    } }),
  };
  return await dispatch(["gate"], { commands: [row], version: "0", terminal: systemTerminal() });`;

for (const code of [0, 1, 4]) {
  Deno.test(`a reader who leaves changes nothing: exit code ${code}`, () =>
    inFolder(async (folder) => {
      const child = await start(folder, command(code));
      const reader = child.stdout.getReader();
      await reader.read();
      await reader.cancel();
      const [status, said] = await Promise.all([child.status, new Response(child.stderr).text()]);
      assertEquals([status.code, said], [code, "done\n"]);
    }));
}

needing(await need("linux"))(
  "output that can't be written is told, and is 3",
  () =>
    inFolder(async (folder) => {
      const path = join(folder, "full.ts");
      await Deno.writeTextFile(
        path,
        `import { runProgram } from ${at("base/program/program.ts")};
runProgram(async () => { ${command(1)} });`,
      );
      const { code, stderr } = await new Deno.Command("/bin/sh", {
        args: [
          "-c",
          'exec "$@" > /dev/full',
          "sh",
          Deno.execPath(),
          ...run,
          path,
        ],
        env: { NO_COLOR: "1" },
        stderr: "piped",
      }).output();
      const said = new TextDecoder().decode(stderr);
      assertEquals(code, 3, said);
      assertStringIncludes(said, "standard output can't be written: No space left on device");
    }),
);

Deno.test("the command line itself can't be imported: 3, never 1", () =>
  inFolder(async (folder) => {
    // A copy of the entry beside nothing of what it imports.
    await Deno.mkdir(join(folder, "base", "program"), { recursive: true });
    const program = ["base/program/mod.ts", "base/program/program.ts"];
    for (const file of ["main.ts", ...program, "base/fault.ts", "base/errors.ts"]) {
      await Deno.copyFile(new URL(`../../src/${file}`, import.meta.url), join(folder, file));
    }
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...run, join(folder, "main.ts"), "gate", "smoke"],
      env: { NO_COLOR: "1" },
      stderr: "piped",
    }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals(code, 3, said);
    assert(/(base|cli|commands)\/mod\.ts/.test(said), said);
  }));

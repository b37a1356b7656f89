import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../src/base/errors.ts";
import { described, expectUserModules, faultOf } from "../../src/base/fault.ts";
import { registerModule } from "../../src/registry.ts";
import { StoreError } from "../../src/base/files.ts";
import { inFolder } from "../run/harness.ts";

/** What an attempt throws. */
async function thrown(attempt: () => unknown): Promise<Error> {
  try {
    await attempt();
  } catch (error) {
    return error as Error;
  }
  throw new Error("it threw nothing");
}

/** Attempts that the system refuses, each with the path that is told and what to do. */
const refusals: [attempt: (folder: string) => unknown, path: string, todo: string][] = [
  [(f) => Deno.readTextFile(f), "", "a folder is in the way"],
  [(f) => Deno.writeTextFile(join(f, "file/x"), ""), "file/x", "a file is in the way"],
  [(f) => Deno.mkdir(join(f, "file"), {}), "file", "something else is in the way"],
  [(f) => Deno.writeTextFile(join(f, "n".repeat(300)), ""), "n".repeat(300), "a shorter one"],
  ...(Deno.build.os === "linux"
    ? [[() => Deno.writeTextFile("/dev/full", "x"), "/dev/full", "free some space"] as never]
    : []),
];
for (const [i, [attempt, path, todo]] of refusals.entries()) {
  Deno.test(`what the system refuses is told with its path and what to do: ${i + 1}, ${todo}`, () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "file"), "");
      const fault = faultOf(await thrown(() => attempt(folder)));
      assertEquals([fault.of, fault.exitCode], ["surroundings", 3]);
      assertStringIncludes(fault.message, path.startsWith("/") ? path : join(folder, path));
      assertStringIncludes(fault.message, todo);
    }));
}

Deno.test("whose fault an error is: of what was asked, told, or ours", () => {
  assertEquals(faultOf(new UsageError("a")), { of: "usage", message: "a", exitCode: 2 });
  assertEquals(faultOf(new StoreError("b")), { of: "told", message: "b", exitCode: 3 });
  assertEquals(faultOf(new TypeError("c")).of, "ours");
  assertEquals(faultOf("a word").of, "ours");
  assertEquals(described(new RangeError("d")), "RangeError: d");
});

Deno.test("what isn't there at all is the surroundings' too, though nobody can say what to do", async () => {
  const fault = faultOf(await thrown(() => Deno.readTextFile("/nothing/there")));
  assertEquals(fault.of, "surroundings");
  assertStringIncludes(fault.message, "/nothing/there");
});

/** A module of a user's that fails in `body`, on its third line. */
const failing = (body: string) =>
  `// A comment.
export const early = 1;
${body}
`;

const mistakes: [what: string, text: string, says: string][] = [
  ["throws", failing(`throw new Error("not today");`), "not today"],
  ["is no TypeScript", failing("const = 3;"), ":3:"],
  ["imports what isn't there", failing(`import "./gone.ts";`), "gone.ts"],
  ["uses what is undefined", failing("(undefined as never as () => void)();"), "TypeError"],
];
for (const [what, text, says] of mistakes) {
  Deno.test(`a module that ${what} when it is imported is told with its line`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "mine.ts");
      await Deno.writeTextFile(path, text);
      const error = await thrown(() => registerModule(path));
      assert(error instanceof UsageError);
      assertStringIncludes(error.message, says);
      assertStringIncludes(error.message, `${path}:3:`);
      const [theirs, ours] = [`file://${path}:3:`, `(${path}:3:`].map((place) =>
        error.message.includes(place)
      );
      assert(theirs !== ours, "Deno's message has its place, or ours adds it");
    }));
}

Deno.test("an error that comes through a user's module names the nearest line of it", () =>
  inFolder(async (folder) => {
    const path = join(folder, "mine.ts");
    await Deno.writeTextFile(
      path,
      `export function own() {
  throw new Error("mine");
}
export function through(call: () => void) {
  call();
}
`,
    );
    expectUserModules();
    const mine = await import(`file://${path}`);
    const own = faultOf(await thrown(() => mine.own()));
    assertEquals([own.of, own.message], ["module", `mine (${path}:2:9)`]);
    // An error wrapped by one of ours is still theirs.
    const cause = await thrown(() => mine.own());
    const wrapped = new Error("program train: mine");
    wrapped.stack = "Error: program train: mine\n    at ext:core/nothing.js:1:1";
    wrapped.cause = cause;
    assertStringIncludes(described(wrapped), `(${path}:2:9)`);
  }));

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { smokeFailure } from "../../../../src/engine/tensorflow/install/proven.ts";
import { inFolder } from "../../../run/harness.ts";

Deno.test("a library is tried once; another file in its place is tried again; failure is told", () =>
  inFolder(async (folder) => {
    const library = join(folder, "libtensorflow_cc.so.2");
    await Deno.writeTextFile(library, "one");
    let tried = 0;
    let outcome: string | undefined = undefined;
    const ask = () =>
      smokeFailure({
        env: new Map([["LIKENESS_TENSORFLOW", library]]),
        cache: join(folder, "cache"),
        smoke: () => {
          tried++;
          return outcome === undefined ? Promise.resolve() : Promise.reject(new Error(outcome));
        },
      });
    assertEquals([await ask(), await ask(), tried], [undefined, undefined, 1]);
    await Deno.writeTextFile(library, "another");
    outcome = "it crashed with SIGILL";
    assertEquals([await ask(), await ask(), tried], [outcome, outcome, 2]);
  }));

Deno.test("where no library is there to be tried, nothing is held against it", async () => {
  const env = new Map([["LIKENESS_TENSORFLOW", "/nowhere"]]);
  assertEquals(await smokeFailure({ env, cache: "/nowhere" }), undefined);
});

/** oneDNN's kernels are used on every processor; a user who turns them off is told apart. */
import { assertEquals } from "@std/assert";
import { asInstalled } from "../../../src/base/program/child.ts";
import { test } from "./available.ts";

/** What the engine says of itself in a process of its own, and what TensorFlow reads. */
async function identity(env: Record<string, string>): Promise<unknown> {
  const program = `
    import { openEngine } from "${new URL("../../../src/engine/mod.ts", import.meta.url)}";
    const { engine } = await openEngine("tensorflow", { threads: 1 });
    const { onednn } = engine.identity.versions;
    console.log(JSON.stringify([onednn ?? null, Deno.env.get("TF_ENABLE_ONEDNN_OPTS")]));`;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", asInstalled, "--no-check", program],
    env,
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  return JSON.parse(new TextDecoder().decode(stdout));
}

test("oneDNN is on unless the user says otherwise, and then the engine is another one", async () => {
  assertEquals(await identity({}), [null, "1"]);
  assertEquals(await identity({ TF_ENABLE_ONEDNN_OPTS: "1" }), [null, "1"]);
  assertEquals(await identity({ TF_ENABLE_ONEDNN_OPTS: "0" }), ["off", "0"]);
  assertEquals(await identity({ TF_ENABLE_ONEDNN_OPTS: "false" }), ["off", "false"]);
});

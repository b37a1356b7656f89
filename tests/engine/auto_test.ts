import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { asInstalled } from "../../src/base/program/child.ts";
import { need, needing } from "../needs.ts";
import { inFolder } from "../run/harness.ts";

const script = fromFileUrl(new URL("./auto_probe.ts", import.meta.url));

interface Probed {
  readonly name: string;
  readonly choice: string;
  readonly refused: Readonly<Record<string, string>>;
}

/** Opens `auto` in a process of its own, since an engine is a worker's and the cache a process's. */
async function auto(env: Record<string, string>, ...named: string[]): Promise<Probed> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", asInstalled, "--no-check", script, ...named],
    env,
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const nothing = { LIKENESS_TENSORFLOW: "", LIKENESS_TENSORFLOW_DEVICE: "" };

Deno.test("where TensorFlow isn't installed auto says so, and naming it is an error, not wasm", () =>
  inFolder(async (folder) => {
    const { name, choice, refused } = await auto(
      { ...nothing, LIKENESS_CACHE: folder },
      "tensorflow",
      "cuda",
    );
    assertMatch(name, /^(wasm|webgpu)$/);
    assertMatch(choice, new RegExp(`^${name} \\(auto: tensorflow not installed`));
    assertMatch(refused.tensorflow, /^EngineError: engine tensorflow: not installed; `deno task/);
    assertMatch(refused.cuda, /^EngineError: no engine `cuda`; engines: /);
  }));

const test = needing(await need("tensorflow"));
test("where TensorFlow is installed and passes its smoke test, auto takes it", async () => {
  const { name, choice } = await auto({});
  assertEquals([name, choice], ["tensorflow", "tensorflow (auto: first choice)"]);
});

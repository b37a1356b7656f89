import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { DataError } from "../../src/base/errors.ts";
import { contentDigest, npmPackage } from "../../src/content/npm_package.ts";
import { flips } from "../base/flips.ts";

const cache = await Deno.makeTempDir();
const files = { "a.json": "[1, 2]", "pictures/1.png": "one", "pictures/2.png": "two" };

/** Puts the package where Deno would, as long as the registry gives what it gave. */
function registry(gives: Readonly<Record<string, string>> = files) {
  const calls: Readonly<Record<string, string>>[] = [];
  async function install(home: string, env: Readonly<Record<string, string>>) {
    calls.push(env);
    const folder = join(home, "node_modules", "data");
    await Deno.mkdir(join(folder, "pictures"), { recursive: true });
    for (const [path, text] of Object.entries({ "package.json": "{}", ...gives })) {
      await Deno.writeTextFile(join(folder, path), text);
    }
    return null;
  }
  return { calls, install };
}

const folder = await npmPackage({ name: "data", version: "1.0.0" }, cache, registry());
const contents = {
  "a.json": (await contentDigest(join(folder, "a.json")))!,
  "pictures": (await contentDigest(join(folder, "pictures")))!,
};
const wanted = { name: "data", version: "1.0.0", contents };

Deno.test("a folder's digest is over the names and bytes of its files", async () => {
  const at = join(folder, "pictures"), whole = await contentDigest(at);
  await Deno.rename(join(at, "1.png"), join(at, "3.png"));
  assert(await contentDigest(at) !== whole);
  await Deno.rename(join(at, "3.png"), join(at, "1.png"));
  await Deno.writeTextFile(join(at, "0.png"), "");
  assert(await contentDigest(at) !== whole);
  await Deno.remove(join(at, "0.png"));
  assertEquals(await contentDigest(at), whole);
  assertEquals(await contentDigest(join(at, "none")), null);
});

Deno.test("what is used of a package is verified, and fetched anew past a cache that is spoilt too", async () => {
  const { calls, install } = registry();
  const said: string[] = [];
  const options = { install, say: (note: string) => said.push(note) };
  assertEquals(await npmPackage(wanted, cache, options), folder);
  assertEquals(calls.length, 0);
  for (const path of ["a.json", "pictures/2.png"]) {
    const whole = await Deno.readFile(join(folder, path));
    for (const { bytes } of flips(whole, whole.length)) {
      await Deno.writeFile(join(folder, path), bytes);
      await npmPackage(wanted, cache, options);
      assertEquals(await Deno.readFile(join(folder, path)), whole);
      assert(said.pop()!.includes("fetched again") && said.length === 0);
      assert(calls.pop()!.DENO_DIR !== undefined && calls.length === 0);
    }
  }
  await Deno.remove(join(folder, "a.json"));
  await npmPackage(wanted, cache, options);
  assertEquals(await contentDigest(join(folder, "a.json")), contents["a.json"]);
});

Deno.test("another package than the pinned one is refused by name, with both digests", async () => {
  await Deno.writeTextFile(join(folder, "a.json"), "[]");
  const { install, calls } = registry({ ...files, "a.json": "[1, 3]" });
  const error = await assertRejects(() => npmPackage(wanted, cache, { install }), DataError);
  assert(error.message.includes("data@1.0.0") && error.message.includes("a.json has sha256"));
  assert(error.message.includes(contents["a.json"]), error.message);
  assertEquals(calls.length, 1);
});

Deno.test("clean up", () => Deno.remove(cache, { recursive: true }));

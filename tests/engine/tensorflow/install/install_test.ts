import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { EngineError, UsageError } from "../../../../src/base/errors.ts";
import type { InstallEvent } from "../../../../src/install/events.ts";
import { buildFolder, inspect, type Manifest } from "../../../../src/install/tensorflow/place.ts";
import { expectedFiles, inShop, noise, type Shop, tree } from "./fake.ts";

const home = ({ build, cache }: Shop) => buildFolder(build, cache);
const firstWheel = ({ shelf, build }: Shop) => join(shelf, build.wheels[0].file);

/** Everything that is needed is there, byte for byte, and nothing else is left in the cache. */
async function assertWhole(shop: Shop): Promise<void> {
  const { build, cache } = shop;
  const found = await inspect(build, cache);
  assertEquals(found.state, "whole", JSON.stringify(found));
  const files = expectedFiles(build);
  assertEquals(
    await tree(home(shop)),
    [...files.map(({ path }) => path), "manifest.json"].sort(),
  );
  for (const { path, bytes, mode } of files) {
    assertEquals(await Deno.readFile(join(home(shop), path)), bytes, path);
    const { mode: got } = await Deno.stat(join(home(shop), path));
    assertEquals(((got ?? 0) & 0o100) !== 0, mode !== undefined, `${path} may be run`);
  }
  assertEquals([...Deno.readDirSync(join(cache, "tensorflow"))].map(({ name }) => name).sort(), [
    `2.21.0-${build.device}`,
    `2.21.0-${build.device}.lock`,
  ]);
}

/** Nothing is installed, and the message says each of `words`. */
async function assertRefused(
  shop: Shop,
  { words, kind = EngineError, ...options }:
    & { words: readonly string[]; kind?: typeof EngineError | typeof UsageError }
    & Parameters<Shop["install"]>[0],
): Promise<void> {
  const error = await assertRejects(() => shop.install(options), kind);
  for (const word of words) assertStringIncludes(error.message, word);
  assert((await inspect(shop.build, shop.cache)).state !== "whole");
}

for (const device of ["cpu", "cuda"] as const) {
  Deno.test(`what is needed of the ${device} wheels is installed; again does nothing but test`, () =>
    inShop(device, async (shop) => {
      const events: InstallEvent[] = [];
      const first = await shop.install({ listener: (e) => events.push(e) });
      assertEquals([first.state, first.place.device], ["installed", device]);
      assertEquals(first.place.library, join(home(shop), "tensorflow/libtensorflow_cc.so.2"));
      assertEquals(first.downloaded, shop.build.wheels.reduce((sum, w) => sum + w.bytes, 0));
      assertEquals(Object.keys(first.seconds), ["download", "verify", "unpack", "smoke"]);
      await assertWhole(shop);
      const ended = events.flatMap((e) => e.kind === "ended" ? [[e.phase, e.bytes]] : []);
      const unpacked = shop.build.wheels.reduce((sum, w) => sum + w.unpacked, 0);
      assertEquals(ended, [
        ["download", first.downloaded],
        ["verify", first.downloaded],
        ["unpack", unpacked],
        ["smoke", 0],
      ]);

      const smoked: string[] = [];
      const again = await shop.install({
        path: "/nowhere",
        free: () => Promise.resolve(0),
        smoke: (library) => {
          smoked.push(library);
          return Promise.resolve({ version: "2.21.0", device: "fake" });
        },
      });
      assertEquals([again.state, again.downloaded], ["already", 0]);
      assertEquals(Object.keys(again.seconds), ["smoke"]);
      assertEquals(smoked, [first.place.library]);
      assertEquals((await shop.downloads()).length, shop.build.wheels.length);
      await shop.install({ force: true });
      assertEquals((await shop.downloads()).length, 2 * shop.build.wheels.length);
      await assertWhole(shop);
    }));
}

Deno.test("a wheel that is cut short, another one, or missing from the index is refused and said", () =>
  inShop("cpu", async (shop) => {
    const wheel = firstWheel(shop);
    const good = await Deno.readFile(wheel);
    await Deno.writeFile(wheel, good.subarray(0, good.length / 2));
    const bytes = String(good.length);
    await assertRefused(shop, {
      words: ["not the pinned", `instead of ${bytes}`, "an interrupted download"],
    });
    await Deno.writeFile(wheel, good.with(good.length >> 1, good[good.length >> 1] ^ 1));
    await assertRefused(shop, { words: ["its sha256 is", shop.build.wheels[0].sha256] });
    await Deno.remove(wheel);
    await assertRefused(shop, { words: ["pip could not download"] });
    await Deno.writeFile(wheel, good);
    await shop.install();
    await assertWhole(shop);
  }));

Deno.test("no pip, an old pip and pip's own errors are told apart", () =>
  inShop("cpu", async (shop) => {
    await assertRefused(shop, {
      path: "/nowhere",
      words: ["none of `python3 -m pip`", "install it", "--from", "tensorflow-fake==2.21.0"],
    });
    const script = join(shop.root, "bin", "python3");
    const pip = await Deno.readTextFile(script);
    await Deno.writeTextFile(script, pip.replace("pip 24.0", "pip 19.3.1"));
    // Only the fake is on this path, so that the machine's own pip isn't found instead.
    await assertRefused(shop, {
      path: join(shop.root, "bin"),
      words: ["pip 20.3 or newer", "python3 -m pip is 19.3.1"],
    });
    await Deno.writeTextFile(script, pip);
    const says: [stderr: string, words: string[]][] = [
      ["ERROR: No matching distribution found for x", ["doesn't offer it", "pip: ERROR: No match"]],
      ["ERROR: OSError: [Errno 28] No space left on device", ["disk is full", "LIKENESS_CACHE"]],
      ["ReadTimeoutError: timed out", ["run this again", "pip: ReadTimeoutError"]],
    ];
    for (const [stderr, words] of says) {
      await shop.before(`echo '${stderr}' >&2; exit 1`);
      await assertRefused(shop, { words });
    }
  }));

Deno.test("a download that breaks off starts clean; wheels that came whole are kept", () =>
  inShop("cuda", async (shop) => {
    const [first, second] = shop.build.wheels.map(({ file }) => file);
    const half = `if [ "$file" = "${second}" ]; then
      head -c 999 "${shop.shelf}/$file" > "$TMPDIR/$file"; cp "$TMPDIR/$file" "$dir/$file"; exit 1
    fi`;
    await shop.before(half);
    await assertRefused(shop, { words: [second, "complete files are kept"] });
    await shop.before("");
    await shop.install();
    await assertWhole(shop);
    assertEquals(await shop.downloads(), [first, second, second]);
  }));

Deno.test("another platform, an older glibc, another C library: nothing is downloaded", () =>
  inShop("cpu", async (shop) => {
    const machines = [
      [{ os: "darwin", arch: "aarch64", glibc: null }, ["not for this platform", "darwin"]],
      [{ os: "linux", arch: "aarch64", glibc: "2.36" }, ["x86-64", "aarch64"]],
      [{ os: "linux", arch: "x86_64", glibc: "2.17" }, ["glibc 2.27 or newer", "has 2.17"]],
      [{ os: "linux", arch: "x86_64", glibc: null }, ["not for this C library", "musl"]],
    ] as const;
    for (const [machine, words] of machines) await assertRefused(shop, { machine, words });
    assertEquals(await shop.downloads(), []);
  }));

Deno.test("two installers at once: one waits, then finds it done", () =>
  inShop("cpu", async (shop) => {
    await shop.before("sleep 0.5");
    const notes: string[] = [];
    const listener = (e: InstallEvent) => void (e.kind === "note" && notes.push(e.text));
    const both = await Promise.all([shop.install({ listener }), shop.install({ listener })]);
    assertEquals(both.map(({ state }) => state).sort(), ["already", "installed"]);
    assertEquals(notes, ["another installation is under way; waiting for it"]);
    assertEquals((await shop.downloads()).length, 1);
    await assertWhole(shop);
  }));

Deno.test("a library that fails its smoke test, or is of another version, is an error", () =>
  inShop("cpu", async (shop) => {
    const fails = () => Promise.reject(new EngineError("no AVX"));
    await assertRejects(() => shop.install({ smoke: fails }), EngineError, "no AVX");
    const other = () => Promise.resolve({ version: "2.9.1", device: "fake" });
    await assertRejects(() => shop.install({ smoke: other }), EngineError, "2.21.0 is wanted");
  }));

Deno.test("--from a wheel or a folder of wheels needs no pip, and leaves them where they are", async () => {
  await inShop("cpu", async (shop) => {
    const from = firstWheel(shop);
    assertEquals((await shop.install({ from, path: "/nowhere" })).downloaded, 0);
    await assertWhole(shop);
    assert((await Deno.stat(from)).isFile);
  });
  await inShop("cuda", async (shop) => {
    await shop.install({ from: shop.shelf, path: "/nowhere" });
    await assertWhole(shop);
    assertEquals((await tree(shop.shelf)).length, 2);
  });
});

Deno.test("--from with part of the wheels downloads the rest", () =>
  inShop("cuda", async (shop) => {
    const { downloaded } = await shop.install({ from: firstWheel(shop) });
    assertEquals(downloaded, shop.build.wheels[1].bytes);
    await assertWhole(shop);
  }));

Deno.test("--from what is of no use says what is wanted; a broken wheel isn't removed", () =>
  inShop("cpu", async (shop) => {
    const wheel = firstWheel(shop);
    const other = join(shop.root, "tensorflow_cpu-2.21.0-cp311-cp311-win_amd64.whl");
    await Deno.writeTextFile(other, "");
    const empty = join(shop.root, "empty");
    await Deno.mkdir(empty);
    const kind = UsageError;
    await assertRefused(shop, { from: join(empty, "no"), kind, words: ["isn't there"] });
    await assertRefused(shop, {
      from: other,
      kind,
      words: ["not one of the pinned wheels", "pinned to"],
    });
    await assertRefused(shop, {
      from: empty,
      kind,
      words: ["holds neither libtensorflow_cc.so.2"],
    });
    await Deno.truncate(wheel, 1000);
    await assertRefused(shop, { from: wheel, words: [wheel, "has 1000 bytes", "get it again"] });
    assert((await Deno.stat(wheel)).isFile);
  }));

/** A site-packages folder that another program would have made. */
async function foreign(shop: Shop): Promise<string> {
  const site = join(shop.root, "site-packages");
  await Deno.mkdir(join(site, "tensorflow"), { recursive: true });
  for (const name of ["cc", "framework"]) {
    await Deno.writeFile(join(site, "tensorflow", `libtensorflow_${name}.so.2`), noise(500, 9));
  }
  return site;
}

Deno.test("--from an installed TensorFlow uses it where it lies, and notices when it changes", () =>
  inShop("cpu", async (shop) => {
    const site = await foreign(shop);
    const library = join(site, "tensorflow", "libtensorflow_cc.so.2");
    for (const from of [site, join(site, "tensorflow"), library]) {
      const notes: string[] = [];
      const { place, state } = await shop.install({
        from,
        force: true,
        listener: (e) => void (e.kind === "note" && notes.push(e.text)),
      });
      assertEquals([state, place.library, place.folder], ["installed", library, site]);
      assertStringIncludes(notes[0], "not the pinned build");
      assertEquals(await tree(home(shop)), ["manifest.json"]);
    }
    assertEquals((await shop.install()).state, "already");
    await Deno.truncate(library, 400);
    const changed = await inspect(shop.build, shop.cache);
    assertEquals(changed, { state: "broken", why: `${library} has 400 bytes of 500` });
    await shop.install();
    await assertWhole(shop);
  }));

Deno.test("--from an installed TensorFlow of another version, or without its other half, is refused", () =>
  inShop("cpu", async (shop) => {
    const site = await foreign(shop);
    const smoke = () => Promise.resolve({ version: "2.16.1", device: "fake" });
    await assertRefused(shop, { from: site, smoke, words: ["is TensorFlow 2.16.1", "2.21.0"] });
    await Deno.remove(join(site, "tensorflow", "libtensorflow_framework.so.2"));
    await assertRefused(shop, { from: site, words: ["libtensorflow_framework.so.2 is missing"] });
  }));

Deno.test("a folder of other pins is not taken for this build", () =>
  inShop("cpu", async (shop) => {
    await shop.install();
    const path = join(home(shop), "manifest.json");
    const manifest: Manifest = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify({ ...manifest, wheels: ["0".repeat(64)] }));
    assertStringIncludes(JSON.stringify(await inspect(shop.build, shop.cache)), "other wheels");
    assertEquals((await shop.install()).state, "installed");
    await assertWhole(shop);
  }));

import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import fc from "fast-check";
import { EngineError } from "../../../../src/base/errors.ts";
import { bytesNeeded } from "../../../../src/install/disk.ts";
import { buildFolder, inspect } from "../../../../src/install/tensorflow/place.ts";
import { isOlder, platformObstacle } from "../../../../src/install/tensorflow/platform.ts";
import { type Device, sizeOf } from "../../../../src/install/tensorflow/wheels.ts";
import { law } from "../../../law.ts";
import { expectedFiles, inShop, type Shop, tree } from "./fake.ts";

/** Whether every file that counts as installed is there, byte for byte. */
async function isRight({ build, cache }: Shop): Promise<boolean> {
  for (const { path, bytes } of expectedFiles(build)) {
    const found = await Deno.readFile(join(buildFolder(build, cache), path)).catch(() => null);
    if (found === null || found.length !== bytes.length) return false;
    if (!found.every((byte, i) => byte === bytes[i])) return false;
  }
  return true;
}

/** Installs in a process that dies before its `at`-th change; what it printed, "" if it died. */
async function installAndDie(shop: Shop, { at, force }: { at: number; force: boolean }) {
  const { build, cache, path } = shop;
  const { stdout, signal } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--quiet"],
      fromFileUrl(new URL("./killable.ts", import.meta.url)),
      JSON.stringify({ build, cache, path, force }),
      String(at),
    ],
    stdout: "piped",
    stderr: "inherit",
  }).output();
  const printed = new TextDecoder().decode(stdout).trim();
  assertEquals(signal === "SIGKILL", printed === "", `at ${at}: ${signal} ${printed}`);
  return printed;
}

/** Kills an installation before its `at`-th change and looks at what it leaves, then mends it. */
async function survives({ at, force, device }: { at: number; force: boolean; device: Device }) {
  await inShop(device, async (shop) => {
    if (force) await shop.install();
    assertEquals(await installAndDie(shop, { at, force }), "");
    const { state } = await inspect(shop.build, shop.cache);
    assert(state !== "broken", `killed at ${at}`);
    if (state === "whole") assert(await isRight(shop), `killed at ${at}: whole but not right`);
    await shop.install();
    assertEquals((await inspect(shop.build, shop.cache)).state, "whole");
    assert(await isRight(shop));
    const left = [...Deno.readDirSync(join(shop.cache, "tensorflow"))].map(({ name }) => name);
    assertEquals(left.filter((name) => name.endsWith(".old")), []);
  });
}

law("an installer killed before any change to the disk leaves the old state or the new one", {
  source: "definition",
  given: {},
  cases: 1,
  holds: async () => {
    for (
      const { force, device, every } of [
        { force: false, device: "cpu", every: 1 },
        { force: true, device: "cpu", every: 1 },
        { force: false, device: "cuda", every: 4 },
      ] as const
    ) {
      const changes = Number(
        await inShop(device, async (shop) => {
          if (force) await shop.install();
          return await installAndDie(shop, { at: 0, force });
        }),
      );
      assert(changes > 10);
      // Two at a time: most of it is waiting for processes to start.
      for (let at = 1; at <= changes; at += 2 * every) {
        await Promise.all(
          [at, at + every].filter((k) => k <= changes).map((k) =>
            survives({ at: k, force, device })
          ),
        );
      }
    }
  },
  kills: ["unpacked-in-place", "manifest-first"],
});

law("a wheel that differs from the pinned one in any byte, or in length, is never installed", {
  source: "definition",
  given: {
    share: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    bit: fc.nat({ max: 7 }),
    how: fc.constantFrom("flip", "cut", "grow"),
    local: fc.boolean(),
  },
  cases: 40,
  holds: ({ share, bit, how, local }) =>
    inShop("cpu", async (shop) => {
      const path = join(shop.shelf, shop.build.wheels[0].file);
      const good = await Deno.readFile(path);
      const at = Math.floor(share * good.length);
      const bad = how === "flip"
        ? good.with(at, good[at] ^ 1 << bit)
        : how === "cut"
        ? good.subarray(0, at)
        : new Uint8Array(await new Blob([good, Uint8Array.of(bit)]).arrayBuffer());
      await Deno.writeFile(path, bad);
      const from = local ? path : undefined;
      const error = await assertRejects(() => shop.install({ from }), EngineError);
      assert(error.message.includes(shop.build.wheels[0].file));
      assertEquals((await inspect(shop.build, shop.cache)).state, "absent");
      await Deno.writeFile(path, good);
      await shop.install({ from });
      assert(await isRight(shop));
    }),
  kills: ["sha256-not-checked", "bad-wheel-kept"],
});

law("an installation that a file was cut from, grew in or lost is not whole, and is mended", {
  source: "definition",
  given: {
    which: fc.nat(),
    how: fc.constantFrom("remove", "cut", "grow"),
    device: fc.constantFrom("cpu" as const, "cuda" as const),
  },
  cases: 20,
  holds: ({ which, how, device }) =>
    inShop(device, async (shop) => {
      await shop.install();
      const folder = buildFolder(shop.build, shop.cache);
      const files = (await tree(folder)).filter((path) => path !== "manifest.json");
      const path = join(folder, files[which % files.length]);
      if (how === "remove") await Deno.remove(path);
      else {
        const { size } = await Deno.stat(path);
        await Deno.truncate(path, how === "cut" ? size - 1 : size + 1);
      }
      const found = await inspect(shop.build, shop.cache);
      assert(found.state === "broken" && found.why.includes(path), JSON.stringify(found));
      assertEquals((await shop.install()).state, "installed");
      assert(await isRight(shop));
    }),
  kills: ["sizes-not-checked"],
});

law("with a byte less than the peak needs nothing is downloaded; with the peak it installs", {
  source: "definition",
  given: { short: fc.integer({ min: 0, max: 1_000_000 }), local: fc.boolean() },
  cases: 20,
  holds: ({ short, local }) =>
    inShop("cuda", async (shop) => {
      const { wheels } = shop.build;
      const missing = local ? wheels.slice(1) : wheels;
      const needed = bytesNeeded({ missing, unpacked: sizeOf(shop.build).disk });
      const room = Math.max(0, needed - short);
      const from = local ? join(shop.shelf, wheels[0].file) : undefined;
      const free = () => Promise.resolve(room);
      if (short === 0) {
        await shop.install({ from, free });
        assert(await isRight(shop));
      } else {
        const error = await assertRejects(() => shop.install({ from, free }), EngineError);
        assert(error.message.includes("too little disk"), error.message);
        assert(error.message.includes("LIKENESS_CACHE"));
        assertEquals(await shop.downloads(), []);
      }
    }),
  kills: ["room-not-checked"],
});

law("the peak holds every missing wheel, one of them twice, and all that is unpacked", {
  source: "definition",
  given: {
    sizes: fc.array(fc.integer({ min: 1, max: 1e9 }), { maxLength: 8 }),
    unpacked: fc.nat({ max: 1e9 }),
  },
  holds: ({ sizes, unpacked }) => {
    const missing = sizes.map((bytes) => ({ file: "", bytes, sha256: "", unpacked: 0 }));
    // As it goes: pip writes a wheel beside, copies it, removes it; the copies stay to the end.
    let now = 0, peak = 0;
    for (const size of sizes) {
      peak = Math.max(peak, now + 2 * size);
      now += size;
    }
    peak = Math.max(peak, now + unpacked);
    const needed = bytesNeeded({ missing, unpacked });
    assert(needed >= peak, `${needed} < ${peak}`);
    assert(needed <= peak + Math.max(0, ...sizes) + unpacked);
  },
  kills: ["room-for-wheels-alone"],
});

const versions = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 4 });

law("versions are ordered number by number, missing ones being 0", {
  source: "definition",
  given: { a: versions, b: versions },
  holds: ({ a, b }) => {
    const value = (v: readonly number[]) =>
      [0, 1, 2, 3].reduce((sum, i) => 41 * sum + (v[i] ?? 0), 0);
    assertEquals(isOlder(a.join("."), b.join(".")), value(a) < value(b));
    const machine = { os: "linux", arch: "x86_64", glibc: a.join(".") };
    assertEquals(platformObstacle(machine) === undefined, value(a) >= value([2, 27]));
  },
  kills: ["versions-as-text"],
});

import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { openContents } from "../../src/content/contents.ts";
import { openIndex } from "../../src/content/index_file.ts";
import type { Stamp } from "../../src/content/stamp.ts";
import { sha256 } from "../../src/base/digest/digest.ts";
import { DataError } from "../../src/base/errors.ts";
import { law } from "../law.ts";
import { need, needing } from "../needs.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Later than any file's change, so that stamps of files just written are settled. */
const later = () => Date.now() + 60_000;

Deno.test("a digest is sha256 of the bytes, of a file over several blocks too", () =>
  inFolder(async (folder) => {
    const path = join(folder, "large.bin");
    const data = Uint8Array.from({ length: (5 << 19) + 7 }, (_, i) => (i * 7919) & 255);
    await Deno.writeFile(path, data);
    const contents = openContents(join(folder, "cache"));
    assertEquals(await contents.digest(path), await sha256(data));
    assertEquals(await contents.digests([path, join(folder, "none")]), [await sha256(data), null]);
    contents.close();
  }));

needing(await need("linux"))(
  "other content under the same name, size and times is seen; an unchanged file isn't read",
  () =>
    inFolder(async (folder) => {
      const path = join(folder, "a.png"), cache = join(folder, "cache");
      const time = new Date("1980-01-01T00:00:00Z");
      const write = async (text: string) => {
        await Deno.writeFile(path, bytes(text));
        await Deno.utime(path, time, time);
      };
      const read: string[] = [];
      const digest = async () => {
        const contents = openContents(cache, { now: later, onRead: (path) => read.push(path) });
        const found = await contents.digest(path);
        contents.close();
        return found;
      };
      await write("red");
      const red = await digest();
      assertEquals(await digest(), red);
      assertEquals(read.length, 1, "an unchanged file is read once");
      await write("but");
      assertEquals(await digest(), await sha256("but"));
      assertEquals(read.length, 2);
      // A renamed file of the same size and time: another inode.
      await Deno.writeFile(join(folder, "b.png"), bytes("old"));
      await Deno.utime(join(folder, "b.png"), time, time);
      await Deno.rename(join(folder, "b.png"), path);
      assertEquals(await digest(), await sha256("old"));
    }),
);

Deno.test("a stamp that is younger than the clock can tell apart is not trusted", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.png"), cache = join(folder, "cache");
    await Deno.writeFile(path, bytes("one"));
    const still: Stamp = { text: "1 2 3", changed: BigInt(Date.now()) * 1_000_000n };
    const contents = openContents(cache, { stamp: () => still });
    assertEquals(await contents.digest(path), await sha256("one"));
    await Deno.writeFile(path, bytes("two")); // within the same tick: the stamp is the same
    assertEquals(await contents.digest(path), await sha256("two"));
    assertEquals(await contents.digests([path]), [await sha256("two")]);
    contents.close();
  }));

Deno.test("without stamps every file is read; a file that keeps changing is refused", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.png");
    await Deno.writeFile(path, bytes("one"));
    let reads = 0;
    const unsure = openContents(join(folder, "cache"), {
      stamp: () => null,
      onRead: () => reads++,
    });
    await unsure.digest(path);
    await unsure.digest(path);
    assertEquals(reads, 2);
    unsure.close();
    let tick = 0;
    const busy = openContents(null, { stamp: () => ({ text: `${tick++}`, changed: 0n }) });
    await assertRejects(() => busy.digest(path), DataError, "kept changing");
    await assertRejects(() => busy.digests([path]), DataError, "kept changing");
    busy.close();
  }));

Deno.test("an index with any byte flipped gives the kept digest or none, never another", () =>
  inFolder(async (folder) => {
    const path = join(folder, "index.sqlite");
    const row = { path: "/pictures/é.png", stamp: "8 1 77 5 9", sha256: await sha256("x") };
    const index = openIndex(path);
    index.put([row]);
    index.close();
    const whole = await Deno.readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
        const flipped = whole.slice();
        flipped[at] ^= 1 << bit;
        await Deno.writeFile(path, flipped);
        for (const part of ["-wal", "-shm"]) await Deno.remove(path + part).catch(() => {});
        const opened = openIndex(path);
        const found = opened.get(row.path);
        opened.close();
        assert(found === null || (found.stamp === row.stamp && found.sha256 === row.sha256));
      }),
      { seed: 1, numRuns: 300 },
    );
    const text = new TextDecoder("latin1").decode(whole);
    for (const part of [row.stamp, row.sha256]) {
      const flipped = whole.slice();
      flipped[text.indexOf(part) + 2] ^= 1;
      await Deno.writeFile(path, flipped);
      const opened = openIndex(path);
      assertEquals(opened.get(row.path), null, `a row whose ${part} was changed is no row`);
      opened.close();
    }
  }));

Deno.test("an index that is no database is made anew; one that can't be made is done without", () =>
  inFolder(async (folder) => {
    const path = join(folder, "index.sqlite");
    await Deno.writeTextFile(path, "not a database, though it is long enough to be looked at\n");
    const index = openIndex(path);
    const row = { path: "a", stamp: "1", sha256: "2" };
    index.put([row]);
    assertEquals(index.get("a"), { stamp: "1", sha256: "2" });
    assertEquals(index.get("b"), null);
    index.close();
    await Deno.writeTextFile(join(folder, "file"), "");
    const none = openIndex(join(folder, "file", "index.sqlite"));
    none.put([row]);
    assertEquals(none.get("a"), null);
    none.close();
  }));

law("a digest depends on the bytes alone, wherever and under whatever name they lie", {
  source: "definition",
  given: { a: fc.uint8Array({ maxLength: 40 }), b: fc.uint8Array({ maxLength: 40 }) },
  cases: 50,
  holds: ({ a, b }) =>
    inFolder(async (folder) => {
      const contents = openContents(join(folder, "cache"));
      const at = async (name: string, data: Uint8Array) => {
        await Deno.writeFile(join(folder, name), data);
        return await contents.digest(join(folder, name));
      };
      const [first, second, again] = [await at("a", a), await at("b", b), await at("a", b)];
      contents.close();
      assertEquals(again, second);
      if (a.join() === b.join()) assertEquals(first, second);
      else assertNotEquals(first, second);
    }),
});

needing(await need("shell"))(
  "thousands of files are known where a process may hold open a few hundred",
  () =>
    inFolder(async (folder) => {
      for (let i = 0; i < 700; i++) await Deno.writeFile(join(folder, `${i}`), bytes(`${i}`));
      const module = new URL("../../src/content/contents.ts", import.meta.url).href;
      const script = join(folder, "digests.ts");
      await Deno.writeTextFile(
        script,
        `const { openContents } = await import(${JSON.stringify(module)});
        const paths = Array.from({ length: 700 }, (_, i) => Deno.args[0] + "/" + i);
        const found = await openContents(null).digests(paths);
        console.log(found.filter((one) => one !== null).length, found[699]);`,
      );
      const { stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", 'ulimit -n 200 && exec "$0" run -A --config "$1" "$2" "$3"', Deno.execPath()]
          .concat([new URL("../../deno.json", import.meta.url).pathname, script, folder]),
        env: { NO_COLOR: "1" },
      }).output();
      assertEquals(
        new TextDecoder().decode(stdout).trim(),
        `700 ${await sha256("699")}`,
        new TextDecoder().decode(stderr),
      );
    }),
);

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { dirname, join } from "@std/path";
import fc from "fast-check";
import { openContents } from "../../../src/content/contents.ts";
import { DataError } from "../../../src/base/errors.ts";
import { listFiles } from "../../../src/data/folder/listing.ts";
import { folderSource, placesFrom } from "../../../src/compare/source.ts";
import { law } from "../../law.ts";

async function folderOf(names: readonly string[]): Promise<string> {
  const root = await Deno.makeTempDir();
  for (const name of names) {
    const path = join(root, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, name);
  }
  return root;
}

const contents = openContents(null);
const listed = async (root: string) => {
  const cache = await Deno.makeTempDir();
  const listing = await listFiles(root, { folder: cache, contents });
  const names = listing.names(Uint32Array.from({ length: listing.count }, (_, i) => i));
  return { listing, names, cache };
};

/** Names whose order depends on how "/" sorts: "a-b", "a/b", "a.b", "ab". */
const part = fc.stringMatching(/^[ab][-.0b]{0,2}$/).filter((name) => !name.endsWith("."));

law("files come in the order of their whole paths, however they lie in folders", {
  source: "definition",
  given: {
    paths: fc.array(fc.array(part, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 20,
    }),
  },
  cases: 40,
  holds: async ({ paths }) => {
    const names = [...new Set(paths.map((parts) => `${parts.join("/")}.png`))];
    const root = await folderOf(names);
    const { listing, names: found, cache } = await listed(root);
    assertEquals(found, [...names].sort());
    listing.close();
    assertEquals([...Deno.readDirSync(cache)], []);
    await Deno.remove(root, { recursive: true });
    await Deno.remove(cache);
  },
  kills: ["folders-sorted-without-their-slash"],
});

Deno.test("more names than a block are found at any place, and the list's digest names files", async () => {
  const names = Array.from({ length: 700 }, (_, i) => `${i % 7}/é${i}.png`).sort();
  const root = await folderOf(names);
  const first = await listed(root);
  assertEquals(first.names, names);
  assertEquals(first.listing.names([699, 0, 256, 255]), [699, 0, 256, 255].map((i) => names[i]));
  assertThrows(() => first.listing.names([700]), RangeError, "there are 700");
  const again = await listed(root);
  assertEquals(again.listing.digest, first.listing.digest);
  await Deno.writeTextFile(join(root, names[3]), "another size");
  const changed = await listed(root);
  assert(changed.listing.digest !== first.listing.digest);
  await Deno.writeTextFile(join(root, names[3]), names[3]);
  const shuffled = folderSource(root, first.listing, { shuffle: 5 });
  const order = shuffled.names(placesFrom(0, 700));
  assertEquals([...order].sort(), names);
  assert(order.some((name, i) => name !== names[i]));
  assertEquals(shuffled.names([10, 699, 3]), [10, 699, 3].map((i) => order[i]));
  assert(shuffled.digest !== folderSource(root, first.listing).digest);
  for (const { listing, cache } of [first, again, changed]) {
    listing.close();
    await Deno.remove(cache);
  }
  await Deno.remove(root, { recursive: true });
});

law("a list is known by what its files hold in their order: not by names, sizes or times", {
  source: "definition",
  given: {
    texts: fc.uniqueArray(fc.string({ minLength: 3, maxLength: 3, unit: "binary-ascii" }), {
      minLength: 2,
      maxLength: 9,
    }),
    other: fc.string({ minLength: 3, maxLength: 3, unit: "binary-ascii" }),
    at: fc.nat(8),
  },
  cases: 25,
  holds: async ({ texts, other, at }) => {
    const time = new Date("1980-01-01T00:00:00Z"), caches: string[] = [];
    const digestOf = async (held: readonly string[], prefix = "") => {
      const root = await Deno.makeTempDir();
      for (const [i, text] of held.entries()) {
        const path = join(root, `${prefix}${i}.png`);
        await Deno.writeTextFile(path, text);
        await Deno.utime(path, time, time);
      }
      const { listing, cache } = await listed(root);
      listing.close();
      caches.push(cache, root);
      return listing.digest;
    };
    const own = await digestOf(texts), place = at % texts.length;
    assertEquals(await digestOf(texts, "renamed-"), own);
    assert(await digestOf([...texts.slice(1), texts[0]]) !== own, "another order");
    assert(await digestOf(texts.slice(1)) !== own, "one fewer");
    const changed = await digestOf(texts.with(place, other));
    assertEquals(changed === own, other === texts[place]);
    for (const path of caches) await Deno.remove(path, { recursive: true });
  },
  kills: ["lists-known-by-names"],
});

Deno.test("a folder without pictures says what it holds; formats that aren't read are counted", async () => {
  const refused = async (root: string, message: string) => {
    const error = await assertRejects(() => listed(root), DataError);
    assert(error.message.includes(message), error.message);
  };
  const texts = await folderOf(["a.txt", "b.txt", "c/LICENSE"]);
  await refused(
    texts,
    "has 0 pictures; left out: files whose endings aren't read: 3 (2 .txt, 1 without an ending)",
  );
  const empty = await folderOf([]);
  await refused(empty, "has 0 pictures; it is empty");
  await Deno.symlink(texts, join(empty, "link"));
  await refused(empty, "files whose endings aren't read: 3");
  await refused(join(texts, "a.txt"), "is a file");
  await refused(join(texts, "none"), "does not exist");
  const mixed = await folderOf(["a.PNG", "b.bmp", "c.ppm", "d.bmp", "e.txt"]);
  const { listing, names, cache } = await listed(mixed);
  assertEquals(names, ["a.PNG"]);
  assertEquals(listing.notes, [
    `${mixed}: left out: files whose endings aren't read: 4 (2 .bmp, 1 .ppm, 1 .txt)`,
  ]);
  listing.close();
  for (const path of [texts, empty, mixed, cache]) await Deno.remove(path, { recursive: true });
});

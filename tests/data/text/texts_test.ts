import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { DataError } from "../../../src/base/mod.ts";
import { contentOf } from "../../../src/content/mod.ts";
import { chatsOf, texts } from "../../../src/data/text/mod.ts";
import { stringsOf } from "../../../src/kinds/text/texts.ts";

const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "likeness-texts-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function load(base: string, config: unknown, left: string[] = []) {
  const data = await texts.load(texts.config.parse(config), {
    base,
    cache: join(base, ".cache"),
    jobs: 1,
    leftOut: (path, why) => left.push(`${path.replace(`${base}/`, "")}: ${why}`),
  });
  const of = async (split: "train" | "test") =>
    stringsOf((await data.read(split, all(data.size(split)))).samples);
  return { data, train: await of("train"), test: await of("test") };
}

const records = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `{"text":"record ${from + i}"}`).join("\n");

Deno.test("texts: a folder's documents, those of hidden files left out, split by a hash of their bytes", () =>
  inFolder(async (base) => {
    await Deno.mkdir(join(base, "a/b"), { recursive: true });
    await Deno.writeTextFile(join(base, "a/one.txt"), "one\r\nof two lines");
    await Deno.writeTextFile(join(base, "a/b/many.jsonl"), records(0, 300));
    await Deno.writeTextFile(join(base, "a/.hidden.txt"), "hidden");
    await Deno.writeTextFile(join(base, "a/other.csv"), "a,b");
    const left: string[] = [], first = await load(base, { path: "a" }, left);
    const wanted = ["one\nof two lines", ...Array.from({ length: 300 }, (_, i) => `record ${i}`)];
    assertEquals([...first.train, ...first.test].toSorted(), wanted.toSorted());
    assert(first.test.length > 10 && first.test.length < 60, `${first.test.length} held out`);
    assertEquals(left.toSorted(), ["a/.hidden.txt: hidden", "a/other.csv: its ending isn't read"]);
    // Again from the cache; and a document more moves no other.
    const again = await load(base, { path: "a" });
    assertEquals([again.train, again.test], [first.train, first.test]);
    assertEquals(again.data.digest, first.data.digest);
    await Deno.writeTextFile(join(base, "a/new.md"), "one more");
    const more = await load(base, { path: "a" });
    assertNotEquals(more.data.digest, first.data.digest);
    assertEquals(more.test.filter((text) => text !== "one more"), first.test);
    // Equal documents are in one split.
    await Deno.writeTextFile(join(base, "a/twice.jsonl"), records(0, 300));
    const twice = await load(base, { path: "a" });
    assertEquals(twice.test.filter((text) => twice.train.includes(text)), []);
  }));

Deno.test("texts: held out files are the test split, and a run's content covers which they are", () =>
  inFolder(async (base) => {
    await Deno.writeTextFile(join(base, "train.txt"), "a\n==\nb\n==\nc\n");
    await Deno.writeTextFile(join(base, "test.txt"), "d\n==\ne");
    const config = { path: ["train.txt"], testPath: "test.txt", separator: "==" };
    const { train, test } = await load(base, config);
    assertEquals([train.toSorted(), test.toSorted()], [["a", "b", "c"], ["d", "e"]]);
    const content = (config: unknown) =>
      contentOf(texts, texts.config.parse(config), { base, cache: join(base, ".cache") });
    const both = await content(config);
    assert(both !== undefined);
    assertNotEquals(both, await content({ path: ["train.txt", "test.txt"] }));
    await Deno.writeTextFile(join(base, "test.txt"), "d\n==\nf");
    assertNotEquals(both, await content(config));
    assertEquals(await content({ path: "nowhere" }), undefined);
  }));

Deno.test("texts: chats are documents in a plain form, with their messages given", () =>
  inFolder(async (base) => {
    const messages = [{ role: "user", content: "Hé?" }, { role: "assistant", content: "Ja." }];
    await Deno.writeTextFile(join(base, "chats.jsonl"), JSON.stringify({ messages }));
    const { data, train } = await load(base, { path: "chats.jsonl", form: "chat", test: 0 });
    assertEquals(train, ["user: Hé?\n\nassistant: Ja."]);
    assertEquals(Object.keys(data.given!), ["messages"]);
    const { given } = await data.read("train", [0]);
    const set = given!.messages;
    assert("tokenizer" in set);
    assertEquals(chatsOf(set), [messages]);
  }));

Deno.test("texts: what can't be used is named, and refused past the share", () =>
  inFolder(async (base) => {
    await Deno.writeTextFile(join(base, "some.jsonl"), `${records(0, 99)}\n{"text": oops}`);
    const left: string[] = [];
    const { data, train, test } = await load(base, { path: "some.jsonl" }, left);
    assertEquals(train.length + test.length, 99);
    assertEquals(left, ['some.jsonl:100:10: "o" where a value was expected']);
    assertEquals(data.notes, ["texts: some.jsonl: 1 of 100 documents are left out: 1 not JSON"]);
    const error = await assertRejects(
      () => load(base, { path: "some.jsonl", mostLeftOut: 0.005 }),
      DataError,
      "1 of 100 documents (1.0 %) can't be used, more than 0.5 %",
    );
    assert(error.message.includes("some.jsonl:100:10: "), error.message);
    await Deno.writeTextFile(join(base, "none.jsonl"), "\n\n");
    await assertRejects(() => load(base, { path: "none.jsonl" }), DataError, "has no document");
    await assertRejects(
      () => load(base, { path: "gone.txt" }),
      DataError,
      "gone.txt does not exist",
    );
    await Deno.writeTextFile(join(base, "table.csv"), "a");
    await assertRejects(() => load(base, { path: "table.csv" }), DataError, "isn't read");
    // A spoilt cache is made again.
    const files: string[] = [];
    for await (const { name } of Deno.readDir(join(base, ".cache/texts"))) files.push(name);
    for (const name of files) {
      const path = join(base, ".cache/texts", name, "00000.text");
      const bytes = await Deno.readFile(path).catch(() => null);
      if (bytes === null) continue;
      bytes[3] ^= 1;
      await Deno.writeFile(path, bytes);
    }
    const mended = await load(base, { path: "some.jsonl" });
    assertEquals([mended.train, mended.test], [train, test]);
  }));

/** Nothing vanishes: what a folder holds is read, or counted by reason and named on request. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { dirname, join } from "@std/path";
import fc from "fast-check";
import { openContents } from "../../../src/content/contents.ts";
import { DataError } from "../../../src/base/errors.ts";
import { folder } from "../../../src/data/folder/folder.ts";
import { isPicture, LeftOut, type Reason, REASONS } from "../../../src/data/folder/left_out.ts";
import { listFiles } from "../../../src/data/folder/listing.ts";
import { listPictures } from "../../../src/data/folder/layout.ts";
import { walkPictures } from "../../../src/data/folder/walk.ts";
import { pillowFile } from "../../golden/pillow/compare.ts";
import { law } from "../../law.ts";
import { need, needing } from "../../needs.ts";

const contents = openContents(null);

async function write(root: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    await Deno.mkdir(dirname(join(root, name)), { recursive: true });
    await Deno.writeTextFile(join(root, name), name);
  }
}

/** What is read of a folder, what isn't, and the notes on it. */
async function walked(root: string) {
  const left: Record<string, string> = {};
  const leftOut = new LeftOut((path, why) => left[path] = why);
  const read = await Array.fromAsync(walkPictures(root, leftOut));
  return { read, left, counts: leftOut, notes: leftOut.notes("it") };
}

const why = (reason: Reason) => REASONS[reason][0];

Deno.test("hidden, foreign and macOS's files and folders are left out, each with its reason", async () => {
  const root = await Deno.makeTempDir();
  await write(root, "a.PNG", "b/c.jpeg", "._a.PNG", ".hidden.png", ".git/x.png", "__MACOSX/a.png");
  await write(root, "b/__MACOSX/._c.jpeg", "Thumbs.db", "b/notes.txt", "b/more.TXT", "b/LICENSE");
  await write(root, "x.png/inside.gif");
  const { read, left, notes, counts } = await walked(root);
  assertEquals(read, ["a.PNG", "b/c.jpeg", "x.png/inside.gif"]);
  assertEquals(left, {
    "._a.PNG": why("appleDouble"),
    ".hidden.png": why("hidden"),
    ".git": why("hiddenFolder"),
    "__MACOSX": why("archive"),
    "b/__MACOSX": why("archive"),
    "Thumbs.db": why("ending"),
    "b/notes.txt": why("ending"),
    "b/more.TXT": why("ending"),
    "b/LICENSE": why("ending"),
  });
  assertEquals([counts.count(), counts.count("archive"), counts.count("loop")], [9, 2, 0]);
  assertEquals(notes, [
    "it: left out: files whose endings aren't read: 4 (2 .txt, 1 without an ending, 1 .db); " +
    "hidden files: 1 (.hidden.png); AppleDouble files (._NAME): 1 (._a.PNG); " +
    "hidden folders: 1 (.git); __MACOSX folders: 2 (__MACOSX, b/__MACOSX)",
  ]);
  await Deno.remove(root, { recursive: true });
});

Deno.test("links are followed, to files and folders; those that lead nowhere or back are cut", async () => {
  const root = await Deno.makeTempDir(), elsewhere = await Deno.makeTempDir();
  await write(root, "a/1.png", "b/2.png");
  await write(elsewhere, "deep/3.png", "4.jpg", "text.txt");
  const link = (to: string, at: string) => Deno.symlink(to, join(root, at));
  await link(elsewhere, "c");
  await link(join(elsewhere, "4.jpg"), "a/file.png");
  await link(join(elsewhere, "text.txt"), "a/text.txt");
  await link("gone.png", "a/gone.png");
  await link("a/round.png", "a/round.png");
  await link(root, "b/up");
  await link(".", "self");
  await link("../b", "a/over");
  await Deno.symlink(join(elsewhere, "deep"), join(elsewhere, "deep/again"));
  const { read, left, notes } = await walked(root);
  assertEquals(read, [
    "a/1.png",
    "a/file.png",
    "a/over/2.png",
    "b/2.png",
    "c/4.jpg",
    "c/deep/3.png",
  ]);
  assertEquals(left, {
    "a/text.txt": why("ending"),
    "a/gone.png": why("dangling"),
    "a/round.png": why("dangling"),
    "a/over/up": why("loop"),
    "b/up": why("loop"),
    "self": why("loop"),
    "c/deep/again": why("loop"),
    "c/text.txt": why("ending"),
  });
  assertEquals(notes[0], "it: linked folders that were followed: 2");
  for (const path of [root, elsewhere]) await Deno.remove(path, { recursive: true });
});

needing(await need("linux"))(
  "names that aren't UTF-8, and what is no file, are counted and end nothing",
  async () => {
    const root = await Deno.makeTempDir();
    await write(root, "a.png", "z\ufffd.png");
    const made = await new Deno.Command("sh", {
      cwd: root,
      args: [
        "-c",
        `mkdir "$(printf 'd\\377')" && touch "$(printf 'd\\377')/in.png" && ` +
        `touch "$(printf 'b\\376.png')" "$(printf 'z\\375.png')" && mkfifo pipe.png`,
      ],
    }).output();
    assert(made.success, new TextDecoder().decode(made.stderr));
    const { read, left, counts } = await walked(root);
    // One is there under just this name; the other's bytes only look like it.
    assertEquals(read, ["a.png", "z\ufffd.png"]);
    assertEquals([counts.count("name"), counts.count("special"), counts.count()], [3, 1, 4]);
    assertEquals(left["pipe.png"], why("special"));
    const cache = await Deno.makeTempDir();
    const listing = await listFiles(root, { folder: cache, contents });
    assertEquals(listing.count, 2);
    listing.close();
    for (const path of [root, cache]) await new Deno.Command("rm", { args: ["-r", path] }).output();
  },
);

Deno.test("a folder that can't be opened is counted; the root is an error that says so", async () => {
  const root = await Deno.makeTempDir();
  await write(root, "a.png", "closed/b.png");
  // As a user without rights has it; the superuser, as which tests may run, is let in anywhere.
  const { readDir } = Deno;
  Deno.readDir = (path) => {
    if (/closed\/?$/.test(String(path))) throw new Deno.errors.PermissionDenied("no right");
    return readDir(path);
  };
  try {
    const { read, left } = await walked(root);
    assertEquals(read, ["a.png"]);
    assertEquals(left, { "closed/": why("closed") });
    await assertRejects(() => walked(join(root, "closed")), DataError, "can't be opened");
  } finally {
    Deno.readDir = readDir;
    await Deno.remove(root, { recursive: true });
  }
});

const part = fc.constantFrom("a", "b", ".h", "__MACOSX", "c d", "é", "._x", "a-b");
const last = fc.constantFrom(
  "1.png",
  "2.JPG",
  ".3.png",
  "._4.png",
  "5.txt",
  "6",
  "7.avif",
  "8.tiff",
);

law("every file is read or left out, once; what is read is sorted and has no hidden part", {
  source: "definition",
  given: {
    paths: fc.array(fc.tuple(fc.array(part, { maxLength: 3 }), last), { maxLength: 25 }),
    shuffled: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 25,
      maxLength: 25,
    }),
  },
  cases: 40,
  holds: async ({ paths, shuffled }) => {
    const names = [...new Set(paths.map(([parts, name]) => [...parts, name].join("/")))];
    const order = [...names].sort((a, b) =>
      shuffled[names.indexOf(a)] - shuffled[names.indexOf(b)]
    );
    const root = await Deno.makeTempDir();
    await write(root, ...order);
    const { read, left } = await walked(root);
    const out = (name: string) => /(^|\/)(\.|__MACOSX\/)/.test(name);
    assertEquals(read, names.filter((name) => isPicture(name) && !out(name)).sort());
    for (const name of names) {
      const above = name.split("/").map((_, i, parts) => parts.slice(0, i + 1).join("/"));
      const told = above.filter((path) => path in left).length;
      assertEquals(told + Number(read.includes(name)), 1, name);
    }
    await Deno.remove(root, { recursive: true });
  },
  kills: ["hidden-folders-walked"],
});

Deno.test("the layouts have one walker: hidden folders are no classes, and all say what is left out", async () => {
  const root = await Deno.makeTempDir();
  await write(root, "cat/1.png", "dog/2.png", ".cache/3.png", "cat/._1.png", "dog/notes.txt");
  const told: string[] = [];
  const classes = await listPictures(root, {
    layout: "classes",
    test: 0,
    leftOut: (path, why) => told.push(`${path}: ${why}`),
  });
  assertEquals(classes.factors[0], { name: "class", kind: "class", classes: ["cat", "dog"] });
  assertEquals(told.sort(), [
    `${join(root, ".cache")}: ${why("hiddenFolder")}`,
    `${join(root, "cat/._1.png")}: ${why("appleDouble")}`,
    `${join(root, "dog/notes.txt")}: ${why("ending")}`,
  ]);
  assert(classes.notes[0].startsWith(`${root}: left out: files whose endings aren't read: 1`));
  const cache = await Deno.makeTempDir();
  const listing = await listFiles(root, { folder: cache, contents });
  assertEquals([...listing.notes], [...classes.notes]);
  listing.close();
  const list = join(root, "list_attr_celeba.txt");
  await write(root, "img_align_celeba/1.png", "img_align_celeba/2.png");
  await Deno.writeTextFile(list, "1\nSmiling\n1.png 1\n");
  const celeba = await listPictures(root, { layout: "celeba", test: 0 });
  assert(celeba.notes.join().includes(`${REASONS.unlisted[1]}: 1 (2.png)`), celeba.notes.join());
  for (const path of [root, cache]) await Deno.remove(path, { recursive: true });
});

Deno.test("a note gives counts and a few names, however many there are", () => {
  const leftOut = new LeftOut();
  for (let i = 0; i < 5000; i++) leftOut.add("ending", `x.e${i % 300}`);
  for (let i = 0; i < 1234; i++) leftOut.add("dangling", `d/${i}.png`);
  const [note] = leftOut.notes("it");
  assert(note.includes("links that lead nowhere: 1,234 (d/0.png, d/1.png, d/2.png, …)"), note);
  assert(note.length < 300 && leftOut.count() === 6234, note);
});

Deno.test("the dataset names files that can't be read too, also when its pixels come from the cache", async () => {
  const root = await Deno.makeTempDir(), cache = await Deno.makeTempDir();
  await Deno.copyFile(pillowFile("png_rgb.png"), join(root, "a.png"));
  await write(root, "broken.png", "notes.txt");
  await Deno.writeFile(join(root, "empty.png"), new Uint8Array());
  const config = folder.config.parse({ path: root, size: 16, minimum: 1, skip: 1, test: 0 });
  for (const _ of ["decoded", "cached"]) {
    const told: Record<string, string> = {};
    const data = await folder.load(config, {
      cache,
      jobs: 1,
      leftOut: (path, why) => told[path.slice(root.length + 1)] = why.split(":")[0],
    });
    assertEquals(told, {
      "broken.png": "not a readable picture",
      "empty.png": "the file is empty",
      "notes.txt": why("ending"),
    });
    const notes = data.notes.join("\n");
    assert(
      notes.includes("2 of 3 files skipped:\n  1: not a readable picture; 1: the file is"),
      notes,
    );
  }
  for (const path of [root, cache]) await Deno.remove(path, { recursive: true });
});

import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { dirname, join } from "@std/path";
import { type ImportGraph, importGraph } from "../../../src/proof/figures/house/graph.ts";
import { unreadFigures } from "../../../src/proof/figures/house/mod.ts";
import {
  acrossRooms,
  arrows,
  circles,
  pastDoors,
  upImports,
} from "../../../src/proof/figures/house/rooms.ts";
import { tokensOf } from "../../../src/proof/figures/house/tokens.ts";
import {
  facesWithLogic,
  needPictures,
  protocolComparisons,
  wordCount,
} from "../../../src/proof/figures/house/words.ts";
import type { Figure } from "../../../src/proof/figures/figure.ts";

/** A made-up tree on disk, its graph, and nothing left of it. */
async function graphOf(files: { readonly [path: string]: string }): Promise<ImportGraph> {
  const root = await Deno.makeTempDir({ prefix: "made-up-" });
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(root, path)), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    return await importGraph(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const arrowOf = ({ from, to }: { from: string; to: string }) => `${from} > ${to}`;
const ends = "export const x = 1;\nexport type T = number;\n";

Deno.test("an import up the house is found, of a type and a dynamic one too", async () => {
  const graph = await graphOf({
    "src/base/a.ts": 'import { x } from "../run/r.ts";\nexport const a = x;\n',
    "src/base/b.ts": 'import type { T } from "../run/r.ts";\nexport type B = T;\n',
    "src/base/c.ts": 'export const c = () => import("../run/r.ts");\n',
    "src/base/d.ts": '// import { x } from "../run/r.ts";\nexport const d = "../run/r.ts";\n',
    "src/commands/down.ts": 'import { x } from "../run/r.ts";\nexport const d = x;\n',
    "src/run/r.ts": ends,
  });
  assertEquals(upImports(graph).map((one) => [arrowOf(one), one.kind]).sort(), [
    ["src/base/a.ts > src/run/r.ts", "code"],
    ["src/base/b.ts > src/run/r.ts", "type"],
    ["src/base/c.ts > src/run/r.ts", "dynamic"],
  ]);
  assertEquals(arrows(graph), { base: ["run"], commands: ["run"] });
});

Deno.test("a circle is found where types alone close it, and not where a lazy import goes down", async () => {
  const graph = await graphOf({
    "src/gate/a.ts": 'import { b } from "./b.ts";\nexport interface A { n: number }\nb();\n',
    "src/gate/b.ts": 'import { c } from "./c.ts";\nexport const b = () => c;\n',
    "src/gate/c.ts": 'import type { A } from "./a.ts";\nexport const c: A = { n: 1 };\n',
    "src/gate/lazy.ts": 'export const open = () => import("./opened.ts");\nexport type L = 1;\n',
    "src/gate/opened.ts": 'import type { L } from "./lazy.ts";\nexport const l: L = 1;\n',
    "src/gate/tail.ts": 'import { b } from "./b.ts";\nb();\n',
  });
  assertEquals(circles(graph), [["src/gate/a.ts", "src/gate/b.ts", "src/gate/c.ts"]]);
});

Deno.test("a dynamic import that goes up closes a circle", async () => {
  const graph = await graphOf({
    "src/base/a.ts": 'export const a = () => import("../run/r.ts");\n',
    "src/run/r.ts": 'import { a } from "../base/a.ts";\nexport const r = a;\n',
  });
  assertEquals(circles(graph), [["src/base/a.ts", "src/run/r.ts"]]);
});

Deno.test("an import past a door is found; a room within has a door of its own", async () => {
  const graph = await graphOf({
    "src/gate/mod.ts": 'export { x } from "./deep/x.ts";\n',
    "src/gate/deep/x.ts": ends,
    "src/gate/own.ts": 'import { x } from "./deep/x.ts";\nexport const o = x;\n',
    "src/gate/within/mod.ts": 'export { y } from "./y.ts";\n',
    "src/gate/within/y.ts": "export const y = 1;\n",
    "src/commands/c.ts": [
      'import { x } from "../gate/mod.ts";',
      'import { y } from "../gate/within/mod.ts";',
      'import type { T } from "../gate/deep/x.ts";',
      "export const c: T = x + y;",
    ].join("\n"),
    "src/commands/lazy.ts": 'export const l = () => import("../gate/within/y.ts");\n',
    "src/registry.ts": 'export const row = () => import("./families/f.ts");\n' +
      'export { x } from "./families/f.ts";\n',
    "src/families/f.ts": ends,
    "src/suite/s.ts": 'export { row } from "../registry.ts";\n',
  });
  assertEquals(pastDoors(graph).map((one) => `${arrowOf(one)} ${one.kind}`).sort(), [
    "src/commands/c.ts > src/gate/deep/x.ts type",
    "src/commands/lazy.ts > src/gate/within/y.ts dynamic",
    // The row is a door, but for what else the registry takes of the file.
    "src/registry.ts > src/families/f.ts code",
  ]);
  assertEquals(acrossRooms(graph).length, 6);
});

Deno.test("a room without a place and a file that isn't there are told", async () => {
  const graph = await graphOf({
    "src/cellar/a.ts": 'import { x } from "../base/b.ts";\nexport const a = x;\n',
    "src/base/b.ts": ends,
  });
  assertStringIncludes(assertThrows(() => upImports(graph), Error).message, "cellar");
  await assertRejects(
    () => graphOf({ "src/base/a.ts": 'import { x } from "./gone.ts";\nx;\n' }),
    Error,
    "gone.ts",
  );
});

Deno.test("tokens: strings, comments, templates and patterns fool nobody", () => {
  const text = [
    'const a = "// no comment"; // "no string"',
    "/* x === y */ const b = `one ${f(`two ${c}`) /* z */} three`;",
    "const d = /[/\"]\\/'/g.test(e) / 2 / g;",
    "if (h) return /i/;",
    "const j = 'it\\'s';",
    "k ??= 1.5e3 >= 2;",
  ].join("\n");
  const tokens = tokensOf(text);
  assertEquals(
    tokens.map((token) => token.text).join(" "),
    [
      "const a = // no comment ;",
      "const b = one  f ( two  c  )  three ;",
      "const d = /[/\"]\\/'/g . test ( e ) / 2 / g ;",
      "if ( h ) return /i/ ;",
      "const j = it\\'s ;",
      "k ??= 1.5e3 >= 2 ;",
    ].join(" "),
  );
  assertEquals(tokens.filter(({ kind }) => kind === "regex").map(({ line }) => line), [3, 4]);
  assertEquals(tokens.at(-1)?.line, 6);
});

Deno.test("a comparison of a protocol's name is found outside its room, whichever way it is put", () => {
  const text = [
    'if (record.spec.protocol === "control") f();',
    'const a = "external" !== run?.spec.protocol;',
    "switch (spec.protocol) { default: }",
    'const same = a.protocol === b.protocol; // protocol === "control"',
    'const metric = value.metric === "control";',
    'const said = "protocol === \\"control\\"";',
    "if (trained.has(spec.protocol)) f();",
  ].join("\n");
  const found = protocolComparisons([
    { file: "src/report/a.ts", text },
    { file: "src/protocols/a.ts", text },
  ]);
  assertEquals(found, [1, 2, 3, 7].map((line) => `src/report/a.ts:${line}`));
});

Deno.test("files that need pictures are found in code, outside the rooms of pictures", () => {
  const uses =
    'import type { ImageSet } from "../kinds/image/mod.ts";\nexport type A = ImageSet;\n';
  const sources = [
    { file: "src/run/a.ts", text: uses },
    { file: "src/run/b.ts", text: "export const b = (s: S) => sliceImages(s, { from: 1 });\n" },
    { file: "src/run/c.ts", text: '// ImageSet\nexport const c = "ImageSet";\n' },
    { file: "src/run/d.ts", text: "export const pixels = (spec: ImageSpec) => spec.height;\n" },
    { file: "src/extractors/a.ts", text: uses },
    { file: "src/kinds/table.ts", text: uses },
  ];
  assertEquals(needPictures(sources), ["src/run/a.ts", "src/run/b.ts"]);
  assertEquals(needPictures(sources, {}), ["src/run/a.ts", "src/run/b.ts", "src/extractors/a.ts"]);
});

Deno.test("a mod.ts that holds more than names is found", () => {
  const face = [
    "/** const in a comment */",
    'export * from "./a.ts";',
    'export * as b from "./b.ts";',
    'export { c, type D as E } from "./c.ts";',
    'export type { F } from "./f.ts";',
    'import { g } from "./g.ts";',
    "export { g };",
  ].join("\n");
  const rest = [
    "export const h = 1;",
    "export function i() {}",
    'import "./side_effect.ts";',
    "console.log(1);",
    "export default 1;",
    'export { j } from "./j.ts"; j();',
  ];
  assertEquals(facesWithLogic([{ file: "src/a/mod.ts", text: face }]), []);
  for (const line of rest) {
    const sources = [{ file: "src/a/mod.ts", text: `${face}\n${line}\n` }];
    assertEquals(facesWithLogic(sources), ["src/a/mod.ts"], line);
    assertEquals(facesWithLogic([{ file: "src/a/model.ts", text: line }]), []);
  }
});

Deno.test("words are what stands between white space", () => {
  assertEquals(wordCount("  # A  title\n\n- two `code words`\n"), 7);
  assertEquals(wordCount(""), 0);
});

Deno.test("a stored figure that is broken, another's or nobody's is unread; one never stored isn't", async () => {
  const figures = await Deno.makeTempDir();
  const figure = (name: string, rest: Partial<Figure> = {}): Figure => ({
    group: "made",
    name,
    about: "made up",
    unit: "s",
    target: { is: "<", value: 2 },
    cost: "long",
    command: "none",
    measure: () => Promise.resolve({ value: 1 }),
    ...rest,
  });
  const stored = (name: string) => ({
    ...{ format: 1, group: "made", figure: name, unit: "s", value: 1, detail: {} },
    source: {
      ...{ commit: null, dirty: null, engine: null, machineClass: "m", records: [] },
      ...{ date: "2026-01-01T00:00:00Z", command: "none" },
    },
  });
  try {
    await Deno.mkdir(join(figures, "made"));
    const write = (name: string, text: string) =>
      Deno.writeTextFile(join(figures, "made", `${name}.json`), text);
    await write("good", JSON.stringify(stored("good")));
    await write("swapped", JSON.stringify(stored("good")));
    await write("broken", "{");
    await write("gone", JSON.stringify(stored("gone")));
    const others = [
      ...["good", "swapped", "broken", "never"].map((name) => figure(name)),
      figure("short", { cost: "short" }),
      figure("kept", {
        group: "own",
        stored: () => Promise.resolve({ value: null, reason: "no records" }),
      }),
    ];
    const context = { figures, once: <T>(_: string, make: () => Promise<T>) => make() };
    const { read, unread } = await unreadFigures(others, context);
    assertEquals(read, 1);
    assertEquals(unread.map((line) => line.split(":")[0]).sort(), [
      "made/broken",
      "made/gone.json",
      "made/swapped",
      "own/kept",
    ]);
  } finally {
    await Deno.remove(figures, { recursive: true });
  }
});

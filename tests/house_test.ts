/**
 * The house holds: what each room may use, no import up, no circle of files, and doors without logic.
 * Types count as values do. How it is read is in src/proof/figures/house, which makes figures of it.
 * @module
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { importGraph } from "../src/proof/figures/house/graph.ts";
import { arrows, circles, order, pastDoors, upImports } from "../src/proof/figures/house/rooms.ts";
import { facesWithLogic } from "../src/proof/figures/house/words.ts";

/**
 * For each room those that it uses, in the order of the house. A row is as narrow as the code: what a
 * room uses no more is taken out, and what it comes to use is a decision that is written down here.
 */
const allowed: { readonly [room: string]: string } = {
  random: "numeric",
  kernels: "base numeric",
  stats: "numeric random",
  install: "base",
  algebra: "base numeric random install",
  content: "base",
  engine: "base numeric random kernels install content",
  tokenizers: "base install content",
  kinds: "base numeric random engine tokenizers",
  nn: "base numeric random kernels engine",
  backbones: "numeric random kinds nn",
  data: "base numeric random content tokenizers kinds",
  curation: "base numeric random content data",
  extractors: "base numeric random install algebra content engine kinds nn data",
  subject: "base algebra tokenizers kinds",
  record: "base content engine kinds extractors subject",
  families:
    "base numeric random kernels install algebra content engine tokenizers kinds nn backbones data subject record",
  metrics:
    "base numeric random stats algebra tokenizers kinds data extractors subject record families",
  show: "base random algebra tokenizers kinds data subject record families metrics",
  run:
    "base random algebra content engine tokenizers kinds nn data extractors subject record families metrics show",
  protocols:
    "base numeric random content engine tokenizers kinds data curation subject record families show run",
  "registry.ts": "base kinds data extractors families metrics protocols",
  suite: "base content kinds data extractors record families metrics run protocols registry.ts",
  plan: "base engine record protocols registry.ts suite",
  launch: "base kernels content engine data extractors record run protocols registry.ts",
  gate: "base stats content engine record protocols registry.ts suite plan launch",
  report: "base stats engine extractors record metrics show protocols gate",
  compare:
    "base random algebra content engine kinds data extractors record metrics run registry.ts suite",
  cli: "base engine compare",
  proof:
    "base numeric random kernels stats install algebra content engine tokenizers kinds nn backbones data curation extractors subject record families metrics run protocols registry.ts suite plan launch gate report cli",
  commands:
    "base install engine kinds data extractors record families metrics run protocols registry.ts suite plan launch gate report compare cli proof",
  "main.ts": "base cli commands",
  "mod.ts":
    "base numeric random algebra engine tokenizers kinds nn data extractors subject record families metrics run protocols registry.ts suite plan launch gate report",
};

const root = fromFileUrl(new URL("../", import.meta.url));
const graph = await importGraph(root);

Deno.test("each room uses the rooms that its row names, and no others", () => {
  const found = arrows(graph);
  const rooms = order.filter((room) => room in found || room in allowed);
  const row = (room: string, uses: string) => `${room}: ${uses}`;
  assertEquals(
    rooms.map((room) => row(room, (found[room] ?? []).join(" "))),
    rooms.map((room) => row(room, allowed[room] ?? "")),
  );
});

Deno.test("no row allows an arrow up the house", () => {
  for (const [room, uses] of Object.entries(allowed)) {
    for (const other of uses.split(" ").filter((name) => name !== "")) {
      assertEquals(order.indexOf(other) >= 0, true, `${other} is a room`);
      assertEquals(order.indexOf(other) < order.indexOf(room), true, `${room} uses ${other}`);
    }
  }
});

Deno.test("no file imports from a room above its own, types and lazy imports among them", () => {
  assertEquals(upImports(graph).map(({ from, to }) => `${from} imports ${to}`), []);
});

Deno.test("no files import one another in a circle, types counted", () => {
  assertEquals(circles(graph), []);
});

Deno.test("a mod.ts holds names and no logic", async () => {
  const faces = graph.files.filter((file) => file.endsWith("/mod.ts"));
  const sources = await Promise.all(faces.map(async (file) => ({
    file,
    text: await Deno.readTextFile(`${root}${file}`),
  })));
  assertEquals(sources.length > 0, true);
  assertEquals(facesWithLogic(sources), []);
});

Deno.test("a room is entered by its mod.ts, or by that of a room within it", () => {
  assertEquals(pastDoors(graph).map(({ from, to }) => `${from} imports ${to}`), []);
});

/**
 * The module is what its sources say: its bytes are those that the compiler makes of them now, and host
 * and sources agree on fields, phases and sizes.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { build, modules } from "../../src/kernels/build.ts";
import {
  fields,
  floatFields,
  GAUSSIANS,
  ITEM_BYTES,
  LINES,
  PAIR_BYTES,
  phases,
  SEEN_BYTES,
  SPAN_BYTES,
  SUMS_BYTES,
} from "../../src/kernels/splat/layout.ts";
import { need, needing } from "../needs.ts";

const kernels = new URL("../../src/kernels/", import.meta.url);
const source = (name: string) => Deno.readTextFile(new URL(`assembly/splat/${name}`, kernels));
const test = needing(await need("assemblyscript"));

for (const { file, ...rest } of modules) {
  test(`${file} has the bytes that its sources give`, async () => {
    const [kept, built] = [await Deno.readFile(new URL(file, kernels)), await build(rest)];
    assert(
      kept.length === built.length && kept.every((byte, i) => byte === built[i]),
      "`deno task kernels` builds what the sources say",
    );
  });

  Deno.test(`${file} takes nothing but memory from outside, and has no data of its own`, async () => {
    const bytes = await Deno.readFile(new URL(file, kernels)),
      module = new WebAssembly.Module(bytes);
    assertEquals(WebAssembly.Module.imports(module), [{
      module: "env",
      name: "memory",
      kind: "memory",
    }]);
    const memory = new WebAssembly.Memory(
      rest.memory === "shared" ? { initial: 1, maximum: 65536, shared: true } : { initial: 1 },
    );
    new WebAssembly.Instance(module, { env: { memory } });
    // Data of its own would be written anew by each thread that joins.
    assert(new Uint8Array(memory.buffer).every((byte) => byte === 0), "it has no data");
  });
}

Deno.test("the host writes the fields that the sources read, in their order and types", async () => {
  const text = await source("context.ts");
  const body = text.match(/class Context \{([^]*?)\n\}/)![1];
  const found = [...body.matchAll(/^ {2}(\w+): (\w+);$/gm)].map(([, name, type]) => ({
    name,
    type,
  }));
  assertEquals(found.map(({ name }) => name), [...fields]);
  assertEquals(
    new Set(found.filter(({ type }) => type === "f32").map(({ name }) => name)),
    floatFields,
  );
  assert(found.every(({ type }) => ["i32", "u32", "usize", "f32"].includes(type)));
});

Deno.test("host and sources number phases alike, and agree on sizes", async () => {
  const cases = [...(await source("pool.ts")).matchAll(/case (\d+):\n\s+(\w+)\(c, chunk/g)];
  assertEquals(
    cases.map(([, number, name]) => [Number(number), name]),
    phases.map((name, i) => [i, name]),
  );
  const text = await source("context.ts") + await source("tiles.ts");
  const size = (name: string) =>
    Number(text.match(new RegExp(`const ${name}: \\w+ = (\\d+);`))![1]);
  assertEquals(
    ["SEEN", "PAIR", "SUMS", "SPAN", "ITEM", "GAUSSIANS", "LINES"].map(size),
    [SEEN_BYTES, PAIR_BYTES, SUMS_BYTES, SPAN_BYTES, ITEM_BYTES, GAUSSIANS, LINES],
  );
});

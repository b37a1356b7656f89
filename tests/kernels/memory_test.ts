/**
 * Blocks of memory: none lies on another, what is given back is taken again, and there is an end.
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ToldError } from "../../src/base/mod.ts";
import { type Block, BlockMemory, moduleBytes } from "../../src/kernels/module/memory.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { law } from "../law.ts";

const purpose = "trials";

law("blocks lie apart, on lines of the cache, within the memory, and keep what is in them", {
  source: "definition",
  given: {
    steps: fc.array(
      fc.record({
        bytes: fc.integer({ min: 0, max: 300_000 }),
        back: fc.boolean(),
        which: fc.nat(),
      }),
      { minLength: 1, maxLength: 40 },
    ),
  },
  cases: 40,
  kills: ["kernel-blocks-given-twice"],
  holds({ steps }) {
    const memory = new BlockMemory(), held: { block: Block; mark: number }[] = [];
    steps.forEach(({ bytes, back, which }, mark) => {
      if (back && held.length > 0) {
        memory.give(held.splice(which % held.length, 1)[0].block);
        return false;
      }
      const block = memory.take(bytes, { purpose });
      assert(block.bytes >= bytes && block.at % 64 === 0 && block.at > 0);
      assert(block.at + block.bytes <= memory.memory.buffer.byteLength);
      memory.views.u8.fill(mark, block.at, block.at + block.bytes);
      held.push({ block, mark });
      return true;
    });
    for (const { block: { at, bytes }, mark } of held) {
      assert(memory.views.u8.subarray(at, at + bytes).every((byte) => byte === mark), "kept");
    }
  },
});

Deno.test("what is given back in any order is one range again: the memory doesn't grow", () => {
  const memory = new BlockMemory();
  const sizes = [100_000, 64, 5_000, 70_000, 1],
    blocks = sizes.map((n) => memory.take(n, { purpose }));
  const grown = memory.memory.buffer.byteLength;
  for (const i of [3, 0, 4, 1, 2]) memory.give(blocks[i]);
  const whole = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
  assertEquals(memory.take(whole, { purpose }), { at: blocks[0].at, bytes: whole });
  assertEquals(memory.memory.buffer.byteLength, grown);
});

Deno.test("beyond 4 GiB is an error that says what was wanted; the memory stays usable", () => {
  const memory = new BlockMemory(), one = memory.take(100, { purpose });
  const error = assertThrows(() => memory.take(2 ** 32, { purpose }), ToldError);
  assert(
    /no memory for 4096 MiB of trials, 4097 MiB in all: .* 4096 MiB/.test(error.message),
    error.message,
  );
  assertEquals(memory.take(64, { purpose }).at, one.at + one.bytes);
});

Deno.test("room is taken beyond what is asked, but not where the memory would end", () => {
  const memory = new BlockMemory();
  assertEquals(memory.take(6400, { purpose, room: 1.25 }).bytes, 8000);
  const large = memory.take(3.5 * 2 ** 30, { purpose, room: 1.25 });
  assertEquals(large.bytes, 3.5 * 2 ** 30);
});

Deno.test("what modules hold is counted, as it grows, and is in the peak of the wasm engine", async () => {
  const { engine } = await openEngine("wasm");
  const before = moduleBytes(), peak = engine.memory().peakBytes;
  const memory = new BlockMemory();
  memory.take(5 * 2 ** 20, { purpose });
  const own = memory.memory.buffer.byteLength;
  assert(own > 5 * 2 ** 20);
  assertEquals(moduleBytes() - before, own);
  assertEquals(engine.memory().peakBytes - peak, own);
});

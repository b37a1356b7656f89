import { assert, assertEquals } from "@std/assert";
import { profileModel } from "../../../src/proof/peers/profile.ts";
import { test } from "./available.ts";

test("a profile names the ops that ran, with their nodes and times, slowest first", async () => {
  const lines = await profileModel("transformer-5m", "tiny");
  const [, nodes] = lines.find(([op]) => /MatMul/.test(op)) ?? [];
  // Two layers of four products and two of attention, and the head: three each, forward and back.
  assert(nodes! >= 3 * (2 * 6 + 1) - 1, `${nodes} products`);
  assert(lines.every(([, n, ms]) => n > 0 && ms >= 0));
  const times = lines.map(([, , ms]) => ms);
  assertEquals(times, times.toSorted((a, b) => b - a));
  assert(times[0] > 0);
});

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { decode } from "../../src/compare/extract/decode.ts";
import { even } from "../../src/extractors/prepare/prepare.ts";
import { noise } from "./stream.ts";

Deno.test("memory of an earlier batch changes nothing: what can't be read is zeros there too", async () => {
  const root = await noise({ count: 5, seed: 3, sizes: [[6, 6], [9, 5]] });
  const paths = Array.from(
    { length: 5 },
    (_, i) => join(root, `${String(i).padStart(4, "0")}.png`),
  );
  await Deno.writeTextFile(paths[3], "broken");
  const task = {
    decoding: "viewer",
    crop: false,
    from: { paths },
    input: { side: 7, resize: "clean", ...even(100, 50) },
  } as const;
  const fresh = await decode(task);
  assert("pixels" in fresh.decoded);
  const { pixels } = fresh.decoded, each = 7 * 7 * 3;
  assert(pixels.subarray(3 * each, 4 * each).every((v) => v === 0) && pixels[0] !== 0);
  assertEquals(fresh.skipped.map(({ at }) => at), [3]);
  const used = new Float32Array(5 * each).fill(NaN);
  const again = await decode({ ...task, into: used });
  assert("pixels" in again.decoded && again.decoded.pixels === used);
  assertEquals(again, fresh);
  // Of another size it is of no use.
  assertEquals(await decode({ ...task, into: new Float32Array(each).fill(NaN) }), fresh);
  await Deno.remove(root, { recursive: true });
});

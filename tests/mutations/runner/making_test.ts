import { assertEquals } from "@std/assert";
import { need, needing } from "../../needs.ts";
import { runMutants } from "../run.ts";

const test = needing(await need("assemblyscript"));

test("a module is made of the changed source before its law runs, and is as before afterwards", async () => {
  const file = "src/kernels/assembly/splat/raster.ts",
    find = "mad(t, behindRed, v128.load(at, 32))";
  const making = { script: "src/kernels/build.ts", files: ["src/kernels/splat.wasm"] };
  const law = "tests/properties/kernels/raster_test.ts", filter = "background shows";
  const mutant = (id: string, replace: string) => ({
    id,
    file,
    find,
    replace,
    law,
    filter,
    making,
  });
  const { outcomes, problems } = await runMutants([], {
    jobs: 1,
    passed: true,
    mutants: [
      mutant("real", "v128.load(at, 32)"),
      mutant("harmless", "add(mul(t, behindRed), v128.load(at, 32))"),
      mutant("refused", "mad(t, behindRed, )"),
    ],
  });
  assertEquals(outcomes.map((o) => [o.id, o.outcome]), [
    ["real", "killed"],
    ["harmless", "survived"],
    ["refused", "broken"],
  ]);
  assertEquals(problems, []);
});

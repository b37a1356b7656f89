import { assertEquals } from "@std/assert";
import { preferenceLosses } from "../../../src/families/language/objectives/preference/losses.ts";
import {
  agreementWithTrl,
  distance,
  TOLERANCE,
} from "../../../src/proof/peers/lifecycle/agreement.ts";
import { readGolden } from "../../../src/proof/peers/lifecycle/golden.ts";
import { engine } from "../../families/on_engine.ts";

Deno.test("losses of a step, and norms of their gradients, are TRL's on the same tensors", async () => {
  const golden = await readGolden();
  const before = engine.memory().tensors;
  const all = await agreementWithTrl(engine, golden);
  assertEquals(engine.memory().tensors, before);
  const far = all.filter((one) => !(distance(one) <= TOLERANCE));
  assertEquals(far, []);
  const compared = new Set(golden.losses.map(({ objective }) => objective));
  for (const name of ["sft", "reward", ...Object.keys(preferenceLosses)]) {
    assertEquals(compared.has(name), true, `${name} is compared with nothing`);
  }
});

/** The gradients of GANs, penalties' second derivatives included, are the same on every engine. */
import { assert, assertEquals } from "@std/assert";
import type { EngineName } from "../../../src/engine/mod.ts";
import { need, needing } from "../../needs.ts";
import { reportOn } from "../engine_worker.ts";
import type { Report } from "./worker.ts";

async function sizesOn(engine: EngineName): Promise<Record<string, number>> {
  const report = await reportOn<Report>(new URL("./worker.ts", import.meta.url), engine);
  if ("error" in report) throw new Error(report.error);
  return report.sizes;
}

const test = needing(await need("tensorflow"));

test("gan: every program compiles on tensorflow, with the gradients of wasm", async () => {
  const [wasm, found] = [await sizesOn("wasm"), await sizesOn("tensorflow")];
  assertEquals(Object.keys(found), Object.keys(wasm));
  for (const [what, size] of Object.entries(wasm)) {
    // Rounding may carry an activation across its kink, which moves a gradient by one of a
    // thousand of its terms; a term that lacks moves it by a good part of itself.
    const off = Math.abs(found[what] - size);
    assert(off <= 0.01 * size + 1e-6, `${what}: ${found[what]} against ${size}`);
  }
  const awake = (part: string) =>
    Object.entries(wasm).some(([what, size]) => what.includes(part) && size > 0);
  for (const form of ["wgan-gp", "stylegan2", "r3gan"]) {
    assert(awake(`${form} penalise discriminator residual/stem`), `${form} has a penalty`);
  }
});

/** The key `extractors`: the user's weights, in the run's id by what is in them. */
import { assertEquals, assertRejects } from "@std/assert";
import { dirname, join } from "@std/path";
import { sha256 } from "../../src/base/digest/digest.ts";
import { planSuite } from "../../src/plan/plan.ts";
import { parsePlan, printPlan } from "../../src/plan/plan.ts";
import { SuiteError } from "../../src/suite/problem.ts";
import { parseSuite } from "../../src/suite/load.ts";

const digest = "ab".repeat(32);
const suite = (extractors: string, { file = "somewhere/mine.yaml", features = "judge" } = {}) =>
  parseSuite(
    `
suite: mine
data: { dataset: heads }
budget: { steps: 1 }
runs: [vae]
controls: []
metrics: [{ frechet: { features: ${features} } }]
${extractors}`,
    { file },
  );

Deno.test("weights stand in the plan: their sha256 in the id, their place beside it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const weights = async (path: string, content: string) => {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), content);
      return await sha256(content);
    };
    const plan = async (path: string, content: string) => {
      const entry = `{ weights: ${path}, sha256: ${await weights(path, content)} }`;
      const read = await suite(`extractors: { inception-fid: ${entry} }`, {
        file: join(folder, "mine.yaml"),
        features: "inception-fid",
      });
      return planSuite(read, { engine: "wasm" });
    };
    const [run] = await plan("w.pth", "one");
    assertEquals(run.spec.extractors, { "inception-fid": { sha256: await sha256("one") } });
    assertEquals(run.weights, { "inception-fid": join(folder, "w.pth") });
    assertEquals(parsePlan(printPlan([run])), [run]);
    assertEquals((await plan("other/place.pth", "one"))[0].id, run.id);
    const [changed] = await plan("w.pth", "two");
    assertEquals(changed.id === run.id, false);
    const [without] = planSuite(await suite(""), { engine: "wasm" });
    assertEquals([without.spec.extractors, without.weights], [undefined, undefined]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a wrong name, key or digest is told", async () => {
  const says = async (text: string, ...parts: string[]) => {
    const error = await assertRejects(() => suite(`extractors: ${text}`), SuiteError);
    for (const part of parts) assertEquals([part, error.message.includes(part)], [part, true]);
  };
  const entry = (key: string) => `{ ${key}: w.pth, sha256: ${digest} }`;
  await says(`{ inception-fit: ${entry("weights")} }`, "did you mean `inception-fid`");
  await says(`{ lite0: ${entry("weights")} }`, "no extractor that takes weights is called `lite0`");
  await says(`{ inception-fid: ${entry("weight")} }`, "did you mean `weights`");
  await says(
    "{ inception-fid: { weights: w.pth, sha256: 12 } }",
    "extractors.inception-fid.sha256",
  );
  await says(
    "{ inception-fid: { weights: w.pth } }",
    "`extractors.inception-fid.sha256` is missing",
  );
});

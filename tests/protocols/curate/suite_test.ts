import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { asInstalled } from "../../../src/base/program/child.ts";
import { planSuite } from "../../../src/plan/plan.ts";
import { openStore } from "../../../src/record/store.ts";
import { loadSuite } from "../../../src/suite/load.ts";
import { inFolder } from "../../run/harness.ts";

const suite = `
suite: curated
about: From raw text to a model of what was left of it.
data: { dataset: novel, documents: paragraphs }
budget: { steps: 2 }
batch: 2
seeds: [1]
runs:
  - curate:
      name: clean
      stages: [unicode, { pii: { most: 3 } }]
      sources: [{ name: whale, weight: 1 }, { data: { dataset: speeches, split: year, from: 2000 }, weight: 1 }]
  - tokenize: { name: bpe, data: clean, vocabulary: 300, documents: 200 }
  - language: { name: base, data: clean, tokenizer: bpe, context: 16, layers: 1, width: 16, heads: 1 }
  - language: { name: raw, tokenizer: bpe, context: 16, layers: 1, width: 16, heads: 1 }
metrics:
  - bits: { documents: 2 }
controls: []
`;

async function likeness(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", asInstalled, "src/main.ts", ...args],
    stdout: "piped",
    stderr: "piped",
  }).output();
  return { code, text: [stdout, stderr].map((part) => new TextDecoder().decode(part)).join("") };
}

Deno.test("from raw text to a model: curate, tokenize, train, and a report that says what went where", () =>
  inFolder(async (out) => {
    const file = join(out, "curated.yaml");
    await Deno.writeTextFile(file, suite);
    const plan = planSuite(await loadSuite(file), { engine: "wasm" });
    const ran = await likeness("run", file, "--out", out, "--engine", "wasm");
    assertEquals(ran.code, 0, ran.text);
    const store = openStore(out);
    const records = await Promise.all(plan.map(({ id }) => store.readRecord(id)));
    const [clean, bpe, base, raw] = ["clean", "bpe", "base", "raw"].map((label) =>
      records.find((record) => record?.label === label)!
    );
    assertEquals([clean, bpe, base, raw].map(({ state }) => state), Array(4).fill("done"));
    // The tokenizer and the model learnt from what was left, and say so by its digest.
    const { sha256 } = clean.artefacts.find(({ name }) => name === "data")!;
    for (const { needs } of [bpe, base]) {
      const taken = needs!.find(({ role }) => role === "data")!;
      assertEquals([taken.run, taken.sha256], [clean.id, sha256]);
    }
    assertEquals(bpe.measured!.documents, 200);
    assert(base.metrics.some(({ value }) => value !== null));
    const left = clean.measured!["kept by mix: documents"];
    assert(left > 0 && left < clean.measured!["read by unicode: documents"]);
    const report = join(out, "reports", "curated");
    const page = await Deno.readTextFile(join(report, "index.html"));
    assertStringIncludes(page, "clean: where documents went");
    assertStringIncludes(page, "Samples of what was dropped");
    const markdown = await Deno.readTextFile(join(report, "report.md"));
    assertMatch(markdown, /## Documents\n\n### clean\n/);
    assertMatch(markdown, /\| mix: share \|/);
    // Again: nothing is done twice.
    const again = await likeness("run", file, "--out", out, "--engine", "wasm");
    assertEquals(again.code, 0, again.text);
    assertEquals((await store.readRecord(clean.id))!.provenance, clean.provenance);
  }));

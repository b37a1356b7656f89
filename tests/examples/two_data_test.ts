import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { baselinesFrom } from "../../src/gate/baseline/accepted.ts";
import { writeBaseline } from "../../src/gate/baseline/baseline.ts";
import { openStore } from "../../src/record/store.ts";
import { likeness } from "./likeness.ts";

const suite = "tests/examples/two_data.yaml";

Deno.test("example: points and sequences in one suite are run, gated and reported apart", async () => {
  const out = await Deno.makeTempDir(), baselines = `${out}/baselines`;
  await Deno.mkdir(baselines);
  const where = ["--out", out, "--baselines", baselines];
  const first = await likeness("run", suite, ...where, "--engine", "wasm", "--jobs", "1");
  assertEquals(first.code, 0, first.text);
  // Both data are told of, loaded once, and each has its table and its leader.
  for (
    const text of [
      "data   toys 2 numbers",
      "data   chain 12 of 5 symbols",
      "\non toys\n",
      "\non chain\n",
    ]
  ) assertStringIncludes(first.text, text);
  const records = await openStore(out).list();
  assert(records.every(({ state }) => state === "done"));
  const rows = (label: string) => records.filter((record) => record.label === label);
  const sets = ["", " on chain"].map((on) => rows(`held-out data${on}`));
  assertEquals(sets.map((own) => own.length), [1, 1]);
  assertEquals(sets.map(([{ spec }]) => spec.data.dataset), ["toys", "chain"]);
  assertEquals(sets.map(([{ unit }]) => unit?.one), ["point", "sequence"]);
  assertEquals([rows("noise").length, rows("noise on chain").length], [1, 0]);
  // The speed of each is measured by its own metrics, one seed of a row.
  for (const label of ["vae β=1", "markov on chain"]) {
    const timed = rows(label).filter(({ metrics }) => metrics.some(({ kind }) => kind === "speed"));
    assertEquals([rows(label).length, timed.length], [2, 1], label);
  }

  const page = await Deno.readTextFile(`${out}/reports/example-two-data/index.html`);
  const [before, after] = [page.indexOf(">On toys</h2>"), page.indexOf(">On chain</h2>")];
  assert(0 < before && before < after);
  const parts = [page.slice(before, after), page.slice(after, page.indexOf(">Provenance</h2>"))];
  assertEquals(parts.map((part) => part.includes("TV-8bins@200")), [true, false]);
  assertEquals(parts.map((part) => part.includes("steps-variation@60")), [false, true]);
  assertEquals(parts.map((part) => part.includes("points/s")), [true, false]);
  assertEquals(parts.map((part) => part.includes("sequences/s")), [false, true]);

  for (const made of baselinesFrom(records, { suite: "example-two-data", suiteVersion: 1 })) {
    await writeBaseline(baselines, made);
  }
  const narrowed = await likeness("run", suite, ...where, "--families", "slow", "--engine", "wasm");
  assertEquals(narrowed.code, 0, narrowed.text);
  assertStringIncludes(narrowed.text, "2 control rows");
  assert(!narrowed.text.includes("data   toys"), narrowed.text);
  await Deno.remove(out, { recursive: true });
});

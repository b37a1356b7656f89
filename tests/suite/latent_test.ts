import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { asInstalled } from "../../src/base/program/child.ts";
import { planSuite } from "../../src/plan/plan.ts";
import { openStore } from "../../src/record/store.ts";
import { loadSuite } from "../../src/suite/load.ts";

/** The second stages; the first ones are run since these need them. */
const families = ["latent-diffusion", "small-prior", "next-scale"];

/** What of the suite a test has time for. */
const set = [
  "data.size=16",
  "data.train=48",
  "data.test=24",
  "data.judge_test=0",
  "budget.steps=4",
  "batch=8",
  "seeds=1",
  "controls=noise",
];

Deno.test("suites/latent.yaml: every second stage is run after its first, on what that has learnt", async () => {
  const out = await Deno.makeTempDir();
  try {
    const metrics = ["reconstruction", "frechet", "duplicates"];
    const all = [...set, ...metrics.map((name) => `metrics.${name}.samples=8`)];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        asInstalled,
        "src/main.ts",
        "run",
        "latent",
        "--out",
        out,
        "--engine",
        "wasm",
      ]
        .concat(all.flatMap((text) => ["--set", text]), ["--no-gate", "--no-report", "--quiet"])
        .concat(["--families", families.join(",")]),
      stdout: "piped",
      stderr: "piped",
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const suite = await loadSuite("latent", { set: all, cache: join(out, "cache") });
    const store = openStore(out), psnr = new Map<string, number>();
    const taken: [string, string][] = [];
    for (const { id, label } of planSuite(suite, { engine: "wasm", families })) {
      const record = (await store.readRecord(id))!;
      assertEquals(record.state, "done", record.cause);
      for (const { label: other } of record.needs ?? []) taken.push([label, other]);
      const value = record.metrics.find(({ name }) => name.startsWith("PSNR"))?.value;
      if (typeof value === "number") psnr.set(label, value);
    }
    assertEquals(taken, [
      ["latent-diffusion", "first"],
      ["small-prior", "codes"],
      ["next-scale", "tokens"],
    ]);
    // The second stage's pictures out of codes are those of the first: its weights are the same.
    assertEquals(psnr.get("small-prior"), psnr.get("codes"));
    assertEquals(psnr.get("next-scale"), psnr.get("tokens"));
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

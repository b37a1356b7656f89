/** Views from a plan to a report: a user's scene, a family that renders it, and the control rows. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RunRecord } from "../../src/record/record.ts";
import { openStore } from "../../src/record/store.ts";
import { likeness } from "./likeness.ts";

Deno.test("example: views of a user's scene are rendered, scored, shown and reported beside control rows", async () => {
  const out = await Deno.makeTempDir();
  const { code, text } = await likeness(
    ...["run", "tests/examples/ball.yaml", "--out", out],
    ...["--engine", "wasm", "--jobs", "1", "--no-gate"],
  );
  assertEquals(code, 0, text);
  const records = await openStore(out).list();
  const of = (label: string) => records.find((record) => record.label === label)!;
  const rows = ["mean training view", "nearest training view", "soft_ball"];
  assertEquals(
    records.map(({ label, state }) => `${label}: ${state}`).sort(),
    rows.map((row) => `${row}: done`),
  );
  const value = ({ metrics }: RunRecord, name: string) =>
    metrics.find((metric) => metric.name === name)!;
  const psnr = (row: string, part = "PSNR") => value(of(row), `${part}@10`).value!;
  const [mean, nearest, model] = rows;
  assert(psnr(mean) + 5 < psnr(nearest), "a view from near by is better than none");
  assert(psnr(nearest) + 2 < psnr(model), "the ball is better than a view from near by");
  for (const row of rows) {
    assert(psnr(row, "foreground-PSNR") + 2 < psnr(row), `the background flatters ${row}`);
    assertEquals(value(of(row), "novelty-mean@10"), value(of(model), "novelty-mean@10"));
  }
  assert(psnr(model, "depth-error") < 0.05, `${psnr(model, "depth-error")}`);
  assert(psnr(model, "depth-coverage") > 0.95);
  assert(psnr(model, "normal-error") < 3, `${psnr(model, "normal-error")}`);
  for (const row of [mean, nearest]) {
    const { value: depth, status, reason } = value(of(row), "depth-error@10");
    assertEquals([depth, status], [null, "not-defined"]);
    assertStringIncludes(reason!, "renders no depth");
    assertEquals(of(row).artefacts.map(({ name }) => name), ["reconstructions", "errors"]);
  }
  assertEquals(
    of(model).artefacts.map(({ name }) => name),
    ["checkpoint", "reconstructions", "errors", "depths", "orbit", "turntable"],
  );

  const page = await Deno.readTextFile(`${out}/reports/example-ball/index.html`);
  const told = [
    ...["Errors of held-out views", "Around the scene", "Turntable", "Views of the scene"],
    ...["mean training view", "nearest training view", "foreground-PSNR@10", "×4 in each colour"],
  ];
  for (const words of told) assertStringIncludes(page, words);
  const moving = await Deno.readFile(`${out}/records/${of(model).id}/turntable.webp`);
  assertStringIncludes(page, `data:image/webp;base64,${moving.toBase64()}`);
  await Deno.remove(out, { recursive: true });
});

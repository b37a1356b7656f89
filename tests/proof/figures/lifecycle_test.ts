import { assertEquals } from "@std/assert";
import { ROWS, tokensOfStep, trainJob } from "../../../src/proof/figures/lifecycle/job.ts";
import { measuredOf as loraMeasured } from "../../../src/proof/figures/lifecycle/lora.ts";
import { loraJob } from "../../../src/proof/figures/lifecycle/lora_job.ts";
import { lossesApart, rateOf } from "../../../src/proof/figures/lifecycle/training.ts";

const ready = { ready: true, parameters: 1, versions: {} } as const;

Deno.test("lifecycle: a side's rate is by its median turn, what is done once shared out over three epochs", () => {
  const size = { tokens: 1200, rows: 64, batch: 8 };
  // Turns of six steps: a second each in the median.
  const seconds = [6, 5, 60, 7, 6, 6, 6];
  assertEquals(rateOf({ ready: { ...ready, begin: 0 }, seconds }, size), 1200);
  // 24 steps in three epochs bear 24 seconds.
  assertEquals(rateOf({ ready: { ...ready, begin: 24 }, seconds }, size), 600);
});

Deno.test("lifecycle: losses of two sides are compared step by step; of unequal lengths they aren't", () => {
  assertEquals(lossesApart([2, 4], [2, 5]), 0.2);
  assertEquals(lossesApart([2, 4], [2]), NaN);
  assertEquals(lossesApart([], []), NaN);
});

Deno.test("lifecycle: rows of a job are full, and their ends are nowhere else", () => {
  for (const objective of ["sft", "dpo"] as const) {
    const job = trainJob(objective, { threads: 1, weights: "none" });
    const { batch, prompt, answer } = ROWS[objective];
    assertEquals(job.prompts.length % batch, 0);
    for (const [i, own] of job.prompts.entries()) {
      assertEquals(own.length, prompt);
      assertEquals(job.answers[i].map((one) => one.length), job.answers[0].map(() => answer - 1));
      assertEquals([own, ...job.answers[i]].flat().some((token) => token >= job.end), false);
    }
    const sides = objective === "sft" ? 1 : 2;
    assertEquals(job.answers.every((own) => own.length === sides), true);
    assertEquals(tokensOfStep(objective), batch * sides * (prompt + answer));
  }
});

Deno.test("lifecycle: LoRA's memory is compared where both sides train as many numbers from the same loss", () => {
  const side = {
    before: 1,
    peak: 3 * 2 ** 20,
    whole: 4 * 2 ** 20,
    seconds: 1,
    losses: [13.3347, 13.2],
    trained: 460_800,
    versions: {},
  };
  const theirs = { ...side, peak: 4 * 2 ** 20, losses: [13.33471, 13.3] };
  assertEquals(loraMeasured({ ours: side, theirs }).value, 0.75);
  assertEquals(loraMeasured({ ours: side, theirs: { ...theirs, losses: [13.4] } }).value, null);
  assertEquals(loraMeasured({ ours: side, theirs: { ...theirs, trained: 1 } }).value, null);
  const { rows, batch } = loraJob({ gguf: "none", threads: 2, steps: 1 });
  assertEquals([rows.length % batch, new Set(rows.map((row) => row.length)).size], [0, 1]);
});

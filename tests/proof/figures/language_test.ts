import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  type Budget,
  budgetFault,
  budgetFigures,
  budgetPath,
  unequalBudgets,
} from "../../../src/proof/figures/language/budget.ts";
import { sidesFault } from "../../../src/proof/figures/language/checkpoint_sides.ts";
import { taskDifferences } from "../../../src/proof/figures/language/smollm2.ts";
import { worstRatio } from "../../../src/proof/figures/peer_speed.ts";
import type { Measured, PeersReport } from "../../../src/proof/peers/page/schema.ts";
import { otherTerms } from "../../../src/proof/peers/language/main.ts";

const side = (bits: number, seconds = 1200) => ({
  bits,
  steps: 1000,
  seconds,
  firstSeconds: 2,
  processors: [0],
  processorSeconds: 1190,
  aloneSeconds: 0,
  versions: { some: "1" },
});

function budget(seeds: Budget["seeds"], seconds = 1200): Budget {
  return {
    format: 2,
    source: {
      commit: null,
      dirty: null,
      engine: "tensorflow",
      machineClass: "a machine",
      date: "2026-01-01T00:00:00.000Z",
      command: "deno task peers:language",
      records: [],
    },
    margin: 0.02,
    seconds,
    data: { name: "speeches", digest: "d" },
    tokenizer: "t",
    config: { depth: 4 },
    batch: 8,
    threads: 1,
    about: "a decoder",
    heldOut: { documents: 20, bytes: 100_000 },
    fiveGram: 1.9,
    seeds,
  };
}

const three = {
  1: { ours: side(1.81), torch: side(1.8) },
  2: { ours: side(1.8), torch: side(1.81) },
  3: { ours: side(1.83), torch: side(1.8) },
};

Deno.test("equal budgets: the worst seed is the figure's value", async () => {
  const figures = await Deno.makeTempDir();
  try {
    const context = { figures, once: <T>(_: string, make: () => Promise<T>) => make() };
    const [abovePytorch, aboveFiveGram] = budgetFigures(0.02);
    assertEquals((await abovePytorch.stored!(context)).value, null);
    await Deno.mkdir(join(figures, "language"));
    await Deno.writeTextFile(budgetPath(figures), JSON.stringify(budget(three)));
    assertEquals((await abovePytorch.stored!(context)).value, 1.83 - 1.8);
    assertEquals((await aboveFiveGram.stored!(context)).value, 1.83 - 1.9);
    await Deno.writeTextFile(budgetPath(figures), JSON.stringify({ ...budget(three), margin: -1 }));
    await assertRejects(() => abovePytorch.stored!(context), Error, "margin");
  } finally {
    await Deno.remove(figures, { recursive: true });
  }
});

Deno.test("equal budgets: too few seeds, short trainings and unequal ones say nothing", () => {
  assertEquals(budgetFault(budget(three)), null);
  const { 1: first, 2: second } = three;
  assertMatch(budgetFault(budget({ 1: first, 2: second }))!, /2 of the 3 seeds/);
  assertMatch(budgetFault(budget(three, 20))!, /20 s; 1200 s/);
  const longer = { ...three, 2: { ours: side(1.7, 1300), torch: side(1.8, 1200) } };
  assertMatch(budgetFault(budget(longer))!, /seed 2: unequal budgets/);
  assertEquals(Object.values(longer).map((seed) => unequalBudgets(seed) !== null), [
    false,
    true,
    false,
  ]);
});

Deno.test("equal budgets: seeds under other terms don't stand in one file", () => {
  const found = budget(three);
  assertEquals(otherTerms(found, { seconds: 1200, config: { depth: 4 } }), null);
  assertEquals(otherTerms(found, { seconds: 600, batch: 8 }), "`seconds`");
  assertEquals(otherTerms(found, { config: { depth: 5 }, margin: 0.1 }), "`config`, `margin`");
});

Deno.test("tasks: values that count answers and means are told apart; a missing one is no number", () => {
  const ours = {
    rolling: [],
    prefix: 1,
    versions: {},
    engine: "e",
    machineClass: "m",
    tasks: { a: { "acc,none": 0.5, "perplexity,none": 2 } },
  };
  const tasks = {
    a: { alias: "a", "acc,none": 0.5, "acc_stderr,none": 0.1, "perplexity,none": 3, n: 4 },
  };
  const theirs = { rolling: [], prefix: 1, versions: {}, tasks };
  assertEquals(taskDifferences({ ours, theirs }, true), [
    { name: "a acc,none", ours: 0.5, theirs: 0.5 },
    { name: "a acc_stderr,none", ours: NaN, theirs: 0.1 },
  ]);
  assertEquals(taskDifferences({ ours, theirs }, false), [
    { name: "a perplexity,none", ours: 2, theirs: 3 },
  ]);
  // Texts that begin after another token have other likelihoods.
  assertEquals(sidesFault({ ours, theirs }), null);
  assertMatch(sidesFault({ ours, theirs: { ...theirs, prefix: 2 } })!, /token 1 here, after 2/);
});

Deno.test("speed: rates are the others' time over ours, and the worst is the least", () => {
  const contender = (name: string, median: number) => ({ name, median }) as Measured;
  const model = (name: string, ours: number, torch: number, disagreement = 0.1) => ({
    name,
    disagreement,
    contenders: [contender("ours", ours), contender("torch-eager", torch)],
  });
  const report = (...models: unknown[]) =>
    ({ models, threads: 2, rounds: 3, finishedAt: "now", engine: "e" }) as unknown as PeersReport;
  const asked = {
    models: () => true,
    against: ["torch-eager"],
    of: ({ median }: Measured) => median,
  };
  const two = report(model("a", 1, 2), model("b", 2, 1));
  assertEquals(worstRatio(two, asked).value, 2);
  assertEquals(worstRatio(two, { ...asked, inverse: true }).value, 0.5);
  // Other work is no comparison.
  const other = worstRatio(report(model("a", 1, 2, 3)), asked);
  assertEquals(other.value, null);
  assertMatch(other.reason!, /losses differ/);
});

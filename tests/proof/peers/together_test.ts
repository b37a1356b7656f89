/** Sides that train at the same time, on processors of their own. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  allowedProcessors,
  processorSeconds,
  processorsOf,
} from "../../../src/proof/peers/contender/processors.ts";
import type { Contender } from "../../../src/proof/peers/contender/contender.ts";
import {
  halves,
  type Running,
  type Side,
  SIDES,
  stepSeconds,
  trainTogether,
} from "../../../src/proof/peers/language/budget.ts";
import { law } from "../../law.ts";

/**
 * Contenders that know how many steps each made. The first question to one isn't answered before the
 * other is asked too: sides in turns would wait for ever.
 */
function contenders(secondsPerStep: Readonly<Record<Side, number>>) {
  const steps: Record<Side, number[]> = { "ours": [], "torch-eager": [] };
  const met = Promise.withResolvers<void>();
  const running = SIDES.map((side): Running => ({
    side,
    contender: {
      async ask(command: { readonly do: string; readonly steps?: number }) {
        assertEquals(command.do, "run");
        steps[side].push(command.steps!);
        if (SIDES.every((side) => steps[side].length > 0)) met.resolve();
        await met.promise;
        return { seconds: secondsPerStep[side] * command.steps! };
      },
      processorSeconds: () => 2 * steps[side].length,
    } as unknown as Pick<Contender, "ask" | "processorSeconds">,
  }));
  return { running, steps };
}

Deno.test("sides train at the same time, each all of its own steps, and say how far they are", async () => {
  const seconds = { "ours": 1, "torch-eager": 2 };
  const { running, steps } = contenders(seconds);
  const said: string[] = [];
  const taken = await trainTogether(running, {
    steps: new Map([["ours", 25], ["torch-eager", 7]]),
    stepSeconds: new Map(Object.entries(seconds) as [Side, number][]),
    say: (line) => said.push(line),
  });
  assertEquals(steps, { "ours": [10, 10, 5], "torch-eager": [5, 2] });
  const [ours, torch] = SIDES.map((side) => taken.get(side)!);
  assertEquals([ours.seconds, torch.seconds], [25, 14]);
  assertEquals([ours.processorSeconds, torch.processorSeconds], [6, 4]);
  // Ours was asked once more than the other.
  assertEquals(torch.aloneSeconds, 0);
  assert(ours.aloneSeconds >= 0);
  assertMatch(said.at(-1)!, /ours 25 of 25 steps in 25 s, torch-eager 7 of 7 steps in 14 s/);
});

Deno.test("the time of a step is found while the other side trains too", async () => {
  const { running, steps } = contenders({ "ours": 0.5, "torch-eager": 0.25 });
  const found = await stepSeconds(running, 400);
  assertEquals(Object.fromEntries(found), { "ours": 0.5, "torch-eager": 0.25 });
  // Three trials of four seconds, after one step.
  assertEquals(steps, { "ours": [1, 8, 8, 8], "torch-eager": [1, 16, 16, 16] });
});

Deno.test("a side that fails is the fault of both", async () => {
  const { running } = contenders({ "ours": 1, "torch-eager": 1 });
  const broken: Running = {
    ...running[1],
    contender: {
      ...running[1].contender,
      ask: () => Promise.reject(new Error("out of memory")),
    },
  };
  const alone = { ...running[0].contender, ask: () => new Promise<never>(() => {}) };
  const steps = new Map<Side, number>(SIDES.map((side) => [side, 3]));
  const error = await trainTogether([{ ...running[0], contender: alone }, broken], {
    steps,
    stepSeconds: steps,
    say: () => {},
  }).then(() => null, (error: Error) => error);
  assertEquals(error?.message, "out of memory");
});

law("each side has as many processors and none of the other's, the next seed the other half", {
  source: "definition",
  given: { threads: fc.integer({ min: 1, max: 64 }), seed: fc.nat(1000) },
  holds: ({ threads, seed }) => {
    const processors = Array.from({ length: 2 * threads }, (_, i) => 3 + i);
    const one = halves(processors, seed), next = halves(processors, seed + 1);
    assertEquals(SIDES.map((side) => one[side].length), [threads, threads]);
    assertEquals(SIDES.flatMap((side) => one[side]).toSorted((a, b) => a - b), processors);
    assertEquals(next, { "ours": one["torch-eager"], "torch-eager": one["ours"] });
  },
  kills: ["sides-share-processors", "sides-keep-their-half"],
});

Deno.test("processors are read as Linux writes them, and the time that they worked", async () => {
  assertEquals(processorsOf("0-2,5,7-8"), [0, 1, 2, 5, 7, 8]);
  assertEquals(processorsOf("3"), [3]);
  assertEquals((await allowedProcessors()).length, navigator.hardwareConcurrency);
  const before = processorSeconds(Deno.pid)!;
  // As long as the system needs to count some of it.
  const end = performance.now() + 30_000;
  while (processorSeconds(Deno.pid) === before && performance.now() < end);
  assert(processorSeconds(Deno.pid)! > before);
  assertEquals(processorSeconds(2 ** 30), null);
});

/** Simulated gates, and figures of the gate. */
import { assert, assertEquals } from "@std/assert";
import { gateFigures } from "../../../src/proof/figures/evaluation/gate.ts";
import { realGates } from "../../../src/proof/figures/evaluation/real_aa.ts";
import {
  binomialTail,
  mostAlarms,
  simulateGates,
  smallMatrix,
} from "../../../src/proof/figures/evaluation/simulated.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { close } from "../../law.ts";

Deno.test("2,000 gates of one law hold α = 0.05 by a binomial test, and can fail", async () => {
  const { gates, alarms, exits } = await simulateGates(2000, { key: hostKey(71, "gates") });
  const tail = binomialTail(alarms, { n: gates, p: 0.05 });
  assert(tail > 0.001, `${alarms} alarms of ${gates}: ${tail}`);
  // Harm alone fails, on one side of two-sided tests: near α/2 where Holm gives nothing away.
  assert(alarms > 10, `${alarms}: a gate that never fails guards nothing`);
  assertEquals(exits[3], undefined);
});

Deno.test("gates of a wide matrix hold α too: floors widen with the timings, runs that can't decide give way", async () => {
  const suite = { ...smallMatrix, labels: 8, quality: 1, timings: 2, seeds: 5, repeats: 2 };
  const { gates, alarms } = await simulateGates(120, { suite, key: hostKey(72, "gates") });
  const tail = binomialTail(alarms, { n: gates, p: 0.05 });
  assert(tail > 0.001, `${alarms} alarms of ${gates}: ${tail}`);
});

Deno.test("simulated harm is found: 3 standard deviations of quality, or half as slow again", async () => {
  for (const harm of [{ quality: 3, speed: 0 }, { quality: 0, speed: 0.5 }]) {
    const { gates, alarms } = await simulateGates(60, { key: hostKey(73), harm });
    assert(alarms >= 0.9 * gates, `${alarms} of ${gates} with ${JSON.stringify(harm)}`);
  }
});

Deno.test("binomial tails: by hand, and the most alarms that 0.05 gives", () => {
  close(binomialTail(1, { n: 2, p: 0.5 }), 0.75, 1e-12);
  close(binomialTail(2, { n: 2, p: 0.5 }), 0.25, 1e-12);
  // scipy 1.16.3: binom.sf(4, 50, 0.05), binom.sf(116, 2000, 0.05).
  close(binomialTail(5, { n: 50, p: 0.05 }), 0.103616810144, 1e-9);
  assertEquals([mostAlarms(50, { alpha: 0.05 }), mostAlarms(2000, { alpha: 0.05 })], [5, 116]);
});

Deno.test("figures of the gate: plants that are found count 0, one that isn't is missed", async () => {
  const figure = gateFigures.find(({ name }) => name === "gate-plants-missed")!;
  const said = (found: boolean[]) =>
    figure.measure(
      {
        note: () => {},
        run: () =>
          Promise.resolve({
            code: 0,
            seconds: 1,
            stderr: "",
            stdout: JSON.stringify({
              plants: found.length,
              found: found.map((f) => ({ found: f })),
            }),
          }),
      } as unknown as Parameters<typeof figure.measure>[0],
    );
  assertEquals([(await said([true, true])).value, (await said([true, false])).value], [0, 1]);
  assertEquals((await said([])).value, null);
});

Deno.test("a real gate of the code against itself, on real runs of a seed a side", async () => {
  const out = await Deno.makeTempDir({ prefix: "gate-aa-" });
  try {
    const [made] = await realGates({ gates: 1, out, sessions: 5, seeds: 1, note: () => {} });
    assert([0, 1, 4].includes(made.exitCode), JSON.stringify(made));
    assert(Object.values(made.verdicts).reduce((a, b) => a + b, 0) >= 6, JSON.stringify(made));
    assertEquals(made.verdicts.new, undefined);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  DivergenceWatch,
  explodedSteps,
  explosionFactor,
  firstNonFinite,
  scaleSteps,
} from "../../src/run/divergence.ts";
import { law } from "../law.ts";

function causeOf(losses: readonly number[]): string | null {
  const watch = new DivergenceWatch();
  losses.forEach((loss, step) => watch.observe(step, "loss", loss));
  return watch.cause;
}

const loss = fc.double({ min: -1e6, max: 1e6, noNaN: true });

law("divergence: the first scalar that isn't finite is the cause, whichever it is", {
  source: "definition",
  given: {
    before: fc.array(loss, { maxLength: 20 }),
    bad: fc.constantFrom(NaN, Infinity, -Infinity),
    name: fc.constantFrom("loss", "kl", "gradientNorm"),
  },
  kills: ["divergence-sees-no-nan"],
  holds: ({ before, bad, name }) => {
    const watch = new DivergenceWatch();
    const step = before.length;
    before.forEach((value, i) => watch.observe(i, "kl", value));
    watch.observe(step, name, bad);
    watch.observe(step + 1, "loss", NaN);
    assertEquals(watch.cause, `step ${step}: ${name} is ${bad}`);
  },
});

law("divergence: losses within the stated limit never count, however they jump", {
  source: "definition",
  given: {
    first: fc.array(loss, { minLength: scaleSteps, maxLength: scaleSteps }),
    shares: fc.array(fc.double({ min: -5, max: 1, noNaN: true }), { maxLength: 50 }),
  },
  holds: ({ first, shares }) => {
    const largest = Math.max(...first);
    const room = explosionFactor * (1 + Math.abs(largest));
    return causeOf([...first, ...shares.map((share) => largest + share * room)]) === null;
  },
});

law("divergence: fewer exploded losses in a row than stated don't count, so many do", {
  source: "definition",
  given: {
    first: fc.array(loss, { minLength: scaleSteps, maxLength: scaleSteps }),
    runs: fc.array(fc.integer({ min: 0, max: explodedSteps - 1 }), { maxLength: 6 }),
  },
  kills: ["divergence-one-spike-is-enough"],
  holds: ({ first, runs }) => {
    const largest = Math.max(...first);
    const exploded = largest + 2 * explosionFactor * (1 + Math.abs(largest));
    const spikes = runs.flatMap((n) => [...new Array(n).fill(exploded), largest]);
    assertEquals(causeOf([...first, ...spikes]), null);
    const cause = causeOf([...first, ...spikes, ...new Array(explodedSteps).fill(exploded)]);
    const step = first.length + spikes.length + explodedSteps - 1;
    assertStringIncludes(cause ?? "nothing", `step ${step}: loss ${exploded} stayed above`);
  },
});

Deno.test("the first array with a value that isn't finite is named", () => {
  const sound = new Float32Array([1, 2]);
  assertEquals(firstNonFinite([["a", sound], ["b", new Int32Array([1])]]), null);
  assertEquals(firstNonFinite([["a", sound], ["b", new Float32Array([1, NaN])]]), "b");
});

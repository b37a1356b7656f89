import { assertEquals, assertThrows } from "@std/assert";
import { close } from "../law.ts";
import golden from "./scipy_golden.json" with { type: "json" };
import {
  differenceInterval,
  mannWhitney,
  meanInterval,
  normalQuantile,
  tInterval,
  tQuantile,
  tUpperTail,
} from "../../src/stats/mod.ts";

// Golden values: scipy 1.17.1 (float64). Both sides carry about 1e-14 relative; 1e-10 is what is
// promised.

Deno.test("t quantiles agree with scipy to 1e-10, fractional degrees of freedom included", () => {
  for (const [p, df, t] of golden.t_quantile) {
    close(tQuantile(p, df), t, 1e-10 * Math.max(1, t), `p ${p}, df ${df}`);
    close(tQuantile(1 - p, df), -t, 1e-10 * Math.max(1, t), `p ${1 - p}, df ${df}`);
  }
});

Deno.test("t tails agree with scipy to 1e-11 relative, far tails included", () => {
  for (const [t, df, tail] of golden.t_tail) {
    close(tUpperTail(t, df), tail, 1e-11 * tail, `t ${t}, df ${df}`);
  }
});

Deno.test("published table: 97.5 % points of t (Fisher & Yates) and of the normal law", () => {
  const table: [number, number][] = [[1, 12.706], [2, 4.303], [4, 2.776], [9, 2.262], [30, 2.042]];
  for (const [df, t] of table) close(tQuantile(0.975, df), t, 0.0005, `df ${df}`);
  close(normalQuantile(0.975), 1.959963984540054, 1e-13);
  for (const [p, z] of golden.normal_quantile) close(normalQuantile(p), z, 1e-11, `p ${p}`);
});

Deno.test("t interval, two-sample difference and its p agree with scipy", () => {
  const { values, low, high } = golden.t_interval;
  const interval = tInterval(values);
  close(interval.low, low, 1e-12);
  close(interval.high, high, 1e-12);
  const pair = golden.difference;
  const difference = differenceInterval(pair);
  close(difference.low, pair.low, 1e-12);
  close(difference.high, pair.high, 1e-12);
  const t = Math.abs(difference.estimate) / difference.standardError;
  close(2 * tUpperTail(t, difference.df), pair.p, 1e-12);
  const paired = tInterval(pair.after.map((x, i) => x - pair.before[i]));
  close(paired.low, golden.paired.low, 1e-12);
  close(paired.high, golden.paired.high, 1e-12);
});

Deno.test("Mann–Whitney: exact p with and without ties, and the tie-corrected normal p", () => {
  for (const { before, after, p, u } of golden.mann_whitney) {
    const test = mannWhitney(before, after);
    assertEquals(test.u, u);
    close(test.p, p, 1e-12, `${after.length} against ${before.length} (${test.method})`);
  }
});

Deno.test("one new run against k: the prediction interval t s√(1 + 1/k)", () => {
  const before = [1, 2, 3, 4, 5];
  const { low, high, df } = differenceInterval({ before, after: [3] });
  const half = 2.7764451051977987 * Math.sqrt(2.5) * Math.sqrt(1 + 1 / 5);
  assertEquals(df, 4);
  close(low, -half, 1e-12);
  close(high, half, 1e-12);
});

Deno.test("too little data is an error or null, never a made-up interval", () => {
  assertThrows(() => tInterval([1]), RangeError, "2 or more");
  assertEquals(meanInterval([1]), null);
  assertThrows(() => differenceInterval({ before: [1], after: [2] }), RangeError);
  assertThrows(() => mannWhitney([], [1]), RangeError);
  assertThrows(() => mannWhitney([NaN], [1]), RangeError);
  assertThrows(() => tInterval([1, 2], 95), RangeError, "0.95");
});

Deno.test("20 values or more use the bootstrap; a constant sample has no width", () => {
  assertEquals(meanInterval(Array(19).fill(0.1))!.method, "t");
  const constant = meanInterval(Array(20).fill(0.1))!;
  assertEquals([constant.method, constant.low, constant.high], ["bootstrap", 0.1, 0.1]);
});

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { canonicalJson } from "../../src/base/text/canonical_json.ts";
import { axesOf, combinations, withoutDuplicates } from "../../src/suite/entries/expand.ts";
import { parseSuite } from "../../src/suite/load.ts";
import { law } from "../law.ts";
import { toy } from "./toys.ts";

/** A list with at least one item, or one value. */
function oneOrMore<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> {
  return fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));
}

const config = fc.record({
  latent: oneOrMore(fc.integer({ min: 1, max: 4 })),
  beta: oneOrMore(fc.constantFrom(0, 0.5, 1)),
  widths: fc.oneof(
    fc.constant([8, 16]),
    fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 2 }), {
      minLength: 1,
      maxLength: 2,
    }),
  ),
  likelihood: oneOrMore(fc.constantFrom("bernoulli", "gaussian")),
  optimiser: fc.record({ rate: oneOrMore(fc.constantFrom(0.1, 0.2)) }),
}, { requiredKeys: [] });

/** The same content with the keys of every map in another order. */
function shuffled(value: unknown, order: number): unknown {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([k, v]) => [k, shuffled(v, order)] as const);
  const turn = entries.length === 0 ? 0 : order % entries.length;
  return Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)].reverse());
}

async function expand(entries: readonly unknown[]): Promise<Record<string, unknown>[]> {
  const suite = await parseSuite(
    JSON.stringify({
      suite: "laws",
      data: { dataset: "blocks" },
      budget: { steps: 1 },
      modules: ["toys.ts"],
      runs: entries.map((entry) => ({ toy: entry })),
      metrics: ["score"],
    }),
    { file: "tests/suite/laws.yaml" },
  );
  return suite.runs.map((run) => run.config);
}

law("expansion has no duplicates, and has every combination", {
  source: "definition",
  given: { entries: fc.array(config, { minLength: 1, maxLength: 3 }) },
  cases: 60,
  kills: ["expansion-keeps-duplicates", "expansion-takes-first-of-axis"],
  holds: async ({ entries }) => {
    const got = (await expand(entries)).map(canonicalJson);
    assertEquals(new Set(got).size, got.length);
    const want = new Set<string>();
    const list = (v: unknown) => Array.isArray(v) ? v : [v];
    for (const e of entries) {
      for (const latent of list(e.latent ?? 32)) {
        for (const beta of list(e.beta ?? 1)) {
          for (const likelihood of list(e.likelihood ?? "gaussian")) {
            for (const rate of list(e.optimiser?.rate ?? 1e-3)) {
              const widths = e.widths ?? [8, 16];
              for (const w of Array.isArray(widths[0]) ? widths : [widths]) {
                want.add(canonicalJson(
                  toy.config.parse({ latent, beta, likelihood, widths: w, optimiser: { rate } }),
                ));
              }
            }
          }
        }
      }
    }
    assertEquals(new Set(got), want);
  },
});

law("expansion doesn't depend on the order of keys", {
  source: "definition",
  given: { entry: config, order: fc.nat(5) },
  cases: 60,
  kills: ["axes-in-file-order"],
  holds: async ({ entry, order }) => {
    assertEquals(await expand([entry]), await expand([shuffled(entry, order)]));
  },
});

law("the number of combinations is the product of the axes' lengths", {
  source: "definition",
  given: { entry: config },
  holds: ({ entry }) => {
    const axes = axesOf(toy.config, entry);
    const product = axes.reduce((n, axis) => n * axis.values.length, 1);
    return combinations(entry, axes).length === product;
  },
});

Deno.test("a list is an axis only where the schema wants one value", () => {
  const paths = (c: unknown) => axesOf(toy.config, c).map((a) => a.path.join("."));
  assertEquals(paths({ widths: [1, 2] }), []);
  assertEquals(paths({ widths: [[1, 2], [3]] }), ["widths"]);
  assertEquals(paths({ latent: [1, 2], beta: [3] }), ["beta", "latent"]);
  assertEquals(paths({ optimiser: { rate: [1, 2] } }), ["optimiser.rate"]);
  assertEquals(paths({ prior: { kind: "mixture", components: [5, 10] } }), ["prior.components"]);
  assertEquals(paths({ prior: [{ kind: "normal" }, { kind: "mixture" }] }), ["prior"]);
});

Deno.test("of things with the same content the first stays", () => {
  const items = [{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1, b: 3 }];
  assertEquals(withoutDuplicates(items, (i) => i), [items[0], items[2]]);
});

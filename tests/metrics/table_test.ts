/** Every row of the table of metrics against the metric that it loads, and what reports ask of rows. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { metricFaults } from "../../src/metrics/contract.ts";
import { defineMetric, type Metric } from "../../src/metrics/metric.ts";
import {
  type Meaning,
  type Standing,
  standingByDefault,
} from "../../src/metrics/table/standing.ts";
import {
  meaningOf,
  metricNames,
  metricTable,
  narrowed,
  ownRow,
  standingOf,
} from "../../src/metrics/table/look_up.ts";
import { builtInMetrics } from "../../src/metrics/table/table.ts";
import { themeOf, themes } from "../../src/metrics/table/themes.ts";
import { z } from "zod";
import { law } from "../law.ts";

const names = Object.keys(builtInMetrics) as (keyof typeof builtInMetrics)[];
const loaded = await Promise.all(
  names.map(async (name) => [name, await builtInMetrics[name].load() as Metric] as const),
);

Deno.test("every row loads the metric of its name, and its patterns fit what that declares", () => {
  for (const [name, metric] of loaded) {
    assertEquals(metric.name, name);
    assertEquals(metricNames[name], name);
    const declared = metric.declares(metric.config.parse({}));
    const standing = standingOf(name);
    for (const [what, pattern] of Object.entries(standing.values)) {
      assert(declared.some((value) => pattern!.test(value.name)), `${name}: ${what} ${pattern}`);
    }
    if (standing.headline instanceof RegExp) {
      const { headline } = standing;
      assert(declared.some((v) => headline.test(v.name) && v.direction !== "none"), `${name}`);
    }
    if (Array.isArray(standing.headline)) {
      for (const meaning of standing.headline as readonly Meaning[]) {
        const found = declared.filter((value) => meaningOf(value, meaning) !== null);
        assert(found.length > 0, `${name}: ${meaning}`);
        for (const { name, direction } of found) {
          assertEquals(direction, "higher", name);
          assert(/\d+$/.test(name), `${name} ends with its batch`);
        }
      }
    }
    if (standing.scaled !== undefined) {
      assert(declared.some((v) => v.direction === "lower" && v.name.startsWith(standing.scaled!)));
    }
    if (standing.searches !== undefined) {
      assert(
        standing.searches in (metric.config.parse({ [standing.searches]: 8 }) as object),
        name,
      );
    }
    assertEquals(metric.phase === "speed", standing.of === "programs", `${name}: phase`);
    assert(!standing.comparesSamples || standing.of === "samples", `${name} compares no samples`);
    assertEquals(metric.standing, undefined, `${name}: its row says it`);
  }
});

Deno.test("settings by which rows are had without a suite are the metric's own", () => {
  for (const [name, metric] of loaded) {
    for (const { settings = {} } of Object.values(standingOf(name).sets)) {
      const config = metric.config.parse(settings) as Record<string, unknown>;
      for (const [key, value] of Object.entries(settings)) assertEquals(config[key], value, name);
    }
  }
});

Deno.test("every theme has a row, in order; places for quality are told apart", () => {
  const used = new Set(names.map((name) => themeOf(builtInMetrics[name].theme).id));
  assertEquals(Object.keys(themes).filter((id) => !used.has(id)), []);
  const places = names.flatMap((name) => standingOf(name).quality ?? []);
  assertEquals(new Set(places).size, places.length);
  assertEquals(places.sort((a, b) => a - b), places.map((_, i) => i + 1));
  const references = names.filter((name) => standingOf(name).contradicts === "reference");
  assertEquals(references.length, 1);
});

Deno.test("a metric that no row is of stands as one that says nothing", () => {
  assertEquals(standingOf("nobody's"), standingByDefault);
  assertEquals(standingOf("toString"), standingByDefault);
  assertEquals(meaningOf({ metric: "nobody's", name: "train-FLOPs" }, "trainingFlops"), null);
  assertEquals(meaningOf({ metric: "throughput", name: "train-FLOPs" }, "trainingFlops"), {});
  assertEquals(meaningOf({ metric: "few_steps", name: "FD-x@5-nfe8" }, "atEvaluations"), {
    base: "FD-x@5",
    evaluations: "8",
  });
});

const own = (standing?: Partial<Standing>): Metric =>
  defineMetric({
    name: "own",
    version: 1,
    about: "one",
    papers: [],
    phase: "quality",
    config: z.object({}),
    declares: () => [],
    compute: () => Promise.resolve([]),
    standing,
  }) as Metric;

Deno.test("a user's metric says how it stands, and the rest is as for one that says nothing", () => {
  const theme = { id: "light", title: "Light", about: "How bright." };
  metricTable.own = ownRow(own({ theme, ranks: false }));
  try {
    assertEquals(standingOf("own").theme, theme);
    assertEquals(standingOf("own").ranks, false);
    assertEquals(standingOf("own").of, "samples");
  } finally {
    delete metricTable.own;
  }
});

Deno.test("a standing that a report couldn't read is refused", () => {
  const told = (standing: object) => metricFaults(own(standing as Partial<Standing>)).join("; ");
  assertEquals(told({}), "");
  assertEquals(told({ theme: "speed", of: "programs", headline: ["samplingRate"] }), "");
  assertEquals(told({ theme: "other" }), "");
  assertStringIncludes(told({ theme: "sample" }), "its theme is `sample`");
  assertStringIncludes(told({ theme: "sample" }), "did you mean `samples`?");
  assertStringIncludes(told({ theme: { id: "light" } }), "no `id`, `title` and `about`");
  const theme = { id: "samples", title: "Mine", about: "Mine." };
  assertStringIncludes(told({ theme }), "which is built in");
  assertStringIncludes(told({ theme: { ...theme, id: "My own" } }), "small letters");
  assertStringIncludes(told({ of: "pictures" }), "it looks at `pictures`");
  assertStringIncludes(told({ headline: "last" }), "its headline is no pattern");
  assertStringIncludes(told({ headline: /x/g }), "remembers where it was");
  assertStringIncludes(told({ headline: ["rate"] }), "no meaning of a value");
  assertStringIncludes(told({ values: { own: /x/y } }), "remembers where it was");
  assertStringIncludes(told({ values: { atEvaluations: /^(.+)-(\d+)$/ } }), "(?<base>");
  assertStringIncludes(told({ quality: NaN }), "a number was expected");
});

law("a narrowed pattern takes the names that the pattern takes with that part, and no others", {
  source: "definition",
  given: {
    part: fc.stringMatching(/^[a-z.+*\-/]{1,6}$/),
    other: fc.stringMatching(/^[a-z.+*\-/]{1,6}$/),
    samples: fc.integer({ min: 1, max: 9999 }),
  },
  holds({ part, other, samples }) {
    const { reading } = builtInMetrics.control.values;
    const found = narrowed(reading, { factor: part });
    const name = (factor: string) => `read-${factor}@${samples}`;
    assert(found.test(name(part)));
    assertEquals(found.test(name(other)), part === other);
    assertEquals(narrowed(reading, { samples: `${samples}` }).test(name(other)), true);
    assertEquals(narrowed(reading, { samples: `${samples + 1}` }).test(name(other)), false);
    assertThrows(() => narrowed(reading, { class: part }), RangeError, "no group class");
  },
  kills: ["narrowed-unescaped"],
});

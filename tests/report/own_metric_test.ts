/** A metric from outside `src` in a report: its theme, its ranking, its place for quality. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Standing } from "../../src/metrics/table/standing.ts";
import { metricTable, ownRow } from "../../src/metrics/table/look_up.ts";
import type { MetricValue } from "../../src/record/value.ts";
import { buildReport } from "../../src/report/model/build.ts";
import type { ReportModel } from "../../src/report/model/model.ts";
import { brightness } from "../examples/brightness.ts";
import { law } from "../law.ts";
import { fixture } from "./fixture.ts";

const brightnesses: Readonly<Record<string, number>> = { gan: 3, vae: 4, autoencoder: 5 };

/** The fixture's report where every run has a brightness too, the metric standing so. */
function reported(standing: Partial<Standing>, memorised = ""): ReportModel {
  metricTable.brightness = ownRow({ ...brightness, standing });
  try {
    const base = fixture({ families: ["autoencoder", "vae", "gan"] });
    const records = base.records.map((record) => {
      const { family, seed } = record.spec;
      const own: MetricValue = {
        ...brightness.declares({ samples: 500 })[0],
        value: (brightnesses[family] ?? 20) + 0.01 * seed,
      };
      const near = { standardError: 0.001, toHeldOut: 0.5, toHeldOutError: 0.001 };
      const metrics = record.metrics.map((m) =>
        family === memorised && m.name.startsWith("train-distance")
          ? { ...m, value: 0.5, beside: near }
          : m
      );
      return { ...record, metrics: [...metrics, own] };
    });
    return buildReport({ ...base, records });
  } finally {
    delete metricTable.brightness;
  }
}

const column = brightness.declares({ samples: 500 })[0].name;

/** Marks of a metric's column, by row. */
function marks(model: ReportModel, theme: string): Record<string, string | undefined> {
  const table = model.tables.find(({ id }) => id === theme)!;
  const at = table.columns.findIndex(({ name }) => name === column);
  return Object.fromEntries(table.rows.map(({ group, cells }) => {
    const cell = cells[at];
    const { family } = model.groups.find(({ id }) => id === group)!;
    return [family, cell.kind === "value" ? cell.rank : undefined];
  }));
}

Deno.test("a metric's own theme is a table after the built-in ones and before the rest", () => {
  const model = reported(brightness.standing!);
  const ids = model.tables.map(({ id }) => id);
  assert(ids.indexOf("light") > ids.indexOf("speed"), ids.join(", "));
  assertEquals(ids.at(-1), "cost");
  const { title, caption, columns } = model.tables.find(({ id }) => id === "light")!;
  const { theme } = brightness.standing as { theme: { title: string; about: string } };
  assertEquals([title, caption, columns.map(({ name }) => name)], [theme.title, theme.about, [
    column,
  ]]);
  const other = reported({}).tables.find(({ id }) => id === "other")!;
  assertEquals(other.columns.map(({ name }) => name), [column]);
  const samples = reported({ theme: "samples" }).tables.find(({ id }) => id === "samples")!;
  assertEquals(samples.columns.at(-1)!.name, column);
});

law(
  "rows rank by a metric that ranks, and stand against cost by one that is first for quality",
  {
    source: "definition",
    given: {
      ranks: fc.boolean(),
      quality: fc.constantFrom(undefined, 0, 0.5, 1.5, 9),
      comparesSamples: fc.boolean(),
      memorised: fc.constantFrom("", "gan"),
    },
    cases: 24,
    holds({ ranks, quality, comparesSamples, memorised }) {
      const { theme } = brightness.standing!;
      const model = reported({ theme, ranks, quality, comparesSamples }, memorised);
      const found = marks(model, "light");
      const best = Object.keys(found).filter((family) => found[family] === "best");
      const out = comparesSamples && memorised === "gan";
      assertEquals(best, ranks ? [out ? "vae" : "gan"] : []);
      assertEquals(
        model.ranking!.columns.some(({ name }) => name === column),
        ranks,
        "in the ranking",
      );
      const [front] = model.charts.front;
      assert(front.kind === "front");
      assertEquals(front.y.startsWith(column), quality !== undefined && quality < 1, front.y);
    },
    kills: ["unranked-metrics-ranked", "the-last-stands-for-quality", "memory-passes-for-quality"],
  },
);

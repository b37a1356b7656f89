/** Few-step curves: the distance against what a sample may cost, one line a row. @module */
import { mean } from "../../../stats/mod.ts";
import { meaningOf } from "../../../metrics/table/mod.ts";
import { controlSpan } from "../tables/tables.ts";
import { seedValues } from "../tables/cells.ts";
import { configText, formatNumber } from "../../../base/text/mod.ts";
import type { Chart, CurvePoint, Mark } from "../chart_data.ts";
import type { Group, RecordsByGroup } from "../model.ts";

interface Step {
  readonly column: string;
  readonly evaluations: number;
}

/** Distances by base name, each with its columns by evaluations. */
function stepsOf(records: RecordsByGroup): Map<string, Step[]> {
  const found = new Map<string, Step[]>(), seen = new Set<string>();
  for (const value of [...records.values()].flat().flatMap(({ metrics }) => metrics)) {
    const parts = meaningOf(value, "atEvaluations"), column = value.name;
    if (parts === null || seen.has(column)) continue;
    seen.add(column);
    const { base, evaluations } = parts;
    found.set(base, [...found.get(base) ?? [], { column, evaluations: Number(evaluations) }]);
  }
  for (const steps of found.values()) steps.sort((a, b) => a.evaluations - b.evaluations);
  return found;
}

type Line = Mark & { readonly points: readonly CurvePoint[] };

/**
 * Two charts a distance: by evaluations, and by the seconds that the samples took. Distances are
 * normalised, as in tables, where the control rows are there.
 */
export function fewStepCharts(groups: readonly Group[], records: RecordsByGroup): Chart[] {
  return [...stepsOf(records)].flatMap(([base, steps]) => {
    const span = controlSpan(base, { groups, records });
    const scaled = (value: number) =>
      span === null ? value : (value - span.heldOut) / (span.gaussian - span.heldOut);
    const lines = (x: (step: Step, seconds: number | undefined) => number | undefined) =>
      groups.flatMap((group): Line[] => {
        if (group.control) return [];
        const points = steps.flatMap((step): CurvePoint[] => {
          const seeds = seedValues(records.get(group.id) ?? [], step.column)
            .flatMap((s) => s.value === null ? [] : [{ ...s, value: scaled(s.value) }]);
          if (seeds.length === 0) return [];
          const seconds = seeds.map((s) => s.beside?.seconds).filter((s) => s !== undefined);
          const at = x(step, seconds.length > 0 ? mean(seconds) : undefined);
          const values = seeds.map((s) => s.value);
          return at === undefined ? [] : [{
            x: at,
            mean: mean(values),
            low: Math.min(...values),
            high: Math.max(...values),
          }];
        });
        return points.length === 0 ? [] : [{ label: group.label, index: group.index, points }];
      });
    const heading = span === null ? base : `d ${base}`;
    const references = span === null
      ? []
      : [{ label: "held-out data", y: 0 }, { label: "pixel Gaussian", y: 1 }];
    const chart = (by: "evaluations" | "seconds", drawn: readonly Line[]): Chart[] => {
      if (drawn.length === 0) return [];
      const told = drawn.map(({ label, points }) =>
        `${label}: ${points.map((p) => `${formatNumber(p.mean)} at ${configText(p.x)}`).join(", ")}`
      );
      return [{
        kind: "steps",
        id: `steps-${base}-${by}`,
        title: `${heading} by ${by}`,
        description: `Means over seeds, with their range. ${told.join(". ")}.`,
        x: by === "evaluations" ? "evaluations a sample" : `seconds for the samples, indicative`,
        y: heading,
        lines: drawn,
        references,
      }];
    };
    return [
      ...chart("evaluations", lines(({ evaluations }) => evaluations)),
      ...chart("seconds", lines((_, seconds) => seconds)),
    ];
  });
}

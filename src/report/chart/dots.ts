/** Dot plot: a mean with its interval a row, the seeds as small ticks beneath. @module */
import type { Chart } from "../model/chart_data.ts";
import { filled, type Spec, styleScale, valueAxis, valueScale } from "./spec.ts";

/** Vega-Lite specification of a dot plot. */
export function dots(chart: Chart & { kind: "dots" }): Spec {
  const rows = chart.rows.map((row) => ({
    label: row.label,
    mean: row.mean,
    low: row.low,
    high: row.high,
    control: row.index < 0,
  }));
  const seeds = chart.rows.filter((row) => row.seeds.length > 1).flatMap((row) =>
    row.seeds.map((value) => ({ label: row.label, value, control: row.index < 0 }))
  );
  const all = chart.rows.flatMap((row) => [...row.seeds, row.mean, row.low, row.high])
    .filter((v): v is number => v !== null);
  const values = valueScale(all);
  const { scale, floor } = values;
  // An interval may leave the positive numbers; a log axis can't, so it ends at the axis.
  const intervals = rows.filter((row) => row.low !== null && row.high !== null)
    .map((row) => ({ ...row, low: Math.max(row.low!, floor) }));
  const y = {
    field: "label",
    type: "nominal" as const,
    sort: chart.rows.map((row) => row.label),
    title: null,
    axis: { domain: false, ticks: false, labelLimit: 132, minExtent: 104, grid: false },
  };
  const colour = {
    field: "label",
    type: "nominal" as const,
    scale: styleScale(chart.rows, "colour"),
    legend: null,
  };
  const shape = {
    field: "label",
    type: "nominal" as const,
    scale: styleScale(chart.rows, "shape"),
    legend: null,
  };
  const axis = valueAxis(chart.axis, values);
  return {
    width: 190,
    height: { step: 24 },
    layer: filled([
      {
        data: { values: seeds },
        mark: { type: "tick", thickness: 1.2, size: 9, opacity: 0.55 },
        encoding: { y, x: { field: "value", type: "quantitative", scale, axis }, color: colour },
      },
      {
        data: { values: intervals },
        mark: { type: "rule", strokeWidth: 1.8 },
        encoding: {
          y,
          x: { field: "low", type: "quantitative", scale, axis },
          x2: { field: "high" },
          color: colour,
        },
      },
      ...[false, true].map((control) => ({
        data: { values: rows.filter((row) => row.control === control) },
        mark: { type: "point" as const, filled: !control, size: 64, opacity: 1, strokeWidth: 1.6 },
        encoding: {
          y,
          x: { field: "mean", type: "quantitative" as const, scale, axis },
          color: colour,
          shape,
        },
      })),
    ]),
    resolve: { scale: { color: "shared", shape: "shared" } },
  };
}

/** Where a run's time goes: parts laid end to end, a bar a row. @module */
import type { Chart } from "../model/chart_data.ts";
import { STYLES } from "../draw/palette.ts";
import { type Spec, tickFormat } from "./spec.ts";

/** Vega-Lite specification of the bars. */
export function time(chart: Chart & { kind: "time" }): Spec {
  const values = chart.rows.flatMap(({ label, seconds }) =>
    chart.parts.map((part, order) => ({ label, part, order, seconds: seconds[order] }))
  );
  const totals = chart.rows.map((row) => row.seconds.reduce((a, b) => a + b, 0));
  return {
    width: 380,
    height: { step: 22 },
    data: { values },
    mark: { type: "bar", stroke: "currentColor", strokeOpacity: 0.25, strokeWidth: 0.5 },
    encoding: {
      y: {
        field: "label",
        type: "nominal",
        sort: chart.rows.map((row) => row.label),
        title: null,
        axis: { domain: false, ticks: false, labelLimit: 132 },
      },
      x: {
        field: "seconds",
        type: "quantitative",
        axis: { title: "seconds a run", tickCount: 5, format: tickFormat(totals) },
      },
      color: {
        field: "part",
        type: "nominal",
        scale: {
          domain: [...chart.parts],
          // From the far end, so that no part looks like one of the first families.
          range: chart.parts.map((_, i) =>
            STYLES[(2 * STYLES.length - 1 - i) % STYLES.length].colour
          ),
        },
        legend: { columns: 3, symbolType: "square", symbolStrokeWidth: 0 },
      },
      order: { field: "order", type: "quantitative" },
    },
  };
}

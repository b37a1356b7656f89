/** An extractor's distances for known changes of real data. @module */
import type { Chart } from "../model/chart_data.ts";
import { type Spec, styleScale, tickFormat } from "./spec.ts";

/** Vega-Lite specification: a row a change, a mark an extractor. */
export function sanity(chart: Chart & { kind: "sanity" }): Spec {
  const marks = chart.rows.map((row) => ({ label: row.extractor, index: row.index }));
  const sets = [...new Set(chart.rows.map((row) => row.set))];
  const values = chart.rows.map(({ set, extractor, value }) => ({ set, extractor, value }));
  const largest = Math.max(...values.map((v) => Math.abs(v.value)));
  // Symmetric log: near zero the estimates go below it.
  const least = Math.min(0, ...values.map((v) => v.value));
  const domain = [least * 1.5 - 0.002, largest * 1.3];
  const scale = { type: "symlog" as const, constant: 0.01, domain, nice: false };
  return {
    width: 380,
    height: { step: 22 },
    data: { values },
    mark: { type: "point", filled: true, size: 64, opacity: 1 },
    encoding: {
      y: {
        field: "set",
        type: "nominal",
        sort: sets,
        title: null,
        axis: { domain: false, ticks: false, labelLimit: 200, grid: true },
      },
      x: {
        field: "value",
        type: "quantitative",
        scale,
        axis: {
          title: `${chart.axis}, log scale away from 0`,
          values: [0, 0.01, 0.1, 1, 10, 100, 1000].filter((v) => v <= largest * 1.5),
          format: tickFormat([largest]),
          labelOverlap: true,
        },
      },
      color: {
        field: "extractor",
        type: "nominal",
        scale: styleScale(marks, "colour"),
        legend: {},
      },
      shape: { field: "extractor", type: "nominal", scale: styleScale(marks, "shape"), legend: {} },
    },
  };
}

/** Shares of classes: a row a class, a mark a model, the data as an upright line. @module */
import type { Chart } from "../model/chart_data.ts";
import { filled, type Spec, styleScale, tickFormat } from "./spec.ts";

/** Vega-Lite specification of shares. */
export function shares(chart: Chart & { kind: "shares" }): Spec {
  const sets = [...new Set(chart.rows.map((row) => row.set))];
  const values = chart.rows.map(({ set, label, index, value }) => ({
    set,
    label,
    value,
    data: index < 0,
  }));
  const largest = Math.max(...values.map((v) => v.value));
  const scale = { domain: [0, largest > 0 ? largest * 1.1 : 1], nice: false };
  const models = chart.rows.filter((row) => row.index >= 0);
  const styled = <K extends "colour" | "shape">(what: K) => ({
    field: "label",
    type: "nominal" as const,
    scale: styleScale(models, what) as never,
    legend: { columns: 3 },
  });
  const y = {
    field: "set",
    type: "nominal" as const,
    sort: sets,
    title: null,
    axis: { domain: false, ticks: false, labelLimit: 160, grid: true },
  };
  const x = {
    field: "value",
    type: "quantitative" as const,
    scale,
    axis: {
      title: `${chart.axis}; the line: the data`,
      tickCount: 5,
      format: tickFormat([largest]),
    },
  };
  return {
    width: 420,
    height: { step: 26 },
    layer: filled([
      {
        data: { values: values.filter((v) => v.data) },
        mark: { type: "tick" as const, thickness: 2, size: 20, opacity: 1, color: "currentColor" },
        encoding: { x, y },
      },
      {
        data: { values: values.filter((v) => !v.data) },
        mark: { type: "point" as const, filled: true, size: 60, opacity: 0.9 },
        encoding: { x, y, color: styled("colour"), shape: styled("shape") },
      },
    ]),
  };
}

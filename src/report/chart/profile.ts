/** Performance profiles: the share of values at or below each distance, a staircase a row. @module */
import type { Chart } from "../model/chart_data.ts";
import { filled, type Spec, styleScale, valueAxis, valueScale } from "./spec.ts";

/** Vega-Lite specification of performance profiles. */
export function profile(chart: Chart & { kind: "profile" }): Spec {
  const values = chart.lines.flatMap(({ label, points }) =>
    points.map((point) => ({ label, ...point }))
  );
  const across = valueScale(values.map(({ x }) => x));
  const axis = valueAxis(chart.x, across);
  const x = { field: "x", type: "quantitative" as const, scale: across.scale, axis };
  const styled = <K extends "colour" | "dash">(what: K) => ({
    field: "label",
    type: "nominal" as const,
    scale: styleScale(chart.lines, what) as never,
    legend: {},
  });
  return {
    width: 300,
    height: 190,
    layer: filled([
      {
        data: { values: [...chart.references] },
        layer: [
          {
            mark: { type: "rule", strokeDash: [3, 3], opacity: 0.5, color: "currentColor" },
            encoding: { x },
          },
          {
            mark: { type: "text", align: "left", baseline: "top", dx: 4, dy: 2, opacity: 0.7 },
            encoding: { x, y: { value: 0 }, text: { field: "label" } },
          },
        ],
      },
      {
        data: { values },
        mark: { type: "line", interpolate: "step-after", strokeWidth: 1.8 },
        encoding: {
          x,
          y: {
            field: "y",
            type: "quantitative",
            scale: { domain: [0, 1] },
            axis: { title: chart.y, format: "%", tickCount: 5 },
          },
          color: styled("colour"),
          strokeDash: styled("dash"),
        },
      },
    ]),
  };
}

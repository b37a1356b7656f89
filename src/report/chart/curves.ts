/** Training curves: the mean over seeds, with their range as a band. @module */
import type { Chart } from "../model/chart_data.ts";
import { type Spec, styleScale, tickFormat, valueAxis, valueScale } from "./spec.ts";

const TITLES = {
  step: "step",
  seconds: "seconds of training",
  divergence: "divergence from the start, nats an answer",
} as const;

/** Vega-Lite specification of training curves. */
export function curves(chart: Chart & { kind: "curves" }): Spec {
  const values = chart.lines.flatMap((line) =>
    line.points.map((point) => ({ label: line.label, ...point }))
  );
  const extremes = values.flatMap((v) => [v.low, v.high]);
  const vertical = valueScale(extremes, 10);
  const { scale } = vertical;
  const x = {
    field: "x",
    type: "quantitative" as const,
    scale: { zero: false, nice: false },
    axis: {
      title: TITLES[chart.x],
      tickCount: 5,
      grid: false,
      format: tickFormat(values.map((v) => v.x)),
      labelOverlap: true as const,
    },
  };
  const axis = valueAxis(chart.y, vertical);
  const legend = chart.lines.length > 1 ? {} : null;
  const colour = {
    field: "label",
    type: "nominal" as const,
    scale: styleScale(chart.lines, "colour"),
    legend,
  };
  return {
    width: 250,
    height: 150,
    data: { values },
    layer: [
      {
        mark: { type: "area", opacity: 0.22, clip: true },
        encoding: {
          x,
          y: { field: "low", type: "quantitative", scale, axis },
          y2: { field: "high" },
          color: colour,
        },
      },
      {
        mark: { type: "line", strokeWidth: 1.8, clip: true },
        encoding: {
          x,
          y: { field: "mean", type: "quantitative", scale, axis },
          color: colour,
          strokeDash: {
            field: "label",
            type: "nominal",
            scale: styleScale(chart.lines, "dash") as never,
            legend,
          },
        },
      },
    ],
  };
}

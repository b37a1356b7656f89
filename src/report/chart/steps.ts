/** Few-step curves: points joined by lines on a logarithmic cost, one line a row. @module */
import type { Chart } from "../model/chart_data.ts";
import {
  filled,
  referenceLines,
  type Spec,
  styleScale,
  tickFormat,
  valueAxis,
  valueScale,
} from "./spec.ts";

/** Ticks where the points are, as long as they are few; else the axis' own. */
const TICKS = 8;

/** Vega-Lite specification of few-step curves. */
export function steps(chart: Chart & { kind: "steps" }): Spec {
  const values = chart.lines.flatMap(({ label, points }) =>
    points.map((point) => ({ label, ...point }))
  );
  const vertical = valueScale(
    [...values.flatMap((v) => [v.low, v.high]), ...chart.references.map((r) => r.y)],
    10,
  );
  const places = [...new Set(values.map((v) => v.x))].sort((a, b) => a - b);
  const [first, last] = [places[0], places[places.length - 1]];
  const x = {
    field: "x",
    type: "quantitative" as const,
    scale: { type: "log" as const, domain: [first / 1.15, last * 1.15], nice: false },
    axis: {
      title: [chart.x, "log scale"],
      grid: false,
      format: tickFormat(places),
      labelOverlap: true as const,
      ...(places.length <= TICKS ? { values: places } : { tickCount: 4 }),
    },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative" as const,
    scale: vertical.scale,
    axis: valueAxis(`${chart.y} · less is better`, vertical),
  });
  const legend = chart.lines.length > 1 ? {} : null;
  const styled = <K extends "colour" | "shape" | "dash">(what: K) => ({
    field: "label",
    type: "nominal" as const,
    scale: styleScale(chart.lines, what) as never,
    legend,
  });
  return {
    width: 300,
    height: 190,
    layer: filled([
      referenceLines(chart.references, y("y")),
      {
        data: { values: values.filter((v) => v.low < v.high) },
        mark: { type: "rule", strokeWidth: 1.5, opacity: 0.7 },
        encoding: { x, y: y("low"), y2: { field: "high" }, color: styled("colour") },
      },
      {
        data: { values },
        mark: { type: "line", strokeWidth: 1.8, clip: true },
        encoding: { x, y: y("mean"), color: styled("colour"), strokeDash: styled("dash") },
      },
      {
        data: { values },
        mark: { type: "point", filled: true, size: 50, opacity: 1 },
        encoding: { x, y: y("mean"), color: styled("colour"), shape: styled("shape") },
      },
    ]),
  };
}

/** Quality against throughput, with the Pareto front and the control rows as lines. @module */
import type { Chart } from "../model/chart_data.ts";
import { filled, referenceLines, type Spec, styleScale, valueAxis, valueScale } from "./spec.ts";

/** Points that all have their label beside them; of more only those on the front do. */
const LABELLED = 6;

/** Vega-Lite specification of the front. */
export function front(chart: Chart & { kind: "front" }): Spec {
  const points = chart.points.map((p) => ({
    label: p.label,
    x: p.x.mean,
    xLow: p.x.low,
    xHigh: p.x.high,
    y: p.y.mean,
    yLow: p.y.low,
    yHigh: p.y.high,
    onFront: p.onFront,
  }));
  const xs = points.flatMap((p) => [p.x, p.xLow, p.xHigh]).filter((v) => v !== null);
  const ys = [
    ...points.flatMap((p) => [p.y, p.yLow, p.yHigh]).filter((v) => v !== null),
    ...chart.references.map((r) => r.y),
  ];
  const sx = valueScale(xs, 8);
  const sy = valueScale(ys, 30);
  const x = (field: string) => ({
    field,
    type: "quantitative" as const,
    scale: sx.scale,
    axis: valueAxis(
      `${chart.x} · ${chart.xDirection === "lower" ? "less" : "more"} is better`,
      sx,
      5,
    ),
  });
  const y = (field: string) => ({
    field,
    type: "quantitative" as const,
    scale: sy.scale,
    axis: valueAxis(
      `${chart.y} · ${chart.yDirection === "lower" ? "less" : "more"} is better`,
      sy,
      5,
    ),
  });
  const many = points.length > LABELLED;
  const legend = many ? { columns: 4 } : null;
  const colour = {
    field: "label",
    type: "nominal" as const,
    scale: styleScale(chart.points, "colour"),
    legend,
  };
  const line = [...points].filter((p) => p.onFront).sort((a, b) => a.x - b.x);
  return {
    width: 420,
    height: 250,
    layer: filled([
      referenceLines(chart.references, y("y")),
      {
        data: { values: line },
        mark: {
          type: "line",
          // The best quality at this cost or less: it lasts until the next point. Of rates, or more.
          interpolate: chart.xDirection === "lower" ? "step-after" : "step-before",
          strokeWidth: 1.2,
          opacity: 0.45,
          color: "currentColor",
        },
        encoding: { x: x("x"), y: y("y") },
      },
      {
        data: { values: points.filter((p) => p.xLow !== null) },
        mark: { type: "rule", strokeWidth: 1.5, clip: true },
        encoding: { x: x("xLow"), x2: { field: "xHigh" }, y: y("y"), color: colour },
      },
      {
        data: { values: points.filter((p) => p.yLow !== null) },
        mark: { type: "rule", strokeWidth: 1.5, clip: true },
        encoding: { x: x("x"), y: y("yLow"), y2: { field: "yHigh" }, color: colour },
      },
      {
        data: { values: points },
        layer: [
          {
            mark: { type: "point", filled: true, size: 80, opacity: 1 },
            encoding: {
              x: x("x"),
              y: y("y"),
              color: colour,
              shape: {
                field: "label",
                type: "nominal",
                scale: styleScale(chart.points, "shape"),
                legend,
              },
            },
          },
        ],
      },
      {
        data: { values: many ? line : points },
        mark: { type: "text", align: "left", baseline: "bottom", dx: 8, dy: -6, limit: 160 },
        encoding: { x: x("x"), y: y("y"), text: { field: "label" } },
      },
    ]),
  };
}

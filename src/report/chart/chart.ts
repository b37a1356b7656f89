/** Charts by kind: from data to a Vega-Lite specification. @module */
import type { Chart } from "../model/chart_data.ts";
import { curves } from "./curves.ts";
import { dots } from "./dots.ts";
import { flow } from "./flow.ts";
import { front } from "./front.ts";
import { profile } from "./profile.ts";
import { sanity } from "./sanity.ts";
import type { Spec } from "./spec.ts";
import { shares } from "./shares.ts";
import { steps } from "./steps.ts";
import { time } from "./time.ts";

const builders: { [K in Chart["kind"]]: (chart: Chart & { kind: K }) => Spec } = {
  curves,
  dots,
  flow,
  front,
  profile,
  sanity,
  shares,
  steps,
  time,
};

/** The specification of a chart. */
export function specOf(chart: Chart): Spec {
  return (builders[chart.kind] as (chart: Chart) => Spec)(chart);
}

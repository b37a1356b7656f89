/**
 * What figures of the image families read of records: distances between those of control rows, and what
 * is nearer to the training set than new data is.
 * @module
 */
import { protocolOf } from "../../../protocols/mod.ts";
import { isMemorised } from "../../../metrics/copies/mod.ts";
import { normalisedDistance } from "../../../metrics/features/mod.ts";
import { extractorName } from "../../../extractors/mod.ts";
import { builtInMetrics, narrowed } from "../../../metrics/table/mod.ts";
import type { Measured } from "../figure.ts";
import { recordSource } from "../records.ts";
import { isNumber, metricsOf, type Reader, type SmallRecord, value } from "../suites/mod.ts";

/** Primary distance of the heads, and the control rows that normalise it. */
const judge = extractorName("judge");
const distanceName = narrowed(builtInMetrics.frechet.values.distance, {
  extractor: judge,
  samples: "2000",
});
const nearnessName = narrowed(builtInMetrics.duplicates.values.nearness, { extractor: judge });

/** d = (FD − held-out) / (pixel Gaussian − held-out), all of this suite. */
export const normalised: Reader = (record, all) => {
  const of = (found: SmallRecord | undefined) =>
    found === undefined ? null : value(distanceName)(found, all);
  const control = (name: string) =>
    of(all.find(({ spec }) => protocolOf(spec).row === "control" && spec.family === name));
  const [own, heldOut, gaussian] = [of(record), control("held-out"), control("gaussian")];
  return isNumber(own) && isNumber(heldOut) && isNumber(gaussian)
    ? normalisedDistance(own, { heldOut, gaussian })
    : null;
};

/** Trained runs whose samples are nearer to the training set than new data is. */
export function memorised(records: readonly SmallRecord[]): Measured {
  const read = records.filter(({ spec }) => protocolOf(spec).trains).flatMap(
    (record) => {
      const [found] = metricsOf(record, nearnessName);
      const { standardError, toHeldOut, toHeldOutError } = found?.beside ?? {};
      return found === undefined || standardError === undefined ? [] : [{
        record,
        nearness: { ratio: found.value!, standardError, toHeldOut, toHeldOutError },
      }];
    },
  );
  if (read.length === 0) return { value: null, reason: "no record says how near its samples are" };
  const marked = read.filter(({ nearness }) => isMemorised(nearness));
  return {
    value: marked.length,
    detail: {
      runs: read.length,
      marked: marked.map(({ record: { label, spec } }) => `${label} seed ${spec.seed}`),
      nearest: Math.min(...read.map(({ nearness }) => nearness.ratio)),
    },
    source: recordSource(read.map(({ record }) => record)),
  };
}

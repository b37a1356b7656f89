/** Loops over batches cut short, batches or rows taken for the first, padding counted. @module */
import type { Mutant } from "../run.ts";

const subject = "tests/run/subject_test.ts";
const codes = "tests/metrics/codes_test.ts";
const blocks = "tests/properties/metrics/blocks_test.ts";
const extractors = "tests/extractors/batches_test.ts";
const controls = "tests/protocols/control/controls_test.ts";
const moments = "tests/compare/moments_test.ts";
const rows = "tests/compare/rows_test.ts";
const extract = "tests/compare/extract_test.ts";
const linear = "tests/families/common/mixture/linear_start_test.ts";
const mixture = "tests/families/common/mixture/prior_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "subject-of-the-first-batch",
    file: "src/run/model/batches.ts",
    find: "from < options.count; from += this.batch",
    replace: "from < Math.min(options.count, 1); from += this.batch",
    law: subject,
    filter: "subject's codes",
  },
  {
    id: "subject-without-the-second-batch",
    file: "src/run/model/batches.ts",
    find: "from < options.count; from += this.batch",
    replace: "from < options.count; from += 2 * this.batch",
    law: subject,
    filter: "subject's codes",
  },
  {
    id: "samples-numbered-anew-each-batch",
    file: "src/run/model/subject.ts",
    find: "rowNumbers(engine, batch, from) : engine.tensor(",
    replace: "rowNumbers(engine, batch) : engine.tensor(",
    law: subject,
    filter: "subject's samples are",
  },
  {
    id: "weights-of-one-draw",
    file: "src/run/model/subject.ts",
    find: "key: keys.weight(draw),",
    replace: "key: keys.weight(0),",
    law: subject,
    filter: "log weights",
  },
  {
    id: "samples-told-the-first-labels",
    file: "src/run/model/subject.ts",
    find: "labels: labelTensors(engine, given, { conditions, from, count: batch }),",
    replace: "labels: labelTensors(engine, given, { conditions, from: 0, count: batch }),",
    law: subject,
    filter: "given labels",
  },
  {
    id: "log-variances-are-means",
    file: "src/run/model/subject.ts",
    find: `batches.rows("encode", "logVariance_BZ", {`,
    replace: `batches.rows("encode", "mean_BZ", {`,
    law: subject,
    filter: "log variances",
  },
  {
    id: "code-usage-of-the-first-batch",
    file: "src/metrics/latents/codes.ts",
    find: "const usage = codeUsage(found);",
    replace:
      "const usage = codeUsage({ ...found, data: found.data.subarray(0, 64 * found.perPicture) });",
    law: codes,
    filter: "use over all positions",
  },
  {
    id: "elbo-of-the-first-batch",
    file: "src/metrics/likelihood/likelihood.ts",
    find: "return logWeights.data.reduce((s, w) => s + w, 0) / logWeights.data.length;",
    replace:
      "const first = logWeights.data.subarray(0, 64); return first.reduce((s, w) => s + w, 0) / first.length;",
    law: blocks,
  },
  {
    id: "importance-bound-of-the-first-batch",
    file: "src/metrics/likelihood/likelihood.ts",
    find: `for (let i = 0; i < count; i++) {
    sum += logSumExp`,
    replace: `for (let i = 0; i < Math.min(count, 64); i++) {
    sum += logSumExp`,
    law: blocks,
  },
  {
    id: "features-without-the-third-batch",
    file: "src/extractors/prepare/batches.ts",
    find: "from < images.count; from += batch",
    replace: "from < images.count; from += from === batch ? 2 * batch : batch",
    law: extractors,
    filter: "batches hold all",
  },
  {
    id: "classes-of-the-first-batch",
    file: "src/extractors/network/network.ts",
    find: "from < images.count; from += batch",
    replace: "from < Math.min(1, images.count); from += batch",
    law: extractors,
    filter: "three uneven batches are",
  },
  {
    id: "classes-of-the-padding",
    file: "src/extractors/network/network.ts",
    find: "rows.push(p.subarray(0, count * p.length / batch));",
    replace: "rows.push(p);",
    law: extractors,
    filter: "three uneven batches are",
  },
  {
    id: "gaussian-of-the-first-part",
    file: "src/protocols/control/controls.ts",
    find: "{ length: Math.ceil(n / trainingAtOnce) },",
    replace: "{ length: 1 },",
    law: controls,
    filter: "three uneven parts",
  },
  {
    id: "gaussian-draws-again-for-each-part",
    file: "src/protocols/control/controls.ts",
    find: "hostFold(hostFold(key, i), p)",
    replace: "hostFold(key, i)",
    law: controls,
    filter: "three uneven parts",
  },
  {
    id: "moments-of-the-first-piece",
    file: "src/compare/moments/moments.ts",
    find: "from < count; from += step",
    replace: "from < Math.min(1, count); from += step",
    law: moments,
    filter: "three pieces",
  },
  {
    id: "saved-features-without-the-last-piece",
    file: "src/compare/save_features.ts",
    find: "from < count; from += step",
    replace: "from + step <= count || from === 0; from += step",
    law: rows,
    filter: "saved piece after piece",
  },
  {
    id: "pixels-of-the-first-piece",
    file: "src/compare/measured.ts",
    find: "from < positions.length; from += each",
    replace: "from < Math.min(1, positions.length); from += each",
    law: extract,
    filter: "pixels of three pieces",
  },
  {
    id: "linear-start-of-the-first-batch",
    file: "src/families/common/mixture/linear_start.ts",
    find: "from < count; from += BATCH",
    replace: "from < Math.min(1, count); from += BATCH",
    law: linear,
    filter: "leading components",
  },
  {
    id: "mixture-of-the-first-batch",
    file: "src/families/common/mixture/prior.ts",
    find: "from < count; from += BATCH",
    replace: "from < Math.min(1, count); from += BATCH",
    law: mixture,
    filter: "three uneven batches",
  },
  {
    id: "kernel-of-the-first-block",
    file: "src/metrics/features/kernel.ts",
    find: "from < a.count; from += blockRows",
    replace: "from < Math.min(1, a.count); from += blockRows",
    law: blocks,
  },
  {
    id: "neighbours-of-the-first-block",
    file: "src/algebra/neighbours.ts",
    find: "from < a.count; from += step",
    replace: "from < Math.min(1, a.count); from += step",
    law: blocks,
  },
  {
    id: "blocked-distance-of-one-block",
    file: "src/metrics/features/kernel.ts",
    find: "for (let k = 0; k < blocks; k++) {",
    replace: "for (let k = 0; k < 1; k++) {",
    law: blocks,
  },
  {
    id: "probe-without-the-last-rows",
    file: "src/algebra/probe.ts",
    find: "first < count; first += block",
    replace: "first + block <= count; first += block",
    law: blocks,
  },
];

/** The metrics of views as runs compute them: in blocks, with reasons where something can't be had. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Dataset } from "../../src/data/dataset.ts";
import type { ViewMaps, ViewSet } from "../../src/kinds/view/view_set.ts";
import { MetricUnavailable } from "../../src/base/errors.ts";
import { lpips } from "../../src/metrics/image/lpips.ts";
import { reconstruction } from "../../src/metrics/image/reconstruction.ts";
import type { EvaluationContext } from "../../src/metrics/metric.ts";
import { foregroundPsnr } from "../../src/metrics/views/errors.ts";
import { novelty } from "../../src/metrics/views/novelty.ts";
import { views } from "../../src/metrics/views/views.ts";
import { requireDeclared } from "../../src/metrics/contract.ts";
import type { RenderedMaps, Subject } from "../../src/subject/subject.ts";
import { close } from "../law.ts";
import {
  joined,
  mapsOf,
  pictureOf,
  viewModel,
  viewPixels,
  viewShape,
  viewWorld,
} from "./view_world.ts";

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
/** Views that the metrics look at: two blocks of maps and a part of one. */
const N = 19;

/** Of an image or a view: what metrics ask of a run. */
function context(dataset: Dataset<"view">, subject: Subject<"view">): EvaluationContext<"view"> {
  return {
    subject,
    dataset,
    anyMachine: true,
    split: (split, count) => dataset.read(split, range(count)),
    extractor: () => Promise.reject(new Error("none")),
    remembered: (_, make) => Promise.resolve(make()),
    features: () => Promise.reject(new Error("none")),
    key: () => [0, 0],
  };
}

/** Which of the test views asked views are, by their pictures. */
function rowsOf({ count, pictures }: ViewSet): number[] {
  const size = 3 * viewPixels;
  const known = range(N).map((i) => pictureOf("test", i).join());
  return range(count).map((i) => known.indexOf(pictures.subarray(i * size, (i + 1) * size).join()));
}

/** Renders every view `off` levels darker where the scene is, and knows all maps: depth 0.25 too far. */
function darker(off: number, parts: { readonly normals?: boolean } = {}): Subject<"view"> {
  const { normals = true } = parts;
  return viewModel({
    reconstruct: (asked) =>
      Promise.resolve({
        ...asked,
        pictures: asked.pictures.map((v) => v === 255 ? 255 : Math.max(0, v - off)),
      }),
    maps(asked): Promise<RenderedMaps> {
      const all = rowsOf(asked as ViewSet).map((i) => mapsOf("test", i));
      return Promise.resolve({
        alpha: Float32Array.from(joined(all.map(({ alpha }) => alpha)), (a) => a / 255),
        depth: joined(all.map(({ depth }) => depth)).map((d) => d + 0.25),
        ...(normals && { normals: joined(all.map(({ normals }) => normals)) }),
      });
    },
  });
}

async function valuesOf(dataset: Dataset<"view">, subject: Subject<"view">) {
  const config = { samples: N };
  const values = await views.compute(context(dataset, subject), config);
  requireDeclared(views, config, values);
  return Object.fromEntries(values.map((value) => [value.name, value]));
}

Deno.test("views: each view counts once, in blocks of maps and a part of one", async () => {
  const model = darker(10), dataset = viewWorld({ test: N });
  const values = await valuesOf(dataset, model);
  const { samples } = await dataset.read("test", range(N));
  const again = await model.reconstruct!(samples) as ViewSet;
  const set = (data: Uint8Array) => ({ count: N, ...viewShape, channels: 3 as const, data });
  const alpha = joined(range(N).map((i) => mapsOf("test", i).alpha));
  const ratios = foregroundPsnr(set(samples.pictures), set(again.pictures), alpha);
  const { value, beside } = values[`foreground-PSNR@${N}`];
  const mean = ratios.reduce((sum, r) => sum + r, 0) / N;
  close(value!, mean, 1e-12, "mean");
  assertEquals(beside!.least, Math.min(...ratios));
  const spread = ratios.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (N - 1);
  close(beside!.stderr, Math.sqrt(spread / N), 1e-12, "standard error");
  close(values[`depth-error@${N}`].value!, 0.25, 1e-6, "depth");
  assertEquals(values[`depth-coverage@${N}`].value, 1);
  assertEquals(values[`normal-error@${N}`].value, 0);
  close(values[`alpha-error@${N}`].value!, 0, 1e-7, "alpha");
});

Deno.test("views: identical foregrounds have no finite PSNR, and it is said", async () => {
  const [first] = await views.compute(context(viewWorld(), darker(0)), { samples: 5 });
  assertEquals([first.value, first.status], [null, "not-defined"]);
  assertStringIncludes(first.reason!, "5 of 5 pictures came back identical in the foreground");
});

Deno.test("views: what a model doesn't render is not defined, what the data don't know not measured", async () => {
  const reasons = async (dataset: Dataset<"view">, subject: Subject<"view">) =>
    Object.values(await valuesOf(dataset, subject)).map(({ value, status, reason }) =>
      value === null ? `${status}: ${reason}` : "value"
    );
  const renders = (what: string) => `not-defined: told renders no ${what}`;
  const unknown = (what: string) => `not-measured: ring doesn't know the ${what} of its views`;
  const { reconstruct, maps } = darker(3);
  assertEquals(await reasons(viewWorld(), viewModel({ reconstruct })), [
    "value",
    renders("depth"),
    renders("depth"),
    renders("normals"),
    renders("alpha"),
  ]);
  assertEquals(await reasons(viewWorld(), viewModel({ maps })), [
    "not-defined: told renders no views at given cameras",
    "value",
    "value",
    "value",
    "value",
  ]);
  assertEquals(await reasons(viewWorld(), darker(3, { normals: false })), [
    "value",
    "value",
    "value",
    renders("normals"),
    "value",
  ]);
  const known = (...names: (keyof ViewMaps)[]) => viewWorld({ known: names });
  assertEquals(
    await reasons(known("depth", "normals"), darker(3)),
    range(5).map(() => unknown("alpha")),
  );
  assertEquals(await reasons(known("alpha"), darker(3)), [
    "value",
    unknown("depth"),
    unknown("depth"),
    unknown("normals"),
    "value",
  ]);
});

Deno.test("views: data that know nothing, or hold too few views, are told of", async () => {
  const { truth: _, ...blind } = viewWorld();
  const why = (dataset: Dataset<"view">, samples: number) =>
    assertRejects(
      () => views.compute(context(dataset, darker(1)), { samples }),
      MetricUnavailable,
    ).then(({ message }) => message);
  assertStringIncludes(await why(blind, 5), "ring knows nothing of its views but their pictures");
  assertStringIncludes(
    await why(viewWorld({ test: 4 }), 5),
    "the test split of ring holds 4 views",
  );
});

Deno.test("views: a model that covers half of the scene at most has no depth error, and covers none", async () => {
  const half = darker(1);
  const values = await valuesOf(
    viewWorld({ test: N }),
    viewModel({
      maps: async (asked) => {
        const found = await half.maps!(asked);
        return { ...found, alpha: found.alpha.map(() => 0.5) };
      },
    }),
  );
  assertEquals(values[`depth-coverage@${N}`].value, 0);
  assertEquals(values[`depth-error@${N}`].value, null);
  assertStringIncludes(values[`depth-error@${N}`].reason!, "the model more than half");
});

Deno.test("novelty: test views half-way between training views, the same for every row", async () => {
  const dataset = viewWorld({ train: 12, test: 6 });
  const [mean, largest] = await novelty.compute(context(dataset, darker(1)), { samples: 6 });
  // Cameras at a height of 0.5 over a circle of radius 3: 2 asin(sin(15°/2) 3/√9.25).
  const wanted = 2 * Math.asin(Math.sin(7.5 * Math.PI / 180) * 3 / Math.sqrt(9.25)) * 180 / Math.PI;
  close(mean.value!, wanted, 1e-4, "mean"); // float32 cameras
  close(largest.value!, wanted, 1e-4, "largest");
  assert(largest.value! >= mean.value!);
  assertEquals([mean.kind, mean.unit, mean.direction], ["deterministic", "°", "none"]);
  const [own] = await novelty.compute(
    context({ ...dataset, read: (_, rows) => dataset.read("train", rows) }, darker(1)),
    { samples: 6 },
  );
  assertEquals(own.value, 0, "training views are their own nearest");
});

Deno.test("a view is reconstructed by being rendered at its camera: PSNR, SSIM and LPIPS see its pictures", async () => {
  const dataset = viewWorld({ test: 6 });
  const told = context(dataset, darker(20));
  const [psnr, ssim] = await reconstruction.compute(told as never, { samples: 6 });
  assert(psnr.value! > 20 && psnr.value! < 35 && ssim.value! < 1, `${psnr.value} ${ssim.value}`);
  const seen: string[] = [];
  const distances = (a: { data: Uint8Array; channels: number }, b: typeof a) => {
    seen.push(`${a.channels} ${a.data.length} ${b.data.length}`);
    return Promise.resolve(Float64Array.from(range(6), (i) => i));
  };
  const [distance] = await lpips.compute({
    ...told,
    extractor: () => Promise.resolve({ name: "lpips-vgg", distances }),
  } as never, { samples: 6, features: "lpips-vgg" });
  assertEquals(distance.value, 2.5);
  assertEquals(seen, [`3 ${18 * viewPixels} ${18 * viewPixels}`]);
});

/** Figures of scenes: what is made of times and differences, with a made-up peer. */
import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { type FigureLine, groups, runFigures } from "../../../src/proof/figures/mod.ts";
import { overTorch } from "../../../src/proof/figures/scenes/hash_grid.ts";
import {
  farthest,
  leastLead,
  overNative,
  withGsplat,
} from "../../../src/proof/figures/scenes/raster.ts";
import { otherFiles, plyOf } from "../../../src/proof/figures/scenes/splat.ts";
import { readPly } from "../../../src/families/splat/formats/ply.ts";
import { apart } from "../../../src/proof/peers/scenes/agreement.ts";
import { relative } from "../../../src/proof/peers/scenes/hash_grid.ts";
import type { ScenesReport } from "../../../src/proof/peers/scenes/main.ts";
import { peerScene } from "../../../src/proof/peers/scenes/scene.ts";
import { inTurns } from "../../../src/proof/peers/scenes/speed.ts";
import { alone } from "../../peers/native/raster.ts";

const size = (count: number, side = 128) => ({ count, side, degree: 1 as const });
const near = (image: number, gradient = 0, beyond = 0) => ({ image, gradient, beyond, row: 0 });

/** What a made-up `peers:scenes` says: gsplat takes 40, 30 and 50 times as long as ours. */
const report: ScenesReport = {
  threads: 2,
  versions: { gsplat: "0" },
  speed: [
    { ...size(5000), ours: [1, 1, 9], theirs: [40, 40, 1], lists: [30, 30, 0], pairs: 1 },
    { ...size(20_000), ours: [2, 2, 2], theirs: [60, 60, 60], lists: [20, 20, 20], pairs: 1 },
    { ...size(50_000), ours: [3, 3, 3], theirs: [150, 150, 150], lists: [3, 3, 3], pairs: 1 },
  ],
  agreement: [
    { ...size(200, 32), ours: near(1e-7, 3e-6), theirs: near(0) },
    { ...size(20_000), ours: near(2e-6, 2e-5, 1), theirs: near(1) },
    { ...size(50_000, 256), ours: near(0.01, 0.5, 33), theirs: near(1) },
  ],
  ofThreads: [
    { ...size(20_000), one: [1.9, 1.9, 1.9], two: [1, 1, 1] },
    { ...size(50_000, 256), one: [1.8, 1.8, 1.8], two: [1, 1, 1] },
  ],
  views: { ...size(50_000, 256), seconds: [0.02, 0.02, 5], threads: 2 },
  hash: {
    ...{ levels: 12, features: 2, rowBits: 15, base: 12, finest: 512, points: 4, versions: {} },
    ...{ ours: [1, 1, 1], plain: [20, 20, 20], flat: [7, 7, 7], apart: 1e-7 },
  },
};
const native = {
  by: "cc",
  compared: [
    { ...size(20_000), wasm: [1.2, 1.2], native: [1, 1], differ: 0 },
    { ...size(50_000, 256), wasm: [1.1, 1.1], native: [1, 1], differ: 0 },
  ],
};

/** Lines of the figures that programs tell, which say these things. */
async function lines(said: ScenesReport, code = 0): Promise<Map<string, FigureLine>> {
  const figures = groups.scenes.filter(({ name }) => /^(raster|hash-grid)-/.test(name));
  const folder = await Deno.makeTempDir();
  try {
    const found = new Map<string, FigureLine>();
    const run = (args: readonly string[]) => {
      const stdout = JSON.stringify(args.includes("--json") ? said : native);
      return Promise.resolve({ code, seconds: 0, stdout, stderr: code === 0 ? "" : "no gsplat" });
    };
    for await (const line of runFigures(figures, { run, measure: true, folder })) {
      found.set(line.figure, line);
    }
    return found;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the worst scene is each figure's value, of medians", async () => {
  const found = await lines(report);
  const values = Object.fromEntries([...found].map(([name, { value }]) => [name, value]));
  assertEquals(values, {
    "raster-over-gsplat": 30,
    "raster-over-gsplat-without-lists": 10,
    "raster-threads": 1.8,
    "raster-views-per-second": 50,
    "raster-over-native": 1.2,
    "raster-image-from-gsplat": 2e-6,
    "raster-gradient-from-gsplat": 2e-5,
    "raster-pixels-beyond": 33 / 65536,
    "hash-grid-over-pytorch": 7,
  });
  for (const line of found.values()) assert(line.holds, JSON.stringify(line));
});

Deno.test("what tells nothing, or breaks down, is a figure without a value", async () => {
  for (const line of (await lines({ threads: 2 })).values()) {
    if (line.figure === "raster-over-native") continue;
    assertEquals([line.value, line.holds], [null, false], line.figure);
  }
  for (const line of (await lines(report, 2)).values()) {
    assertEquals(line.value, null);
    assertMatch(line.reason!, /no gsplat/);
  }
});

Deno.test("sides that do other work have no ratio", () => {
  const [first, second] = native.compared;
  const other = overNative({ by: "cc", compared: [first, { ...second, differ: 3 }] });
  assertEquals(other.value, null);
  assertMatch(other.reason!, /50000 splats, 256²: 3 bytes differ/);
  assertEquals(overTorch({ ...report.hash!, apart: 1e-3 }).value, null);
  assertEquals(overTorch({ ...report.hash!, apart: NaN }).value, null);
  assertEquals(leastLead([]).value, null);
  assertEquals(leastLead([{ ...size(1), ours: [0], theirs: [1] }]).value, null);
  assertEquals(farthest([], () => 0).value, null);
  assertEquals(farthest(report.agreement!, () => NaN).value, null);
});

Deno.test("lists are taken from each turn's own time", () => {
  const speed = [{ ...size(1), ours: [1], theirs: [10, 20], lists: [4, 19], pairs: 0 }];
  assertEquals(withGsplat(speed, false)[0].theirs, [6, 1]);
  assertEquals(withGsplat(speed, true)[0].theirs, [10, 20]);
});

Deno.test("differences: the largest value, pixels, and the worst row by its norm", () => {
  const theirs = { picture: [0, 0, 0, 1, 1, 1], gradients: [3, 4, 0, 0, 30, 40] };
  const ours = { picture: [0, 5e-5, 0, 1.5, 1, 1.25], gradients: [3, 4.5, 0, 0, 30, 41] };
  const found = apart(ours, theirs, { count: 2 });
  assertEquals([found.image, found.beyond, found.row], [0.5, 1, 0]);
  assertAlmostEquals(found.gradient, 0.1, 1e-12);
  const none = apart({ ...ours, gradients: [3, 4, 1, 0, 30, 40] }, theirs, { count: 2 });
  assertEquals([none.gradient, none.row], [Infinity, 1]);
  const bad = apart({ picture: [NaN, 0, 0, 1, 1, 1], gradients: [3, NaN, 0, 0, 30, 40] }, theirs, {
    count: 2,
  });
  assertEquals([bad.image, bad.beyond, bad.gradient], [Infinity, 1, Infinity]);
  assertEquals(relative([3, 4.5], [3, 4]), 0.1);
  assertEquals([relative([1], [1, 2]), relative([NaN], [1])], [Infinity, Infinity]);
});

Deno.test("turns: each goes first in its round, and a turn's times stay with it", async () => {
  const order: string[] = [];
  const turn = (name: string) => () => {
    order.push(name);
    return { [name]: order.length };
  };
  const seconds = await inTurns([turn("a"), turn("b")], 2);
  assertEquals(order, ["a", "b", "b", "a"]);
  assertEquals(seconds, { a: [1, 4], b: [2, 3] });
});

Deno.test("files of one side alone differ; sides of as many processors say nothing", () => {
  const trained = (cores: number, files: Record<string, number[]>) => ({
    cores,
    files: Object.fromEntries(Object.entries(files).map(([n, b]) => [n, Uint8Array.from(b)])),
  });
  const one = trained(1, { fixed: [1, 2], mcmc: [3] });
  assertEquals(otherFiles(one, trained(2, { fixed: [1, 2], mcmc: [3] })).value, 0);
  assertEquals(otherFiles(one, trained(2, { fixed: [1, 2], mcmc: [4] })).value, 1);
  assertEquals(otherFiles(one, trained(2, { fixed: [1], classic: [1] })).value, 3);
  assertEquals(otherFiles(one, trained(1, { fixed: [1, 2], mcmc: [3] })).value, null);
  assertEquals(otherFiles(trained(1, {}), trained(2, {})).value, null);
});

Deno.test("the file of many splats has the splats that were drawn", () => {
  const { parameters, form } = peerScene({ ...size(7), degree: 2 });
  const read = readPly(plyOf(parameters, form), "a file");
  assertEquals([read.count, read.degree], [7, 2]);
  assertEquals(read.parameters, parameters);
});

Deno.test("native code waits for nobody and shares no memory; all else is left as it is", () => {
  const wat = [
    '(import "env" "memory" (memory (;0;) 1 65536 shared))',
    "f32x4.add",
    "memory.atomic.notify",
    "  memory.atomic.wait32 offset=4",
  ].join("\n");
  assertEquals(alone(wat).split("\n"), [
    '(import "env" "memory" (memory (;0;) 1 65536))',
    "f32x4.add",
    "drop drop i32.const 0",
    "  drop drop drop i32.const 0",
  ]);
});

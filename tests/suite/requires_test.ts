import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import type { Dataset } from "../../src/data/dataset.ts";
import { extractorTable } from "../../src/extractors/table.ts";
import { metrics, originOf } from "../../src/registry.ts";
import { planSuite } from "../../src/plan/plan.ts";
import { checkAgainst, loadSuites, parseSuite } from "../../src/suite/load.ts";
import { SuiteError } from "../../src/suite/problem.ts";
import { law } from "../law.ts";

const file = "suites/mine.yaml";

const text = (
  metricLines: readonly string[],
  { data = "dataset: heads, size: 16, train: 200, test: 100", controls = "[noise]", more = "" } =
    {},
) =>
  [
    "suite: mine",
    `data: { ${data} }`,
    "budget: { steps: 5 }",
    "seeds: [1]",
    `controls: ${controls}`,
    ...(more === "" ? [] : [more]),
    "runs:",
    "  - autoencoder: { latent: 8, width: 8 }",
    "metrics:",
    ...metricLines.map((line) => `  - ${line}`),
  ].join("\n");

async function mistakes(suite: string, cache?: string) {
  try {
    await parseSuite(suite, { file, cache });
    return "";
  } catch (error) {
    if (error instanceof SuiteError) return error.message;
    throw error;
  }
}

Deno.test("mistyped extractors and factors are told at once, each with its place and the nearest", async () => {
  const told = await mistakes(text([
    "kernel: { features: jugde, samples: 64 }",
    "reconstruction: { samples: 64 }",
    "shares: { factor: gendr, samples: 64 }",
    "control: { factor: expresion, samples: 64, moved: 10 }",
    "conditional: { factor: gneder, samples: 64 }",
    "codes: { factor: gendre, samples: 64 }",
    "disentanglement: { factors: [gender, yew], samples: 64 }",
  ]));
  const first = told.split("\n").filter((line) => line.startsWith(file));
  assertEquals(first, [
    `${file}:9:25: unknown extractor \`jugde\`; did you mean \`judge\`?`,
    `${file}:11:23: heads has no class factor \`gendr\`; did you mean \`gender\`?`,
    `${file}:12:24: heads has no class factor \`expresion\`; did you mean \`expression\`?`,
    `${file}:13:28: heads has no class factor \`gneder\`; did you mean \`gender\`?`,
    `${file}:14:22: heads has no class factor \`gendre\`; did you mean \`gender\`?`,
    `${file}:15:42: heads has no factor \`yew\`; did you mean \`yaw\`?`,
  ]);
});

Deno.test("a factor that is only a metric's default is told too, but for those that may lack", async () => {
  const digits = (line: string) => mistakes(text([line], { data: "dataset: digits" }));
  assertStringIncludes(
    await digits("control: { samples: 64, by: [reading] }"),
    "digits has no class factor `expression`; it is the default of `control.factor`\n" +
      "  its class factors: digit",
  );
  assertEquals(await digits("face: { samples: 64, train: 64 }"), "");
  assertStringIncludes(
    await digits("face: { samples: 64, train: 64, factors: [gender] }"),
    "digits has no class factor `gender`",
  );
});

Deno.test("a name in a list of an axis is told where it stands in the list", async () => {
  const told = await mistakes(text(["kernel: { features: [judge, lite], samples: 64 }"]));
  assertStringIncludes(told, `${file}:9:33: unknown extractor \`lite\`; did you mean \`lite0\`?`);
});

Deno.test("extractors that can't do what is asked, or whose weights aren't named, are refused", async () => {
  assertStringIncludes(
    await mistakes(text(["shares: { factor: gender, features: lite0, samples: 64 }"])),
    `${file}:9:41: \`shares\` wants classes; \`lite0\` gives features\n  extractors with classes: judge,`,
  );
  assertStringIncludes(
    await mistakes(text(["frechet: { features: inception-fid-tf1, samples: 64 }"])),
    "`inception-fid-tf1` needs your weights file, and the suite names none\n" +
      "  extractors: { inception-fid: { weights: FILE, sha256: … } }",
  );
  assertStringIncludes(
    await mistakes(text(["lpips: { samples: 64 }"])),
    "`lpips-vgg` needs your weights file",
  );
  assertStringIncludes(
    await mistakes(text(["frechet: { features: lpips-vgg, samples: 64 }"])),
    "`frechet` wants features; `lpips-vgg` gives distances",
  );
  assertEquals(await mistakes(text(["duplicates: { features: pixels, samples: 64 }"])), "");
  assertStringIncludes(
    await mistakes(text(["frechet: { features: pixels, samples: 64 }"])),
    "unknown extractor `pixels`",
  );
});

Deno.test("weights that aren't there, or are others, are told before anything runs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "w.onnx");
    await Deno.writeTextFile(path, "weights");
    const digest = "9f6ca5e8b3bc9f4b3d0c1b6d9a6a5d7c5c0d6c1d2c0b0a090807060504030201";
    const suite = (weights: string, sha256: string) =>
      mistakes(text(["frechet: { features: onnx, samples: 64 }"], {
        more: `extractors: { onnx: { weights: ${weights}, sha256: ${sha256} } }`,
      }));
    assertStringIncludes(await suite(join(folder, "none.onnx"), digest), "none.onnx isn't there");
    assertStringIncludes(await suite(path, digest), `has sha256 `);
    const right = (await suite(path, digest)).match(/has sha256 (\w{64})/)![1];
    assertEquals(await suite(path, right), "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("more pictures than a split holds: refused where asked for, fitted and said where left out", async () => {
  assertEquals(
    await mistakes(text(["reconstruction: { samples: 101 }"])),
    `${file}:9:32: \`reconstruction.samples\` is 101: the test split of heads holds 100\n` +
      "  lower it, or make the split larger",
  );
  const suite = await parseSuite(
    text(["reconstruction", "frechet", "control: { factor: gender }"]),
    { file },
  );
  assertEquals(suite.metrics.map(({ config }) => config.samples), [100, 100, 100]);
  assertEquals(suite.metrics[2].config.moved, 50);
  assertEquals(suite.notes, [
    "reconstruction: samples 100, not 1,000: the test split of heads holds 100",
    "frechet: samples 100, not 2,000: the test split of heads holds 100",
    "control: samples 100, not 2,000: the test split of heads holds 100",
    "control: moved 50, not 240: the half that the probe doesn't see holds 50",
  ]);
});

Deno.test("with held-out data among the rows, numbers leave room for those", async () => {
  const toys = "dataset: toys, shape: moons, train: 200, test: 300";
  const suite = await parseSuite(
    text(["duplicates", "reconstruction"], {
      data: toys,
      controls: "[held-out, noise]",
    }),
    { file },
  );
  assertEquals(suite.metrics.map(({ config }) => config.samples), [150, 300]);
  assertEquals(suite.notes, [
    "duplicates: samples 150, not 2,000: the held-out row takes as many points of the test split " +
    "again, and that leaves 150",
    "reconstruction: samples 300, not 1,000: the test split of toys holds 300",
  ]);
  const judged = await parseSuite(
    text(["frechet"], {
      data: "dataset: heads, size: 16, train: 200, test: 100, judge_test: 70",
      controls: "[held-out]",
    }),
    { file },
  );
  assertEquals(judged.metrics[0].config.samples, 70);
  assertStringIncludes(
    await mistakes(text(["duplicates: { samples: 151 }"], { data: toys, controls: "[held-out]" })),
    `${file}:9:28: \`duplicates.samples\` is 151: the held-out row takes as many points of the test ` +
      "split again, and that leaves 150\n" +
      "  lower it, make the split larger, or name `controls` without held-out",
  );
});

Deno.test("a split that is too small for a metric at all is a mistake, not a number", async () => {
  const told = await mistakes(text(["control: { factor: gender }"], {
    data: "dataset: heads, size: 16, train: 200, test: 5",
  }));
  assertStringIncludes(told, "`control.samples` is 2,000: the test split of heads holds 5");
});

Deno.test("data that only loading tells are loaded where a number is left out, else checked later", async () => {
  const folder = "dataset: tiny-blobs";
  const suite = (line: string) =>
    text([line], {
      data: folder,
      more: "modules: [../tests/run/tiny.ts]",
    }).replace("autoencoder: { latent: 8, width: 8 }", "tiny-linear");
  const later = await parseSuite(suite("reconstruction: { samples: 41 }"), { file });
  assertEquals(later.metrics[0].config.samples, 41);
  const { tinyData } = await import("../run/tiny.ts");
  const dataset: Dataset = await tinyData.load({ train: 50 }, { cache: "", jobs: 1 });
  const refused = await assertRejects(
    () => Promise.resolve().then(() => checkAgainst(later, dataset)),
    SuiteError,
  );
  assertStringIncludes(
    refused.message,
    `${file}:10:32: \`reconstruction.samples\` is 41: the test split of tiny-blobs holds 40`,
  );
  const cache = await Deno.makeTempDir();
  const fitted = await parseSuite(suite("reconstruction"), { file, cache });
  assertEquals(fitted.metrics[0].config.samples, 40);
  checkAgainst(fitted, dataset);
  assertStringIncludes(
    await mistakes(suite("codes: { factor: sid }"), cache),
    "tiny-blobs has no class factor `sid`; did you mean `side`?",
  );
});

Deno.test("a model that can't be built for the data is told at its entry", async () => {
  const told = await mistakes(
    text(["reconstruction: { samples: 10 }"]).replace(
      "autoencoder: { latent: 8, width: 8 }",
      "gan: { width: 8, condition: [gendre] }",
    ),
  );
  assertStringIncludes(
    told,
    `${file}:7:33: \`gan\` can't be built for heads (16×16×3): condition:`,
  );
  assertStringIncludes(told, "did you mean `gender`?");
});

Deno.test("a budget in seconds is no budget of one step: models of several phases can be built", async () => {
  const of = (budget: string) =>
    mistakes(
      text(["reconstruction: { samples: 10 }"])
        .replace("autoencoder: { latent: 8, width: 8 }", "vqvae: { width: 8 }")
        .replace("budget: { steps: 5 }", `budget: { ${budget} }`),
    );
  assertEquals(await of("seconds: 5"), "");
  assertStringIncludes(await of("steps: 1"), "`vqvae` can't be built for heads (16×16×3)");
});

Deno.test("two metrics that would give values of one name are refused; one metric twice is one", async () => {
  assertStringIncludes(
    await mistakes(text([
      "frechet: { samples: 64 }",
      "frechet: { samples: 64, algebra: host }",
    ])),
    `${file}:10:14: \`frechet\` gives \`FD-judge-heads-v1@64\`, as an earlier entry of`,
  );
  const suite = await parseSuite(text(["frechet: { samples: 64 }", "frechet: { samples: 64 }"]), {
    file,
  });
  assertEquals(suite.metrics.length, 1);
});

Deno.test("every suite of the project is what its data and extractors allow, as it is", async () => {
  for await (const { name } of Deno.readDir("suites")) {
    if (!name.endsWith(".yaml")) continue;
    for (const suite of await loadSuites(join("suites", name))) {
      assertEquals(suite.notes, [], `${suite.name} says all its numbers`);
    }
  }
});

Deno.test("what is required is of settings that the metric has, in every metric that there is", async () => {
  for (const [name, { load }] of Object.entries(metrics)) {
    if (originOf("metrics", name) !== undefined) continue; // another test's
    const metric = await load();
    const config = metric.config.parse({}) as Record<string, unknown>;
    for (const required of metric.requires?.(config) ?? []) {
      assert(required.key in config, `${name}: ${required.key}`);
      if (required.kind === "extractor") assertEquals(required.name, config[required.key], name);
      if (required.kind === "rows" || required.kind === "samples") {
        assertEquals(required.count, config[required.key], name);
      }
    }
    // A number of pictures, an extractor or a factor that nothing names would be found out late.
    const named = new Set((metric.requires?.(config) ?? []).map(({ key }) => key));
    for (const key of ["samples", "features"]) {
      if (key in config && !["path_length"].includes(name)) {
        assert(named.has(key), `${name}.${key}`);
      }
    }
  }
});

law("an extractor that there isn't is refused by every metric that takes one, never run", {
  source: "definition",
  given: {
    metric: fc.constantFrom("kernel", "frechet", "coverage", "duplicates", "authenticity", "vendi"),
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
  },
  cases: 40,
  async holds({ metric, name }) {
    const known = Object.entries(extractorTable).some(([key, { versioned }]) =>
      name.startsWith(key) || name.startsWith(versioned)
    );
    fc.pre(!known && name !== "pixels");
    const told = await mistakes(text([`${metric}: { features: ${name}, samples: 64 }`]));
    assertStringIncludes(told, `unknown extractor \`${name}\``);
  },
  kills: ["extractors-unchecked"],
});

law("fitted numbers are the largest that the splits hold, and stand in the plan", {
  source: "definition",
  given: {
    test: fc.integer({ min: 40, max: 3000 }),
    judges: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3000 })),
    heldOut: fc.boolean(),
  },
  cases: 40,
  async holds({ test, judges, heldOut }) {
    const suite = await parseSuite(
      text(["frechet"], {
        data: `dataset: heads, size: 16, train: 50, test: ${test}, judge_test: ${judges}`,
        controls: heldOut ? "[held-out, noise]" : "[noise]",
      }),
      { file },
    );
    const others = !heldOut ? Infinity : judges > 0 ? judges : Math.floor(test / 2);
    const expected = Math.min(2000, test, others);
    fc.pre(expected >= 2);
    assertEquals(suite.metrics[0].config.samples, expected);
    assertEquals(suite.notes!.length, expected === 2000 ? 0 : 1);
    const [run] = planSuite(suite, { engine: "wasm" });
    assertEquals(run.spec.metrics[0].config.samples, expected);
  },
  kills: ["numbers-not-fitted", "held-out-takes-no-room"],
});

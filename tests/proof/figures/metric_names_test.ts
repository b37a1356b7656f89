import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { filesNamingMetrics } from "../../../src/proof/figures/house/metric_names.ts";

/** What is found where one file holds this text. */
async function namedBy(text: string, file = "report/model/some.ts"): Promise<readonly string[]> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(dirname(join(folder, file)), { recursive: true });
  await Deno.writeTextFile(join(folder, file), text);
  const found = await filesNamingMetrics(folder);
  await Deno.remove(folder, { recursive: true });
  assert(found.every((one) => one.file === file));
  return found.flatMap(({ names }) => names);
}

Deno.test("no file of src names a metric outside its row", async () => {
  assertEquals(await filesNamingMetrics(), []);
});

Deno.test("a metric is named by a comparison, a list, a key, an option of a command or a suite's text", async () => {
  assertEquals(await namedBy(`if (column.metric === "frechet") go();`), ["frechet"]);
  assertEquals(await namedBy(`if (metric === "control") go();`), ["control"]);
  assertEquals(await namedBy(`const theme = { metrics: ["likelihood", "vendi"] };`), [
    "likelihood",
    "vendi",
  ]);
  assertEquals(await namedBy("const rows = { few_steps: 1 };"), ["few_steps"]);
  assertEquals(await namedBy(`run("evaluate --real a --metrics kernel,frechet");`), [
    "frechet",
    "kernel",
  ]);
  assertEquals(await namedBy("const suite = `metrics: [{ reconstruction: { samples: 2 } }]`;"), [
    "reconstruction",
  ]);
});

Deno.test("a value is named by its beginning, in a text or a pattern", async () => {
  for (const text of [`"train-FLOPs"`, `"train-distance-"`, "/^PSNR@/", "/^coverage-/"]) {
    assertEquals(await namedBy(`const found = name.match(${text});`), [
      text.replaceAll(/^["/]|["/]$/g, ""),
    ]);
  }
  assertEquals(await namedBy("const name = `FD-${extractor}@${n}`;"), ["FD-"]);
});

Deno.test("what isn't a metric's name isn't taken for one", async () => {
  for (
    const text of [
      `// metric === "frechet"`,
      `/* "frechet" */`,
      `import { frechet } from "./frechet.ts";`,
      `if (protocol === "control") go();`,
      `const chart = { kind: "shares", likelihood: "exact" };`,
      `const { frechet } = metricNames;`,
      `key.metric("codes");`,
      `const about = "FD and PSNR of pictures";`,
    ]
  ) assertEquals(await namedBy(text), [], text);
});

Deno.test("a metric's own file names it and no other; its row's table names all", async () => {
  const own = `export const m = defineMetric({ name: "frechet", metric: "frechet" });\n`;
  assertEquals(await namedBy(own, "metrics/features/frechet.ts"), []);
  assertEquals(await namedBy(`${own}const other = "vendi";`, "metrics/features/frechet.ts"), [
    "vendi",
  ]);
  assertEquals(await namedBy(own, "show/frechet.ts"), ["frechet"]);
  assertEquals(await namedBy(`const rows = { frechet: "vendi" };`, "metrics/table/table.ts"), []);
});

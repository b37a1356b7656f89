import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { asInstalled } from "../../src/base/program/child.ts";
import { metricFaults } from "../../src/metrics/contract.ts";
import type { Metric } from "../../src/metrics/metric.ts";
import type { ReportModel } from "../../src/report/model/model.ts";
import { brightness } from "./brightness.ts";

Deno.test("example: a user's metric is as a metric has to be", () => {
  assertEquals(metricFaults(brightness as Metric), []);
});

Deno.test("example: a suite measures by a user's metric, and the report ranks rows by it in its own table", async () => {
  const out = await Deno.makeTempDir();
  const likeness = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", asInstalled, "src/main.ts", ...args, "--out", out],
      stdout: "piped",
      stderr: "piped",
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, text);
    return text;
  };
  const suite = "tests/examples/brightness.yaml";
  await likeness("run", suite, "--engine", "wasm", "--no-report", "--no-gate", "--jobs", "1");
  await likeness("report", suite, "--format", "json", "--to", `${out}/page`);
  const model: ReportModel = JSON.parse(await Deno.readTextFile(`${out}/page/report.json`));
  const light = model.tables.find(({ id }) => id === "light")!;
  assertEquals(light.columns.map(({ name }) => name), ["brightness@32"]);
  const value = (family: string) => {
    const { id } = model.groups.find((group) => group.family === family)!;
    const [cell] = light.rows.find(({ group }) => group === id)!.cells;
    if (cell.kind !== "value") throw new Error(`${family}: ${JSON.stringify(cell)}`);
    return cell.estimate.mean;
  };
  assert(value("held-out") < value("noise"), "noise is grey on average, heads are not");
  assertEquals(model.leaderboard.columns[0].name, "brightness@32");
  assertStringIncludes(model.leaderboard.caption, "Ordered by brightness@32");
  assertEquals(model.ranking!.columns[0].name, "brightness@32");
  await Deno.remove(out, { recursive: true });
});

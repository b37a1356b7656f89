/** A worker does the work that was planned, on the files that it was planned on, or none. */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join, toFileUrl } from "@std/path";
import sharp from "sharp";
import { sourceOf } from "../../src/content/modules.ts";
import { withCodeOf } from "../../src/gate/speed/interleave.ts";
import { processes } from "../../src/launch/transport/processes.ts";
import { launch } from "../../src/launch/schedule.ts";
import { TaskServer } from "../../src/launch/serve.ts";
import { planSuite } from "../../src/plan/plan.ts";
import { hostProvenance } from "../../src/record/provenance.ts";
import { openStore } from "../../src/record/store.ts";
import type { Outcome } from "../../src/run/events.ts";
import { loadSuite, parseSuite } from "../../src/suite/load.ts";
import { inFolder, planned as plannedTiny } from "../run/harness.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));

Deno.test("a module edited after planning is refused by run and by speed, with both digests", () =>
  inFolder(async (folder) => {
    const text = await Deno.readTextFile(join(root, "tests/run/tiny.ts"));
    await Deno.writeTextFile(
      join(folder, "tiny.ts"),
      text.replaceAll('"../../src/', `"${join(root, "src")}/`).replaceAll('"tiny-', '"edited-'),
    );
    await Deno.writeTextFile(
      join(folder, "tiny.yaml"),
      [
        "suite: tiny",
        "data: { dataset: edited-blobs }",
        "budget: { steps: 3 }",
        "batch: 8",
        "modules: [tiny.ts]",
        "runs: [edited-linear]",
        "controls: []",
        "metrics: [{ edited-brightness: { samples: 20 } }, edited-speed]",
      ].join("\n"),
    );
    const suite = await loadSuite(join(folder, "tiny.yaml"));
    const [planned] = planSuite(suite, { engine: "wasm" });
    const launched = async (options: { again?: boolean } = {}) => {
      const { outcomes } = await launch([planned], {
        launcher: processes,
        settings: {
          out: join(folder, "out"),
          engine: "wasm",
          engineChoice: "named",
          modules: suite.modules,
          provenance: await hostProvenance("test"),
          checkpointSeconds: 30,
          dataJobs: 1,
        },
        jobs: 1,
        speedMetrics: new Set(["edited-speed"]),
        ...options,
      });
      return outcomes.get(planned.id)!;
    };
    const done = await launched();
    assert(done.kind === "record" && done.record.state === "done", JSON.stringify(done));
    const path = join(folder, "tiny.ts");
    await Deno.writeTextFile(path, await Deno.readTextFile(path) + "\n// edited\n");
    const edited = planSuite(await loadSuite(join(folder, "tiny.yaml")), { engine: "wasm" })[0];
    assert(edited.spec.code !== planned.spec.code && edited.id !== planned.id);
    const refusal = (cause: string) => {
      assertStringIncludes(cause, "the module of `edited-linear`");
      for (const { spec } of [planned, edited]) {
        assertStringIncludes(cause, spec.code!.slice(0, 16));
      }
    };
    const speed = await launched({ again: true });
    assert(speed.kind === "failed");
    refusal(speed.cause);
    // What is done stands: it is of what was planned.
    const stands = await launched();
    assert(stands.kind === "record" && stands.cached && stands.record.state === "done");
    await openStore(join(folder, "out")).clear(planned.id);
    const other = await launched();
    assert(other.kind === "record" && other.record.state === "failed");
    refusal(other.record.cause!);
  }));

Deno.test("measured in turns, the other checkout's worker is asked for the other checkout's code", () =>
  inFolder(async (folder) => {
    const [here, there] = ["here", "there"].map((name) => join(folder, name));
    for (const [at, text] of [[here, "1"], [there, "2"]]) {
      await Deno.mkdir(at);
      await Deno.writeTextFile(join(at, "own.ts"), `export const own = ${text};\n`);
    }
    await Deno.writeTextFile(join(folder, "outside.ts"), "export const outside = 1;\n");
    const [own, outside] = await Promise.all(
      [join(here, "own.ts"), join(folder, "outside.ts")].map((path) =>
        sourceOf(toFileUrl(path).href)
      ),
    );
    const tiny = plannedTiny();
    const run = {
      ...tiny,
      sources: [own, outside],
      spec: {
        ...tiny.spec,
        code: own.digest,
        metrics: tiny.spec.metrics.map((asked) => ({ ...asked, code: outside.digest })),
      },
    };
    const other = await withCodeOf(run, there, here);
    const { digest } = await sourceOf(toFileUrl(join(there, "own.ts")).href);
    assertNotEquals(digest, own.digest);
    assertEquals([other.id, other.spec.code], [run.id, digest]);
    assertEquals(other.sources!.map(({ url }) => url), [
      toFileUrl(join(there, "own.ts")).href,
      outside.url,
    ]);
    assertEquals(other.spec.metrics[0].code, outside.digest, "what lies outside is the same");
    assertEquals(await withCodeOf(tiny, there, here), tiny);
  }));

Deno.test("pictures that changed after planning are refused, with both digests", () =>
  inFolder(async (folder) => {
    const pictures = join(folder, "pictures");
    await Deno.mkdir(pictures);
    const write = async (shade: number) => {
      for (let i = 0; i < 34; i++) {
        const data = new Uint8Array(16 * 20 * 3).fill(shade + i);
        await sharp(data, { raw: { width: 20, height: 16, channels: 3 } }).png()
          .toFile(join(pictures, `${i}.png`));
      }
    };
    const plan = async () => {
      const suite = await parseSuite(
        "{ suite: fold, data: { dataset: folder, path: pictures, size: 16 }, budget: { steps: 1 }," +
          " runs: [vae], controls: [noise], metrics: [sliced] }",
        { file: join(folder, "fold.yaml") },
      );
      return planSuite(suite, { engine: "wasm" })[0];
    };
    await write(10);
    const planned = await plan();
    await write(20);
    const outcomes: Outcome[] = [];
    const server = new TaskServer({
      out: join(folder, "out"),
      engine: "wasm",
      engineChoice: "named",
      modules: [],
      provenance: await hostProvenance("test"),
      checkpointSeconds: 30,
      dataJobs: 1,
    }, {
      stopped: () => false,
      post: (message) => message.kind === "outcome" && outcomes.push(message.outcome),
    });
    await server.serve({ planned, work: "run", fresh: false });
    const [outcome] = outcomes;
    assert(outcome.kind === "record" && outcome.record.state === "failed", JSON.stringify(outcome));
    for (const { spec } of [planned, await plan()]) {
      assertStringIncludes(outcome.record.cause!, spec.data.content!.slice(0, 16));
    }
    await server.serve({ planned: await plan(), work: "run", fresh: false });
    assert(outcomes[1].kind === "record" && outcomes[1].record.state !== "failed");
  }));

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { launch, type LaunchEvent } from "../../src/launch/schedule.ts";
import { planSuite } from "../../src/plan/plan.ts";
import type { PlannedRun } from "../../src/record/record.ts";
import { openStore } from "../../src/record/store.ts";
import { checkpointFile, decodeState } from "../../src/run/checkpoint.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { leaves } from "../../src/engine/tree.ts";
import { parseSuite } from "../../src/suite/load.ts";
import { inFolder } from "../run/harness.ts";
import { options } from "./launching.ts";

const module = new URL("../run/tiny.ts", import.meta.url).pathname;

/** The plan of a suite of the tiny family, one entry a line. */
async function planOf(
  runs: readonly string[],
  { name = "needs", samples = 20, steps = 6 } = {},
): Promise<PlannedRun[]> {
  const suite = await parseSuite(
    `suite: ${name}
modules: [${JSON.stringify(module)}]
data: { dataset: tiny-blobs }
budget: { steps: ${steps} }
batch: 8
seeds: [1, 2]
controls: []
runs:
${runs.map((run) => `  - tiny-linear: { ${run} }`).join("\n")}
metrics: [{ tiny-brightness: { samples: ${samples} } }]
`,
    { file: "needs.yaml" },
  );
  return planSuite(suite, { engine: "wasm" });
}

/** Labels of runs that trained in a launch. */
async function trained(plan: readonly PlannedRun[], out: string, change = {}): Promise<string[]> {
  const found: string[] = [];
  const onEvent = (event: LaunchEvent) => {
    if (event.kind === "news" && event.event.kind === "phase" && event.event.phase === "train") {
      found.push(`${event.planned.label} ${event.planned.spec.seed}`);
    }
  };
  await launch(plan, await options(out, { onEvent, ...change }));
  return found.sort();
}

const states = async (plan: readonly PlannedRun[], out: string) =>
  Object.fromEntries(
    await Promise.all(plan.map(async ({ id, label, spec }) => {
      const record = await openStore(out).readRecord(id);
      return [`${label} ${spec.seed}`, record?.state ?? "none"];
    })),
  );

Deno.test("what is taken is the other's final state, and stays as it is where nothing trains it", () =>
  inFolder(async (out) => {
    const plan = await planOf(["name: base", "name: frozen, from: base, rate: 0"]);
    assertEquals((await trained(plan, out)).length, 4);
    const { engine } = await openEngine("wasm"), store = openStore(out);
    const params = async ({ id }: PlannedRun) => {
      const { state } = decodeState(engine, (await store.read(id, checkpointFile))!);
      const own = leaves(state.params as never);
      return await Promise.all(own.map(async ([path, leaf]) => [path, await engine.read(leaf)]));
    };
    const of = (label: string, seed: number) =>
      plan.find((run) => run.label === label && run.spec.seed === seed)!;
    for (const seed of [1, 2]) {
      assertEquals(await params(of("frozen", seed)), await params(of("base", seed)));
      const record = (await store.readRecord(of("frozen", seed).id))!;
      const base = (await store.readRecord(of("base", seed).id))!;
      const { sha256 } = base.artefacts.find(({ name }) => name === "checkpoint")!;
      assertEquals(record.needs, [{
        role: "weights",
        run: base.id,
        label: "base",
        seed,
        artefact: "checkpoint",
        sha256,
      }]);
    }
    assertNotEquals(await params(of("base", 1)), await params(of("base", 2)));
  }));

Deno.test("a diverged need leaves its dependents failed, touches nothing else, and is mended once", () =>
  inFolder(async (out) => {
    const runs = ["name: base, breaksAt: 3", "name: next, from: base", "name: last, from: next"];
    const plan = await planOf([...runs, "name: alone, latent: 3"]);
    assertEquals(await trained(plan, out), ["alone 1", "alone 2", "base 1", "base 2"]);
    const failed = {
      "next 1": "failed",
      "next 2": "failed",
      "last 1": "failed",
      "last 2": "failed",
    };
    const others = {
      "base 1": "diverged",
      "base 2": "diverged",
      "alone 1": "done",
      "alone 2": "done",
    };
    assertEquals(await states(plan, out), { ...failed, ...others });
    const record = await openStore(out).readRecord(plan.find(({ label }) => label === "last")!.id);
    assertMatch(
      record!.cause!,
      /^needs next seed 1, which failed: needs base seed 1, which diverged: /,
    );
    // Again: the diverged one is final, and so is its consequence.
    assertEquals(await trained(plan, out), []);
    // Sound ones under it are other runs, and train what wasn't.
    const sound = await planOf([
      runs[0].replace(", breaksAt: 3", ""),
      ...runs.slice(1),
      "name: alone, latent: 3",
    ]);
    assertEquals(await trained(sound, out), [
      "base 1",
      "base 2",
      "last 1",
      "last 2",
      "next 1",
      "next 2",
    ]);
    assertEquals(new Set(Object.values(await states(sound, out))), new Set(["done"]));
    assertEquals(await trained(sound, out), [], "nothing is trained twice");
    // What is asked for is forgotten; what is there only since that needs it isn't.
    const pulled = new Set(sound.filter(({ label }) => label !== "last").map(({ id }) => id));
    assertEquals(await trained(sound, out, { fresh: true, pulled }), ["last 1", "last 2"]);
  }));

Deno.test("a run without what it needs says so; a changed artefact is never taken", () =>
  inFolder(async (out) => {
    const plan = await planOf(["name: base", "name: next, from: base"]);
    const only = (label: string) => plan.filter((run) => run.label === label);
    const store = openStore(out), [next] = only("next"), [base] = only("base");
    await launch([next], await options(out));
    assertStringIncludes(
      (await store.readRecord(next.id))!.cause!,
      `needs base seed 1 (run ${base.id}), which has no record in`,
    );
    await launch(only("base"), await options(out));
    const bytes = (await store.read(base.id, checkpointFile))!;
    bytes[bytes.length - 1] ^= 1;
    await store.write(base.id, checkpointFile, bytes);
    await launch([next], await options(out));
    const { state, cause } = (await store.readRecord(next.id))!;
    assertEquals(state, "failed");
    assertMatch(cause!, /the checkpoint of base seed 1, was changed: its sha256 is .*--fresh/);
    bytes[bytes.length - 1] ^= 1;
    await store.write(base.id, checkpointFile, bytes);
    await launch([next], await options(out));
    assertEquals((await store.readRecord(next.id))!.state, "done");
    await Deno.remove(join(store.folder(base.id), checkpointFile));
    await launch([next], await options(out, { fresh: true }));
    assertStringIncludes((await store.readRecord(next.id))!.cause!, "isn't there any more");
  }));

Deno.test("a dependent that is stopped goes on to the bits of the uninterrupted one", () =>
  inFolder(async (whole) =>
    await inFolder(async (out) => {
      const plan = await planOf(["name: base", "name: next, from: base, slow: 25"], { steps: 30 });
      const one = plan.filter(({ spec }) => spec.seed === 1);
      await launch(one, await options(whole));
      const controller = new AbortController();
      await launch(
        one,
        await options(out, {
          signal: controller.signal,
          onEvent: (event) => {
            const { planned } = event;
            if (planned.label !== "next" || event.kind !== "news") return;
            if (event.event.kind === "progress" && event.event.step > 2) controller.abort();
          },
        }),
      );
      const next = one.find(({ label }) => label === "next")!;
      assertEquals(await openStore(out).readRecord(next.id), null);
      await launch(one, await options(out));
      const [a, b] = await Promise.all(
        [whole, out].map(async (folder) => (await openStore(folder).readRecord(next.id))!),
      );
      assertEquals([a.resumed, b.resumed], [0, 1]);
      assertEquals(a.artefacts, b.artefacts);
      assertEquals([a.seriesSha256, a.needs], [b.seriesSha256, b.needs]);
    })
  ));

Deno.test("asked for other metrics, both are measured on the weights that there are", () =>
  inFolder(async (out) => {
    const runs = ["name: base", "name: next, from: base"];
    const first = await planOf(runs), second = await planOf(runs, { name: "other", samples: 22 });
    assert(second.every(({ id }) => !first.some((run) => run.id === id)));
    assertEquals((await trained(first, out)).length, 4);
    // What they took differs in its run and not in its bytes: the dependents' training is the same.
    assertEquals(await trained(second, out), []);
    const store = openStore(out);
    for (const [i, run] of second.entries()) {
      const [before, after] = [await store.readRecord(first[i].id), await store.readRecord(run.id)];
      assertEquals(after!.trainedBy!.id, before!.id);
      assertEquals(after!.artefacts[0].sha256, before!.artefacts[0].sha256);
    }
    // Other weights under the same configuration are another training.
    const third = await planOf(["name: base, rate: 0.02", "name: next, from: base"], {
      name: "third",
    });
    assertEquals(await trained(third, out), ["base 1", "base 2", "next 1", "next 2"]);
  }));

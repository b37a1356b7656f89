import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { gunzipSync } from "fflate";
import { join } from "@std/path";
import { asInstalled } from "../../../src/base/program/child.ts";
import { DataError } from "../../../src/base/errors.ts";
import type { Dataset } from "../../../src/data/mod.ts";
import { documentSet } from "../../../src/data/text/in_memory.ts";
import { tokenised } from "../../../src/kinds/text/mod.ts";
import { executeRun } from "../../../src/protocols/execute.ts";
import { protocolOf } from "../../../src/protocols/table.ts";
import { entry } from "../../../src/protocols/curate/entry.ts";
import { groupId, runId } from "../../../src/record/identity.ts";
import type { PlannedRun, RunRecord, RunSpec } from "../../../src/record/record.ts";
import { openStore } from "../../../src/record/store.ts";
import { sheetOf } from "../../../src/show/passage/mod.ts";
import { parseSuite } from "../../../src/suite/load.ts";
import { SuiteError } from "../../../src/suite/problem.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { inFolder, tinyHost } from "../../run/harness.ts";

const splits: Readonly<Record<string, readonly string[]>> = {
  train: [
    "cafÃ© and plain words",
    "write to ahab@pequod.example",
    "\ufffd\ufffd\ufffd lost",
    "as it is",
  ],
  test: ["held out, with a@b.example"],
};

/** Documents in memory, with a factor. */
function texts(name = "few", train = splits.train): Dataset<"text"> {
  const all: Record<string, readonly string[]> = { ...splits, train };
  return {
    name,
    version: 1,
    digest: name,
    sample: { kind: "text", tokenizer: bytesTokenizer },
    factors: [{ name: "length", kind: "number", unit: "", minimum: 0, maximum: 99 }],
    notes: [],
    size: (split) => all[split]?.length ?? 0,
    read: (split, indices) => {
      const some = Array.from(indices, (i) => all[split][i]);
      return Promise.resolve({
        samples: tokenised(some, bytesTokenizer),
        labels: { length: Float32Array.from(some, (text) => text.length) },
      });
    },
  };
}

function planned(config: Record<string, unknown>): PlannedRun {
  const spec: RunSpec = {
    format: 1,
    suite: "few",
    suiteVersion: 1,
    protocol: "curate",
    family: "curate",
    familyVersion: 1,
    config: entry.config.parse(config) as unknown as RunSpec["config"],
    data: { dataset: "few", version: 1, config: {} },
    budget: { steps: 1 },
    batch: 1,
    seed: 1,
    engine: "wasm",
    metrics: [],
  };
  return { id: runId(spec), group: groupId(spec), label: "clean", spec };
}

interface Ran {
  readonly record: RunRecord;
  read(file: string): Promise<Uint8Array>;
}

async function ran(
  out: string,
  config: Record<string, unknown>,
  dataset: Dataset = texts() as Dataset,
): Promise<Ran> {
  const run = planned(config);
  const host = await tinyHost(out, {
    dataset: ({ dataset: name }) =>
      Promise.resolve(name === "more" ? texts("more", ["other words"]) as Dataset : dataset),
  });
  const outcome = await executeRun(run, host);
  assert(outcome.kind === "record", JSON.stringify(outcome));
  const { record } = outcome;
  return { record, read: async (file) => (await openStore(out).read(record.id, file))! };
}

const linesOf = (bytes: Uint8Array) =>
  new TextDecoder().decode(bytes).split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line));

Deno.test("curate keeps, rewrites and drops, and says of each document what was done", () =>
  inFolder(async (out) => {
    const { record, read } = await ran(out, { stages: ["unicode", "pii"] });
    assertEquals(record.state, "done");
    assertEquals(linesOf(await read("data.jsonl")), [
      {
        text: "café and plain words",
        labels: { length: 21 },
        from: { dataset: "few", index: 0, rewritten: "unicode" },
      },
      {
        text: "write to <EMAIL>",
        labels: { length: 28 },
        from: { dataset: "few", index: 1, rewritten: "pii" },
      },
      { text: "as it is", labels: { length: 8 }, from: { dataset: "few", index: 3 } },
    ]);
    assertEquals(linesOf(gunzipSync(await read("dropped.jsonl.gz"))), [{
      from: { dataset: "few", index: 2 },
      why: "unicode: broken",
      value: 3 / 8,
      limit: 0.01,
      bytes: 14,
      text: "\ufffd\ufffd\ufffd lost",
    }]);
    const { passages: [{ title, blocks }] } = sheetOf(await read("dropped.json"), "dropped.json");
    assertEquals(title, "unicode: broken: 1 document");
    assertEquals(blocks[0].heading, "few 2: 0.3750, limit 0.01000");
    const { measured } = record;
    assertEquals(
      [
        "read by unicode: documents",
        "kept by unicode: documents",
        "rewritten by pii: documents",
        "dropped by unicode: broken: documents",
      ].map((name) => measured![name]),
      [4, 3, 1, 1],
    );
    const card = new Map(protocolOf(record.spec).card(record));
    assertEquals(card.get("unicode"), "3 of 4 documents kept, 1 rewritten; dropped: broken 1");
    assertEquals(card.get("left"), "3 documents, 45 bytes of text");
    const flow = protocolOf(record.spec).flow!(record)!;
    assertEquals(flow.stages.map(({ name, kept }) => [name, kept.documents]), [
      ["unicode", 3],
      ["pii", 3],
    ]);
    assertEquals(record.artefacts.map(({ name }) => name), [
      "data",
      "dropped",
      "tallies",
      "dropped-samples",
    ]);
    // What lay between the passes is gone.
    const left = await Array.fromAsync(Deno.readDir(openStore(out).folder(record.id)));
    assert(left.every(({ name }) => name !== "work"), left.map(({ name }) => name).join());
  }));

Deno.test("curate takes several sources, and mixes them by weight", () =>
  inFolder(async (out) => {
    const sources = [{ name: "few" }, { data: { dataset: "more", version: 1, config: {} } }];
    const { read, record } = await ran(out, { stages: ["pii"], sources });
    assertEquals(linesOf(await read("data.jsonl")).map(({ from }) => [from.dataset, from.index]), [
      ["few", 0],
      ["few", 1],
      ["few", 2],
      ["few", 3],
      ["more", 0],
    ]);
    assertEquals(record.measured!["read by pii: documents"], 5);
    const settled = await entry.settle!(
      entry.config.parse({
        stages: ["pii"],
        sources: [{ name: "few", weight: 1 }, { data: "more", weight: 2 }],
      }),
      { data: () => Promise.resolve({ dataset: "more", version: 1, config: {} }) },
    );
    assertEquals(settled.stages.at(-1), { mix: { weights: { few: 1, more: 2 }, seed: 0 } });
  }));

Deno.test("curate takes dialogues with what is given with them", () =>
  inFolder(async (out) => {
    const chat = [{ role: "user", content: "I am a@b.example" }, {
      role: "assistant",
      content: "Hi",
    }];
    const json = (value: unknown) => documentSet([new TextEncoder().encode(JSON.stringify(value))]);
    const plain = texts("chats", ["user: I am a@b.example\n\nassistant: Hi"]);
    const dataset = {
      ...plain,
      given: { messages: plain.sample, facts: plain.sample },
      read: async (split: "train", indices: ArrayLike<number>) => ({
        ...await plain.read(split, indices),
        given: { messages: json(chat), facts: json({ right: 1 }) },
      }),
    } as unknown as Dataset;
    const { read } = await ran(out, { stages: ["pii"] }, dataset);
    assertEquals(linesOf(await read("data.jsonl")), [{
      messages: [{ role: "user", content: "I am <EMAIL>" }, chat[1]],
      facts: { right: 1 },
      labels: { length: 37 },
      from: { dataset: "chats", index: 0, rewritten: "pii" },
    }]);
  }));

Deno.test("curate fails where nothing is left, and says which stage it was", () =>
  inFolder(async (out) => {
    const broken = texts("broken", ["\ufffd", "\ufffd\ufffd"]) as Dataset;
    await assertRejects(
      () => ran(out, { stages: ["pii", "unicode"] }, broken),
      DataError,
      "no document is left; `unicode` dropped most of them, 2 of 2",
    );
  }));

Deno.test("curate stops where it is asked to", () =>
  inFolder(async (out) => {
    const host = await tinyHost(out, {
      stopped: () => true,
      dataset: () => Promise.resolve(texts() as Dataset),
    });
    const outcome = await executeRun(planned({ stages: ["pii"] }), host);
    assertEquals(outcome, { kind: "stopped", step: 0 });
  }));

/** A server of chat completions that says the last line of what it is asked in capitals. */
function shouting() {
  let asked = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      asked++;
      const { messages, model, max_tokens } = await request.json();
      const [{ content }] = messages;
      const said = `${model} ${max_tokens}: ${content.split("\n").at(-1).toUpperCase()}`;
      return Response.json({ choices: [{ message: { role: "assistant", content: said } }] });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    asked: () => asked,
    close: () => server.shutdown(),
  };
}

Deno.test("curate asks a model for documents, and what was answered isn't asked again", () =>
  inFolder(async (out) => {
    const server = shouting();
    try {
      const config = {
        stages: [
          "unicode",
          { synthetic: { form: "distil", url: server.url, model: "m", most: 9, into: "append" } },
        ],
      };
      const first = await ran(out, config);
      assertEquals(
        linesOf(await first.read("data.jsonl")).map(({ text }) => text).at(-1),
        "as it is\n\nm 9: AS IT IS",
      );
      assertEquals(server.asked(), 3);
      // Without its record the run begins again, and finds the answers.
      await Deno.remove(join(openStore(out).folder(first.record.id), "record.json"));
      const again = await ran(out, config);
      assertEquals(server.asked(), 3);
      assertEquals(again.record.artefacts, first.record.artefacts);
    } finally {
      await server.close();
    }
  }));

Deno.test("a run that was killed goes on, to the bytes of one that wasn't", () =>
  inFolder(async (out) => {
    const killable = new URL("./killable.ts", import.meta.url).pathname;
    const run = async (folder: string, die: number) => {
      const { success, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", asInstalled, killable, join(out, folder), String(die)],
        stdout: "piped",
        stderr: "piped",
      }).output();
      const [said, wrong] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      return { success, signal, said, wrong };
    };
    const whole = await run("whole", 0);
    assert(whole.success, whole.wrong);
    let killed = 0;
    for (const die of [3, 9, 4]) {
      const { signal, wrong } = await run("killed", die);
      assertEquals(signal, "SIGKILL", wrong);
      killed++;
    }
    const last = await run("killed", 0);
    assert(last.success, last.wrong);
    const [ours, theirs] = [last, whole].map(({ said }) => JSON.parse(said));
    assertEquals(ours.digests, theirs.digests);
    assert(ours.found > 0, "blocks of before the kill were taken up");
    assertEquals([killed, theirs.found], [3, 0]);
  }));

const suite = (runs: string) =>
  parseSuite(
    `suite: words\ndata: { dataset: novel }\nbudget: { steps: 10 }\nseeds: [1]\n` +
      `controls: []\nmetrics: [{ bits: { documents: 2 } }]\nruns:\n  - curate: ${runs}\n`,
    { file: "t.yaml" },
  );

Deno.test("wrong stages, settings and sources are told when a suite is read, with the nearest name", async () => {
  const told: readonly (readonly [string, readonly string[]])[] = [
    ["{}", ["`curate.stages` is missing"]],
    ["{ stages: [] }", ["`curate.stages` wants at least 1 item"]],
    ["{ stages: [unicod] }", ["t.yaml:8:24", "did you mean `unicode`?"]],
    ["{ stages: [{ piy: {} }] }", ["unknown key `piy`", "did you mean `pii`?"]],
    ["{ stages: [{ pii: { kind: [ip] } }] }", ["unknown key `kind`", "did you mean `kinds`?"]],
    ["{ stages: [{ unicode: { form: NFD } }] }", ["one of NFC, NFKC, none"]],
    ["{ stages: [{ pii: {}, unicode: {} }] }", ["names several stages, or none"]],
    ["{ stages: [mix] }", ["`curate.stages[0]` wants"]],
    ["{ stages: [pii], sources: [{ data: novl }] }", [
      "no dataset is called novl; did you mean `novel`?",
    ]],
    ["{ stages: [pii], sources: [{ data: speeches, weight: 1 }, {}] }", ["to all or to none"]],
    ["{ stages: [pii], sources: [{ data: novel }, { data: novel }] }", ["two are called novel"]],
    ["{ stages: [pii], sources: [{ weight: 1 }, { data: speeches, weight: 1 }] }", [
      "and no `name`",
    ]],
  ];
  for (const [runs, messages] of told) {
    const error = await assertRejects(() => suite(runs), SuiteError);
    for (const message of messages) assertStringIncludes(error.message, message);
  }
});

Deno.test("stages have all their settings in a run's config, and sources all that fixes their data", async () => {
  const { runs: [{ config }] } = await suite(
    "{ stages: [unicode, { pii: { most: 3 } }], sources: [{ data: { dataset: novel, test: 0.2 } }] }",
  );
  assertEquals(config, {
    stages: [
      {
        unicode: {
          mojibake: true,
          lines: true,
          controls: true,
          form: "NFC",
          mostBroken: 0.01,
        },
      },
      { pii: { kinds: ["email", "card", "ip", "phone"], most: 3 } },
    ],
    sources: [{
      data: { dataset: "novel", version: 1, config: { documents: "chapters", test: 0.2 } },
    }],
  });
});

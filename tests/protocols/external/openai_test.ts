/** Language models behind an OpenAI-compatible address, against a small server of known probabilities. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { MetricUnavailable } from "../../../src/base/mod.ts";
import { languageOf } from "../../../src/subject/mod.ts";
import {
  openServer,
  type RequestOptions,
  servedAnswers,
  servedLanguage,
  ServerError,
  tokensOfServer,
} from "../../../src/protocols/external/openai/mod.ts";
import { bigramModel, likeliest } from "../../metrics/text/bigram.ts";
import { type Faults, serve, type Served } from "./served.ts";

interface Asking extends Partial<RequestOptions> {
  readonly api?: "completions" | "chat";
  readonly window?: number;
}

/** Runs `work` with a served model, its server and what was seen of it. */
async function served(
  faults: Faults,
  work: (model: ReturnType<typeof servedLanguage>, seen: Served) => Promise<void>,
  { api = "completions", window = 18, ...options }: Asking = {},
) {
  const seen = serve(faults);
  const server = openServer({
    url: seen.url,
    concurrency: 4,
    retries: 2,
    timeout: 10,
    pause: 1,
    kept: null,
    ...options,
  });
  try {
    const tokens = await tokensOfServer(server, { model: "bigram" });
    const model = servedLanguage({ model: "bigram", api, window, seed: 3, tokens, server });
    await work(model, seen);
  } finally {
    server.close();
    await seen.close();
  }
}

const pairs = [
  { context: "", continuation: "abc" },
  { context: "x ", continuation: "yz é" },
  { context: "a", continuation: "" },
  { context: "a long context that has to be cut at its front", continuation: " bcd" },
];
const texts = ["", "abc", "a text that is longer than the window of this model, by far", "über"];

Deno.test("a served model gives the numbers of the same model asked directly", async () => {
  const direct = languageOf(bigramModel(16));
  await served({}, async (model) => {
    assertEquals(model.context, 16);
    assertEquals(model.tokenizer, null);
    const found = await model.loglikelihood(pairs), wanted = await direct.loglikelihood(pairs);
    found.forEach((one, i) => {
      assertAlmostEquals(one.logProbability, wanted[i].logProbability, 1e-12);
      assertEquals([one.greedy, one.tokens], [wanted[i].greedy, wanted[i].tokens]);
    });
    const whole = await model.rolling(texts), own = await direct.rolling(texts);
    whole.forEach((one, i) => {
      assertAlmostEquals(one.logProbability, own[i].logProbability, 1e-12);
      assertEquals(one.tokens, own[i].tokens);
    });
  });
});

Deno.test("answers end where they should, whatever the server makes of `stop`", async () => {
  await served({}, async (model, { bodies }) => {
    const prompts = [
      { text: "a", most: 6, until: ["e"], row: 0 },
      { text: "a", most: 3, row: 1 },
      { text: "", most: 2, row: 2, temperature: 0.5, topP: 0.9, topK: 3 },
    ];
    const [first, second] = await model.generate(prompts);
    assertEquals(first, { text: "bcd", tokens: 6, ended: "until" });
    assertEquals(second, { text: "bcd", tokens: 3, ended: "length" });
    const [, plain, drawn] = prompts.map(({ most }) => bodies.find((b) => b.max_tokens === most)!);
    assertEquals(plain.seed, undefined);
    assertEquals([drawn.temperature, drawn.top_p, drawn.top_k], [0.5, 0.9, 3]);
    assert(typeof drawn.seed === "number");
    assertEquals(drawn.prompt, [256], "a document begins after the separator");
  });
});

Deno.test("chat completions write, and give no probabilities", async () => {
  await served({}, async (model, { asked }) => {
    const [{ text }] = await model.generate([{ text: "a", most: 2, row: 0 }]);
    assertEquals(text, String.fromCharCode(likeliest(97), likeliest(98)));
    assertEquals(asked.at(-1), "/v1/chat/completions");
    await assertRejects(() => model.rolling(["a"]), MetricUnavailable, "chat completions");
  }, { api: "chat" });
});

Deno.test("a server that tells no probabilities is no number and no fault: the reason is told", async () => {
  const reasons: [Faults, string][] = [
    [{ logprobs: "refused" }, "status 400: echo is not supported"],
    [{ logprobs: "absent" }, "has no logprobs"],
    [{ logprobs: "no echo" }, "doesn't `echo`"],
    [{ mute: true }, "name its `tokenizer`"],
  ];
  for (const [faults, reason] of reasons) {
    await served(faults, async (model) => {
      await assertRejects(() => model.loglikelihood(pairs), MetricUnavailable, reason);
      assertEquals((await model.generate([{ text: "a", most: 1, row: 0 }]))[0].text, "b");
    });
  }
});

Deno.test("a busy server is asked again, and its last words are told when tries are used up", async () => {
  await served({ statuses: [503, 429] }, async (model) => {
    assertEquals((await model.rolling(["b"]))[0].tokens, 1);
  });
  const error = await assertRejects(
    () =>
      served({ statuses: [503, 500, 429, 429] }, async (model) => void await model.rolling(["b"])),
    ServerError,
    "status 429: busy",
  );
  assertEquals(error.status, 429);
});

Deno.test("a server that is slow, down or wants another key is told of", async () => {
  await assertRejects(
    () => served({ slow: 400 }, () => Promise.resolve(), { timeout: 0.05, retries: 0 }),
    ServerError,
    "nothing within 0.05 s",
  );
  const closed = serve();
  await closed.close();
  const server = openServer({
    url: closed.url,
    concurrency: 1,
    retries: 0,
    timeout: 5,
    kept: null,
  });
  await assertRejects(
    () => tokensOfServer(server, { model: "m" }),
    ServerError,
    "is the server up?",
  );
  await assertRejects(
    () => served({ key: "k" }, () => Promise.resolve(), { key: "other" }),
    ServerError,
    "status 401: no such key",
  );
  await served({ key: "k" }, async (model) => void await model.rolling(["a"]), { key: "k" });
});

Deno.test("no more requests are under way than may be", async () => {
  await served({ slow: 20 }, async (model, { most }) => {
    await model.rolling(Array.from({ length: 9 }, (_, i) => `text ${i}`));
    assertEquals(most(), 2);
  }, { concurrency: 2 });
});

Deno.test("what was answered isn't asked again, a line that was cut off is", async () => {
  const folder = await Deno.makeTempDir();
  const kept = join(folder, "answers.jsonl");
  try {
    const seen = serve();
    const ask = async () => {
      const server = openServer({
        url: seen.url,
        concurrency: 1,
        retries: 0,
        timeout: 10,
        kept,
      });
      try {
        const tokens = await tokensOfServer(server, { model: "bigram" });
        const how = { model: "bigram", api: "completions", window: 18, seed: 3 } as const;
        return await servedLanguage({ ...how, tokens, server }).rolling(["one text", "another"]);
      } finally {
        server.close();
      }
    };
    const first = await ask(), requests = seen.asked.length;
    assertEquals(await ask(), first);
    assertEquals(seen.asked.length, requests);
    const text = await Deno.readTextFile(kept);
    await Deno.writeTextFile(kept, text.slice(0, -9));
    assertEquals(await ask(), first);
    assertEquals(seen.asked.length, requests + 1);
    assertEquals(await ask(), first);
    assertEquals(seen.asked.length, requests + 1);
    assert(!(await Deno.readTextFile(kept)).includes("Bearer"));
    await seen.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("dialogues are put to a chat server as their messages, each once, drawn by its row", async () => {
  const seen = serve({});
  const server = openServer({ url: seen.url, concurrency: 2, retries: 0, timeout: 10, kept: null });
  try {
    const answers = servedAnswers({ model: "bigram", seed: 3, server });
    const messages = [{ role: "system", content: "a" }, { role: "user", content: "b" }];
    const greedy = await answers([{ messages, row: 0 }], { most: 3 });
    assertEquals(greedy.map(({ ended }) => ended), [true]);
    assertEquals([seen.bodies[0].messages, seen.bodies[0].temperature, seen.bodies[0].seed], [
      messages,
      0,
      undefined,
    ]);
    const drawn = { most: 3, temperature: 1, topP: 0.5 };
    await answers([{ messages, row: 1 }, { messages, row: 2 }], drawn);
    const seeds = seen.bodies.slice(1).map(({ seed }) => seed);
    assertEquals([new Set(seeds).size, seen.bodies[1].top_p], [2, 0.5]);
  } finally {
    server.close();
    await seen.close();
  }
});

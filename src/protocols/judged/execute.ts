/**
 * A run of `judged`: two models answer the same held-out prompts, and a served model says which answer is
 * better. What it said is kept with the run, so that a run that was stopped asks only for what is missing.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { type Exchange, exchangesOf, verdictOf } from "../../data/text/mod.ts";
import { dataOf, type Outcome, type Run, timed, untrained, writeRecord } from "../../run/mod.ts";
import { finishedModel } from "../../run/model/mod.ts";
import { type Answer, answersTo } from "../../subject/mod.ts";
import { openServer } from "../external/openai/request.ts";
import { type BothOrders, numbersOf, pointsOf, questionOf, saidIn } from "./ask.ts";
import type { JudgedConfig } from "./entry.ts";

/** File of a run's folder that holds what the server said. */
const saidFile = "said.jsonl";

const reply = z.looseObject({
  choices: z.array(z.looseObject({ message: z.looseObject({ content: z.string() }) })).min(1),
});

/** A model's likeliest answers. */
async function answersOf(
  run: Run,
  role: string,
  { exchanges, config }: { readonly exchanges: readonly Exchange[]; readonly config: JudgedConfig },
): Promise<readonly Answer[]> {
  const model = await timed(run, "compile", () => finishedModel(run, role));
  try {
    const { language } = model.subject, { tokens: most, template } = config;
    if (language === undefined) throw new DataError(`judged: ${model.label} writes no text`);
    const asked = exchanges.map(({ prompt }, row) => ({ messages: prompt, row }));
    return await timed(run, "steps", () => answersTo(language, asked, { most, template }));
  } finally {
    model.free();
  }
}

/** The key that a variable holds. @throws DataError where it isn't set */
function keyOf({ key }: JudgedConfig): string | undefined {
  if (key === undefined) return undefined;
  const value = Deno.env.get(key);
  if (value !== undefined && value !== "") return value;
  throw new DataError(`judged: the environment variable ${key} isn't set: it holds the key`);
}

/** How often the judge decides as the rule does, where the rule tells the answers apart. */
function agreement(
  exchanges: readonly Exchange[],
  { own, other, pairs }: {
    readonly own: readonly Answer[];
    readonly other: readonly Answer[];
    readonly pairs: readonly BothOrders[];
  },
): Record<string, number> {
  const told = exchanges.flatMap(({ facts }, i) => {
    if (facts === null) return [];
    const [mine, theirs] = [own, other].map((all) => verdictOf(facts, all[i].text).reward);
    const points = pointsOf(pairs[i]);
    return mine === theirs ? [] : [mine > theirs ? points : 1 - points];
  });
  return told.length === 0
    ? {}
    : { "agrees with the rule": told.reduce((sum, one) => sum + one, 0) / told.length };
}

/** Executes a run of protocol `judged`; see the module. */
export async function executeJudged(run: Run): Promise<Outcome> {
  const { planned: { spec, id }, host, store } = run;
  const config = spec.config as unknown as JudgedConfig, { model, prompts, said } = config;
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => dataOf(run));
  if (dataset.size("test") < prompts) {
    throw new DataError(
      `judged: ${dataset.name} has ${
        dataset.size("test")
      } held-out dialogues, and \`prompts\` asks ` +
        `for ${prompts}`,
    );
  }
  const rows = Uint32Array.from({ length: prompts }, (_, i) => i);
  const exchanges = await exchangesOf(dataset, { split: "test", rows });
  const own = await answersOf(run, "policy", { exchanges, config });
  const other = await answersOf(run, "against", { exchanges, config });
  host.emit({ kind: "phase", phase: "judge" });
  await Deno.mkdir(store.folder(id), { recursive: true });
  const stop = new AbortController();
  const watch = setInterval(() => host.stopped() && stop.abort(), 200);
  const server = openServer({
    url: config.url,
    key: keyOf(config),
    concurrency: config.concurrency,
    retries: config.retries,
    timeout: config.timeout,
    kept: join(store.folder(id), saidFile),
    signal: stop.signal,
    progress: (note) => host.emit({ kind: "note", note }),
  });
  const ask = async (content: string) =>
    saidIn(
      await server.ask(
        "chat/completions",
        { model, messages: [{ role: "user", content }], temperature: 0, max_tokens: said },
        (answer) => reply.parse(answer).choices[0].message.content,
      ),
    );
  try {
    const pairs = await timed(
      run,
      "metrics",
      () =>
        Promise.all(exchanges.map(async ({ prompt }, i): Promise<BothOrders> => {
          const [mine, theirs] = [own[i].text, other[i].text];
          const [ownFirst, ownSecond] = await Promise.all([
            ask(questionOf(prompt, { first: mine, second: theirs })),
            ask(questionOf(prompt, { first: theirs, second: mine })),
          ]);
          return { ownFirst, ownSecond };
        })),
    );
    return await writeRecord(run, {
      state: "done",
      dataset,
      ...untrained,
      metrics: [],
      measured: { ...numbersOf(pairs), ...agreement(exchanges, { own, other, pairs }) },
    });
  } catch (error) {
    if (!host.stopped()) throw error;
    await run.status.interrupted();
    return { kind: "stopped", step: 0 };
  } finally {
    clearInterval(watch);
    server.close();
  }
}

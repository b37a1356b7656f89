/**
 * A run of a served model: nothing is trained, metrics of text ask it over HTTP. Its answers are kept
 * with the run, so that what was asked before isn't asked again.
 * @module
 */
import { join } from "@std/path";
import { DataError } from "../../../base/mod.ts";
import { placed } from "../../../content/mod.ts";
import { tokenised } from "../../../kinds/text/mod.ts";
import { type Outcome, type Run, timed, untrained } from "../../../run/mod.ts";
import { conclude } from "../../../run/score/mod.ts";
import type { LanguageModel, Subject } from "../../../subject/mod.ts";
import { type ExternalConfig, servedDefaults } from "../external.ts";
import { servedAnswers } from "./chat.ts";
import { servedLanguage } from "./language.ts";
import { openServer } from "./request.ts";
import { tokensOfServer } from "./tokens.ts";

/** File of a run's folder that holds the server's answers. */
const answersFile = "answers.jsonl";

/** What the protocol lends. */
interface Lent {
  readonly config: ExternalConfig;
  /** Runs work with a signal that is aborted when the run is to stop. */
  readonly stoppable: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** @throws DataError where what the entry names has changed */
  readonly check: () => Promise<void>;
}

/** The key that a variable holds. @throws DataError where it isn't set */
function keyOf({ key }: ExternalConfig): string | undefined {
  if (key === undefined) return undefined;
  const value = Deno.env.get(key);
  if (value !== undefined && value !== "") return value;
  throw new DataError(`external: the environment variable ${key} isn't set: it holds the key`);
}

/** What it writes from the beginning of a document, as texts of the data. */
function subjectOf(run: Run, { language, tokenizer, answers }: {
  readonly language: LanguageModel;
  /** Left out: dialogues are written by a template and gone on with. */
  readonly answers?: Subject["answers"];
  readonly tokenizer: Parameters<typeof tokenised>[1];
}): Subject {
  const { planned } = run;
  const { length = servedDefaults.length } = planned.spec.config as unknown as ExternalConfig;
  return {
    label: planned.label,
    capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: true },
    language,
    ...(answers && { answers }),
    async sample(count) {
      const written = await language.generate(
        Array.from(
          { length: count },
          (_, row) => ({ text: "", most: length, temperature: 1, row }),
        ),
      );
      return tokenised(written.map(({ text }) => text), tokenizer);
    },
  };
}

/** See the module. */
export async function executeServed(
  run: Run,
  { config, stoppable, check }: Lent,
): Promise<Outcome> {
  const { planned, host, store } = run;
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => host.dataset(planned.spec.data));
  if (dataset.sample.kind !== "text") {
    throw new DataError(
      `${dataset.name} holds no texts, and ${config.model} is a language model; name other data`,
    );
  }
  const { tokenizer } = dataset.sample;
  await run.status.update("sample", 0, 0);
  if (run.fresh) await store.remove(planned.id, answersFile);
  await Deno.mkdir(store.folder(planned.id), { recursive: true });
  return await stoppable(async (signal) => {
    const server = openServer({
      url: config.url!,
      key: keyOf(config),
      concurrency: config.concurrency ?? servedDefaults.concurrency,
      retries: config.retries ?? servedDefaults.retries,
      timeout: config.timeout,
      kept: join(store.folder(planned.id), answersFile),
      signal,
      progress: (note) => host.emit({ kind: "note", note }),
    });
    try {
      const tokens = await tokensOfServer(server, {
        model: config.model!,
        ...(config.tokenizer !== undefined && { file: placed(planned.base, config.tokenizer) }),
      });
      const language = servedLanguage({
        model: config.model!,
        api: config.api ?? servedDefaults.api,
        window: config.window ?? servedDefaults.window,
        seed: planned.spec.seed,
        tokens,
        server,
      });
      const chat = (config.api ?? servedDefaults.api) === "chat";
      const asked = { model: config.model!, seed: planned.spec.seed, server };
      const subject = subjectOf(run, {
        language,
        tokenizer,
        ...(chat && { answers: servedAnswers(asked) }),
      });
      await check();
      return await conclude(run, {
        subject,
        samples: (count) => subject.sample(count),
        ending: { ...untrained, dataset },
      });
    } catch (error) {
      if (!host.stopped()) throw error;
      await run.status.interrupted();
      return { kind: "stopped", step: 0 };
    } finally {
      server.close();
    }
  });
}

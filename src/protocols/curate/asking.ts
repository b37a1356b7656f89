/**
 * Models that stages ask, by the same client as served models are scored by: its answers are kept in the
 * run's folder, so that a run that goes on asks only for what is missing.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { sha256Hex } from "../../base/digest/mod.ts";
import type { AskedModel, StageContext } from "../../curation/mod.ts";
import type { Run } from "../../run/mod.ts";
import { openServer, type Server } from "../external/openai/mod.ts";

const answers = z.looseObject({
  choices: z.array(z.looseObject({
    message: z.looseObject({ content: z.string().nullish() }),
  })).min(1),
});

/** What is asked of models, and an end of it. */
export interface Asking {
  readonly ask: NonNullable<StageContext["ask"]>;
  close(): void;
}

/** The key that a variable holds. @throws DataError where it isn't set */
function keyOf(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const value = Deno.env.get(name);
  if (value !== undefined && value !== "") return value;
  throw new DataError(`curate: the environment variable ${name} isn't set: it holds the key`);
}

/** Asks models for a run. @param signal aborted when the run is to stop */
export function asking({ store, planned, host }: Run, signal: AbortSignal): Asking {
  const opened: Server[] = [];
  const ask = ({ url, model, key, temperature, most, ...how }: AskedModel) => {
    const server = openServer({
      url,
      key: keyOf(key),
      ...how,
      kept: join(store.folder(planned.id), `answers-${opened.length}.jsonl`),
      signal,
      progress: (note) => host.emit({ kind: "note", note }),
    });
    opened.push(server);
    return async (message: string) => {
      const found = await server.ask("chat/completions", {
        model,
        messages: [{ role: "user", content: message }],
        temperature,
        max_tokens: most,
        ...(temperature > 0 && { seed: parseInt(sha256Hex(message).slice(0, 7), 16) }),
      }, (answer) => answers.parse(answer));
      return found.choices[0].message.content ?? "";
    };
  };
  return { ask, close: () => opened.forEach((server) => server.close()) };
}

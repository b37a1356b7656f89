/**
 * Requests to a server: so many at a time, tried again where that may help, their answers kept on disk,
 * so that a run that was stopped asks only for what is missing.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import { sha256Hex } from "../../../base/digest/mod.ts";
import { canonicalJson } from "../../../base/text/mod.ts";

/** How a server is asked. */
export interface RequestOptions {
  /** "http://localhost:8000/v1" */
  readonly url: string;
  /** Sent as a bearer token; never kept. */
  readonly key?: string;
  /** Requests at a time. */
  readonly concurrency: number;
  /** Tries after the first. */
  readonly retries: number;
  /** Seconds that an answer may take. */
  readonly timeout: number;
  /** Milliseconds before the second try; each later one waits twice as long, up to 20 times this. */
  readonly pause?: number;
  /** File of the answers; null keeps none. */
  readonly kept: string | null;
  readonly signal?: AbortSignal;
  readonly progress?: (note: string) => void;
}

/** What a server said where no answer was: its status and the beginning of its text. */
export class ServerError extends DataError {
  /** @param status 0: it said nothing */
  constructor(message: string, readonly status: number) {
    super(message);
  }
}

/** Statuses of a server that doesn't know what it was asked for. */
const foreign = [400, 404, 405, 422];

/** Whether a server hasn't what it was asked for, so that no key or patience gets it. */
export const isUnknown = (error: unknown): error is ServerError =>
  error instanceof ServerError && foreign.includes(error.status);

/** Statuses after which another try may do: too early, too many, or the server's own trouble. */
const passing = (status: number) =>
  status === 0 || status === 408 || status === 429 || status >= 500;

/** Answers by the digest of what was asked, one a line; a line that was cut off is asked again. */
class Answers {
  readonly #found = new Map<string, unknown>();
  readonly #path: string | null;
  #file: Deno.FsFile | null = null;

  constructor(path: string | null) {
    this.#path = path;
    if (path === null) return;
    let text = "";
    try {
      text = Deno.readTextFileSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) Deno.writeTextFileSync(path, whole);
    for (const line of whole.split("\n")) {
      try {
        const { asked, answer } = JSON.parse(line);
        this.#found.set(asked, answer);
      } catch {
        continue; // damaged: asked again
      }
    }
  }

  get(asked: string): unknown {
    return this.#found.get(asked);
  }

  async put(asked: string, answer: unknown): Promise<void> {
    this.#found.set(asked, answer);
    if (this.#path === null) return;
    this.#file ??= await Deno.open(this.#path, { create: true, append: true });
    const line = new TextEncoder().encode(`${JSON.stringify({ asked, answer })}\n`);
    for (let at = 0; at < line.length;) at += await this.#file.write(line.subarray(at));
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }
}

/** A server that is asked. */
export interface Server {
  /**
   * Posts JSON, or gets where there is none. The answer, cut to what `kept` keeps of it.
   * @param path below the url; "/tokenize" with a slash: below the server's root
   * @throws ServerError with status and text where tries are used up, or no other would help
   */
  ask<T>(path: string, body: unknown, keep: (answer: unknown) => T): Promise<T>;
  close(): void;
}

async function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((done, fail) => {
    const timer = setTimeout(end, milliseconds);
    function end() {
      signal?.removeEventListener("abort", stop);
      done();
    }
    function stop() {
      clearTimeout(timer);
      fail(signal!.reason);
    }
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Opens a server; nothing is asked of it yet. */
export function openServer(options: RequestOptions): Server {
  const { url, key, concurrency, retries, timeout, pause = 500, signal, progress } = options;
  const answers = new Answers(options.kept);
  const root = new URL("/", url).href.replace(/\/$/, "");
  const waiting: (() => void)[] = [];
  let busy = 0;

  async function once(address: string, body: unknown): Promise<unknown> {
    const late = AbortSignal.timeout(timeout * 1000);
    let response: Response, text: string;
    try {
      response = await fetch(address, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...(body !== undefined && { "Content-Type": "application/json" }),
          ...(key !== undefined && { Authorization: `Bearer ${key}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      });
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      const why = late.aborted ? `nothing within ${timeout} s` : (error as Error).message;
      throw new ServerError(`${address}: no answer (${why}); is the server up?`, 0);
    }
    const said = text.trim().slice(0, 300) || "no text";
    if (!response.ok) {
      const { status } = response, after = Number(response.headers.get("Retry-After"));
      const error = new ServerError(`${address}: status ${status}: ${said}`, status);
      throw Object.assign(error, { after: after > 0 ? after * 1000 : undefined });
    }
    try {
      return JSON.parse(text);
    } catch {
      throw new ServerError(`${address}: its answer is no JSON: ${said}`, response.status);
    }
  }

  async function tried(address: string, body: unknown): Promise<unknown> {
    for (let tries = 0, pauses = pause;; tries++, pauses = Math.min(2 * pauses, 20 * pause)) {
      try {
        return await once(address, body);
      } catch (error) {
        if (!(error instanceof ServerError) || !passing(error.status) || tries >= retries) {
          throw error;
        }
        const { after } = error as ServerError & { after?: number };
        progress?.(`try ${tries + 2} of ${retries + 1}: ${error.message}`);
        await wait(after ?? pauses, signal);
      }
    }
  }

  return {
    async ask(path, body, keep) {
      const address = path.startsWith("/") ? `${root}${path}` : `${url.replace(/\/$/, "")}/${path}`;
      const asked = sha256Hex(canonicalJson({ address, body: body ?? null }));
      const known = answers.get(asked);
      if (known !== undefined) return known as ReturnType<typeof keep>;
      while (busy >= concurrency) await new Promise<void>((go) => waiting.push(go));
      busy++;
      try {
        signal?.throwIfAborted();
        const answer = keep(await tried(address, body));
        await answers.put(asked, answer);
        return answer;
      } finally {
        busy--;
        waiting.shift()?.();
      }
    },
    close: () => answers.close(),
  };
}

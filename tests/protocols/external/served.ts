/** A small OpenAI-compatible server of the bigram model, with faults on request. */
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { likeliest, probability } from "../../metrics/text/bigram.ts";

/** What the server does and saw. */
export interface Served {
  readonly url: string;
  /** Paths that were asked, in order. */
  readonly asked: string[];
  /** Bodies of completions. */
  readonly bodies: Record<string, unknown>[];
  /** The largest number of requests at a time. */
  readonly most: () => number;
  close(): Promise<void>;
}

/** How it misbehaves. */
export interface Faults {
  /** Statuses of the first requests for completions. */
  readonly statuses?: readonly number[];
  /** No tokenizer endpoints. */
  readonly mute?: boolean;
  /** "refused": 400 to `echo`; "absent": answers without logprobs; "no echo": of what it wrote alone. */
  readonly logprobs?: "refused" | "absent" | "no echo";
  /** The key that it wants. */
  readonly key?: string;
  /** Milliseconds before an answer. */
  readonly slow?: number;
}

const text = (tokens: readonly number[]) => new TextDecoder().decode(bytesTokenizer.decode(tokens));

function continued(tokens: number[], most: number): number[] {
  const own: number[] = [];
  for (let last = tokens[tokens.length - 1]; own.length < most; own.push(last)) {
    last = likeliest(last);
  }
  return own;
}

function completion(body: Record<string, unknown>, logprobs: Faults["logprobs"]) {
  const { prompt, max_tokens: most, echo, stop } = body;
  const tokens = typeof prompt === "string"
    ? [...bytesTokenizer.encode(prompt)]
    : prompt as number[];
  const own = continued(tokens, most as number);
  if (!echo) {
    const said = text(own), ends = ((stop ?? []) as string[]).map((end) => said.indexOf(end));
    const at = Math.min(...ends.filter((end) => end >= 0), said.length);
    return {
      choices: [{
        index: 0,
        text: said.slice(0, at),
        finish_reason: at < said.length ? "stop" : "length",
      }],
      usage: { completion_tokens: own.length },
    };
  }
  const all = logprobs === "no echo" ? own : [...tokens, ...own];
  const ln = (t: number) => Math.log(probability(all[t - 1], all[t]));
  const top = (t: number) => Math.log(probability(all[t - 1], likeliest(all[t - 1])));
  return {
    choices: [{
      index: 0,
      text: text(all),
      logprobs: logprobs === "absent" ? null : {
        token_logprobs: all.map((_, t) => t === 0 ? null : ln(t)),
        top_logprobs: all.map((_, t) => t === 0 ? null : { top: top(t) }),
      },
    }],
  };
}

/** Starts it on a free port. */
export function serve(
  { statuses = [], mute = false, logprobs, key, slow = 0 }: Faults = {},
): Served {
  const asked: string[] = [], bodies: Record<string, unknown>[] = [];
  let busy = 0, most = 0, failing = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      most = Math.max(most, ++busy);
      try {
        if (slow > 0) await new Promise((done) => setTimeout(done, slow));
        if (key !== undefined && request.headers.get("Authorization") !== `Bearer ${key}`) {
          return new Response("no such key", { status: 401 });
        }
        if (pathname === "/tokenizer_info" && !mute) {
          return Response.json({ eos_token: "<|endoftext|>", bos_token: null });
        }
        if (pathname === "/tokenize" && !mute) {
          const { prompt } = await request.json();
          return Response.json({ tokens: [...bytesTokenizer.encode(prompt, { special: true })] });
        }
        if (pathname !== "/v1/completions" && pathname !== "/v1/chat/completions") {
          return new Response("not here", { status: 404 });
        }
        const body = await request.json();
        bodies.push(body);
        if (failing < statuses.length) return new Response("busy", { status: statuses[failing++] });
        if (pathname.includes("chat")) {
          const { choices: [{ text }] } = completion(
            { ...body, prompt: body.messages[0].content },
            logprobs,
          );
          return Response.json({
            choices: [{ message: { content: text }, finish_reason: "stop" }],
          });
        }
        if (body.echo && logprobs === "refused") {
          return new Response("echo is not supported", { status: 400 });
        }
        // Several prompts at once, as lists of tokens or as texts, have a choice each.
        const [first] = body.prompt;
        const prompts =
          Array.isArray(first) || (Array.isArray(body.prompt) && typeof first === "string")
            ? body.prompt
            : [body.prompt];
        const answers = prompts.map((prompt: unknown) => completion({ ...body, prompt }, logprobs));
        return Response.json({
          ...answers[0],
          choices: answers.map(({ choices: [choice] }: { choices: [object] }, index: number) => ({
            ...choice,
            index,
          })),
        });
      } finally {
        busy--;
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    asked,
    bodies,
    most: () => most,
    close: () => server.shutdown(),
  };
}

/**
 * How a server's model sees text: by its own endpoints, or by a file of its tokenizer.
 * @module
 */
import { z } from "zod";
import { chatTokensOf } from "../../../subject/mod.ts";
import { openTokenizer, type Tokenizer } from "../../../tokenizers/mod.ts";
import { isUnknown, type Server } from "./request.ts";

/** Text as a server's tokens. */
export interface ServerTokens {
  /** Left out where only the server knows it. */
  readonly tokenizer?: Tokenizer;
  /** The token that stands before documents. */
  readonly prefix: number;
  readonly chatTemplate?: string;
  readonly chatTokens?: Readonly<Record<string, string>>;
  encode(text: string, special?: boolean): Promise<Int32Array>;
}

const info = z.looseObject({
  bos_token: z.string().nullish(),
  eos_token: z.string().nullish(),
  chat_template: z.string().nullish(),
});
const encoded = z.looseObject({ tokens: z.array(z.int().min(0)) });

/**
 * The server's own: `/tokenizer_info` and `/tokenize`, as vLLM has them and lm-evaluation-harness asks
 * them. Special tokens in a text are such to it, always.
 * @returns null where the server has no such endpoints
 */
async function remote(server: Server, model: string): Promise<ServerTokens | null> {
  try {
    const about = await server.ask("/tokenizer_info", undefined, (answer) => info.parse(answer));
    const encode = async (text: string) =>
      Int32Array.from(
        await server.ask(
          "/tokenize",
          { model, prompt: text, add_special_tokens: false },
          (answer) => encoded.parse(answer).tokens,
        ),
      );
    const before = about.bos_token ?? about.eos_token ?? null;
    if (before === null) return null;
    const [prefix] = await encode(before);
    return {
      prefix,
      encode,
      ...(about.chat_template && { chatTemplate: about.chat_template }),
      chatTokens: Object.fromEntries(
        (["bos_token", "eos_token"] as const).flatMap((name) =>
          about[name] ? [[name, about[name]!]] : []
        ),
      ),
    };
  } catch (error) {
    if (error instanceof z.ZodError || isUnknown(error)) return null;
    throw error;
  }
}

/**
 * Tokens of a model that is served.
 * @param file its tokenizer.json, or a folder that has one; left out: the server is asked
 * @returns null where neither tells
 */
export async function tokensOfServer(
  server: Server,
  { model, file }: { readonly model: string; readonly file?: string },
): Promise<ServerTokens | null> {
  if (file === undefined) return await remote(server, model);
  const tokenizer = await openTokenizer(file);
  const { separator, bos = separator, chatTemplate } = tokenizer;
  return {
    tokenizer,
    prefix: bos,
    ...(chatTemplate !== undefined && { chatTemplate }),
    chatTokens: chatTokensOf(tokenizer),
    encode: (text, special) => Promise.resolve(tokenizer.encode(text, { special })),
  };
}

/**
 * Samples that something else makes: a folder of pictures, a program that fills one, a server that
 * gives one a request, or a language model that is served. They are scored like any family's; nothing
 * is trained.
 * @module
 */
import { z } from "zod";
import { pathText } from "../../base/schema/mod.ts";
import type { Entry } from "../protocol.ts";

/** What a command or address may hold in braces. */
export const placeholders = [
  "out",
  "count",
  "seed",
  "index",
  "height",
  "width",
  "channels",
] as const;
/** One of `placeholders`. */
export type Placeholder = typeof placeholders[number];

/** A text with its placeholders filled in. One without a value stays as it is. */
export function fill(
  text: string,
  values: Readonly<Partial<Record<Placeholder, string | number>>>,
): string {
  return text.replace(
    /\{(\w+)\}/g,
    (whole, name: Placeholder) => values[name] === undefined ? whole : String(values[name]),
  );
}

/** What holds of a served model that says nothing else. */
export const servedDefaults = {
  api: "completions",
  window: 2048,
  length: 256,
  concurrency: 4,
  retries: 5,
} as const;

const config = z.strictObject({
  folder: pathText().optional().describe(
    "a folder of pictures (PNG, JPEG, WebP, TIFF, GIF, AVIF), relative to the suite's file and " +
      "decoded as the data's own files are; which are taken is drawn by the seed. Of views: a " +
      "picture of each test view, by its name or in their order, in it or in its `color`",
  ),
  command: z.array(z.string()).min(1).optional().describe(
    "a program with its arguments that fills the folder {out} with {count} pictures; also {seed}, " +
      "{height}, {width}, {channels}; run in the folder of the suite's file",
  ),
  url: z.string().min(1).optional().describe(
    "an http address that gives picture {index} of seed {seed}; 404 after the last; with `model` " +
      "that of an OpenAI-compatible server, with its /v1",
  ),
  model: z.string().min(1).optional().describe(
    "the name of a language model at `url`, which metrics of text ask there",
  ),
  api: z.enum(["completions", "chat"]).optional().describe(
    "of a model: `completions` (default) give probabilities too; `chat` only writes",
  ),
  key: z.string().regex(/^[A-Za-z_]\w*$/).optional().describe(
    "of a model: the environment variable that holds its key",
  ),
  tokenizer: pathText().optional().describe(
    "of a model: its tokenizer.json or a folder that has one; left out: the server is asked",
  ),
  window: z.int().min(4).optional().describe(
    "of a model: tokens that it sees at once, those that it writes counted; 2048",
  ),
  length: z.int().min(1).optional().describe("of a model: tokens of a sample at most; 256"),
  concurrency: z.int().min(1).optional().describe("of a model: requests at a time; 4"),
  retries: z.int().min(0).optional().describe(
    "of a model: further tries where the server is busy; 5",
  ),
  files: z.array(pathText()).min(1).optional().describe(
    "files and folders that the samples depend on, beside those that the command names: other " +
      "content is another run",
  ),
  timeout: z.number().positive().default(3600).describe(
    "seconds that the program, or all requests together, may take; of a model: each request",
  ),
}).superRefine((value, context) => {
  const wrong = (message: string, path: string[] = []) =>
    context.addIssue({ code: "custom", message, path });
  const given = (["folder", "command", "url"] as const).filter((key) => value[key] !== undefined);
  if (given.length !== 1) {
    wrong(`wants one of folder, command or url; found ${given.join(" and ") || "none"}`);
  }
  if (value.files !== undefined && value.folder !== undefined) {
    wrong("goes with command or url; a folder's own pictures count anyway", ["files"]);
  }
  if (value.command && !value.command.some((word) => word.includes("{out}"))) {
    wrong("wants {out}, the folder to fill, among its arguments", ["command"]);
  }
  const address = value.url === undefined || /^https?:\/\//.test(value.url);
  if (value.model !== undefined) {
    if (value.url === undefined) wrong("goes with the url of its server", ["model"]);
    else if (!address) wrong("wants the http address of a server, with its /v1", ["url"]);
  } else if (!address || (value.url !== undefined && !value.url.includes("{index}"))) {
    wrong("wants an http address with {index}, the number of the picture, in it", ["url"]);
  }
});

/** See the module. */
export type ExternalConfig = z.output<typeof config>;

/** What suites and `list` read. */
export const entry: Entry<ExternalConfig> = {
  name: "external",
  version: 1,
  about:
    "samples of another program: a folder, a command that fills one, a server of pictures, or " +
    "a language model behind an OpenAI-compatible address",
  papers: [],
  config,
  seeded: takesSeed,
  content: async (config, context) =>
    await (await import("./content.ts")).externalContent(config, context),
};

/** Whether another seed would give other samples. */
export function takesSeed({ command, url, model }: ExternalConfig): boolean {
  if (model !== undefined) return true;
  return [...command ?? [], url ?? ""].some((text) => text.includes("{seed}"));
}

/** In a few words, for messages and cards. */
export function sourceText({ folder, command, url, model }: ExternalConfig): string {
  if (model !== undefined) return `model ${model} at ${url}`;
  return folder !== undefined ? `folder ${folder}` : command?.join(" ") ?? `server ${url}`;
}

/**
 * Samples that something else makes: a folder of pictures, a program that fills one, or a server
 * that gives one a request. They are scored like any family's; nothing is trained.
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

const config = z.strictObject({
  folder: pathText().optional().describe(
    "a folder of pictures (PNG, JPEG, WebP, TIFF, GIF, AVIF), relative to the suite's file and " +
      "decoded as the data's own files are; which are taken is drawn by the seed",
  ),
  command: z.array(z.string()).min(1).optional().describe(
    "a program with its arguments that fills the folder {out} with {count} pictures; also {seed}, " +
      "{height}, {width}, {channels}; run in the folder of the suite's file",
  ),
  url: z.string().min(1).optional().describe(
    "an http address that gives picture {index} of seed {seed}; 404 after the last",
  ),
  files: z.array(pathText()).min(1).optional().describe(
    "files and folders that the samples depend on, beside those that the command names: other " +
      "content is another run",
  ),
  timeout: z.number().positive().default(3600).describe(
    "seconds that the program, or all requests together, may take",
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
  if (value.url && (!/^https?:\/\//.test(value.url) || !value.url.includes("{index}"))) {
    wrong("wants an http address with {index}, the number of the picture, in it", ["url"]);
  }
});

/** See the module. */
export type ExternalConfig = z.output<typeof config>;

/** What suites and `list` read. */
export const entry: Entry<ExternalConfig> = {
  name: "external",
  version: 1,
  about: "samples of another program: a folder, a command that fills one, or a server of pictures",
  papers: [],
  config,
  seeded: takesSeed,
  content: async (config, context) =>
    await (await import("./content.ts")).externalContent(config, context),
};

/** Whether another seed would give other pictures. */
export function takesSeed({ command, url }: ExternalConfig): boolean {
  return [...command ?? [], url ?? ""].some((text) => text.includes("{seed}"));
}

/** In a few words, for messages and cards. */
export function sourceText({ folder, command, url }: ExternalConfig): string {
  return folder !== undefined ? `folder ${folder}` : command?.join(" ") ?? `server ${url}`;
}

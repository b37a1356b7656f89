/**
 * Documents made from documents: by a template alone, or by a language model that is asked.
 * @module
 */
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { type Decision, defineStage, type Document } from "../stage.ts";
import { type Form, FORMS } from "./forms.ts";

const config = z.strictObject({
  form: z.enum(Object.keys(FORMS) as [Form, ...Form[]]).default("paraphrase").describe(
    "what the model is asked to make of a document, where there is no `template`",
  ),
  template: z.string().min(1).optional().describe(
    "the message to the model, or without `url` what a document becomes: {text}, {labels.NAME} and " +
      "{from.NAME} stand for what the document has",
  ),
  into: z.enum(["replace", "append"]).default("replace").describe(
    "replace: what is made takes the document's place; append: it follows it, after an empty line",
  ),
  least: z.int().min(0).default(1).describe(
    "characters of what is made below which the document is dropped",
  ),
  url: z.url().optional().describe(
    "of a server that speaks OpenAI's protocol, as http://localhost:8000/v1; left out: the template alone",
  ),
  model: z.string().min(1).optional().describe("with `url`: the model's name there"),
  key: z.string().min(1).optional().describe(
    "with `url`: the environment variable that holds its key",
  ),
  temperature: z.number().min(0).max(2).default(0.7).describe("of the model"),
  most: z.int().min(1).default(1024).describe("tokens of an answer at most"),
  concurrency: z.int().min(1).max(256).default(8).describe("requests at a time"),
  retries: z.int().min(0).default(4).describe("tries after the first that fails"),
  timeout: z.number().positive().default(300).describe("seconds that an answer may take"),
}).superRefine(({ url, model, template }, context) => {
  const wrong = (message: string, path: string) =>
    context.addIssue({ code: "custom", message, path: [path] });
  if (url !== undefined && model === undefined) wrong("is wanted with `url`", "model");
  if (url === undefined && model !== undefined) {
    wrong("goes with `url`, which is left out", "model");
  }
  if (url === undefined && template === undefined) {
    wrong("is wanted where there is no `url`: who else should make a text?", "template");
  }
});
type Config = z.output<typeof config>;

/** A template with a document's own in its places. @throws DataError for a place that it doesn't have */
export function filled(template: string, { text, labels = {}, from }: Document): string {
  return template.replace(/\{(text|(labels|from)\.(\w+))\}/g, (place, whole, of, name) => {
    if (whole === "text") return text;
    const found = (of === "labels" ? labels : from)[name];
    if (found !== undefined) return String(found);
    const known = Object.keys(of === "labels" ? labels : from).map((key) => `{${of}.${key}}`);
    throw new DataError(
      `\`template\` has ${place}, and the document has ${known.join(", ") || `no ${of}`}`,
    );
  });
}

/** The stage. */
export const synthetic = defineStage<Config>({
  name: "synthetic",
  about:
    "makes documents of documents: by a template, or by a model behind any OpenAI-compatible address",
  papers: ["arXiv:2412.02595"],
  config,
  limits: { least: "least" },
  together: true,
  make({ form, template = FORMS[form], into, least, url, model, ...how }, { ask }) {
    if (url !== undefined && ask === undefined) {
      throw new DataError("synthetic: nobody is here to ask a server; leave `url` out");
    }
    const answer = url === undefined
      ? (message: string) => Promise.resolve(message)
      : ask!({ url, model: model!, ...how });
    return Promise.resolve({
      name: "synthetic",
      kind: "map" as const,
      async decide(document): Promise<Decision> {
        const made = (await answer(filled(template, document))).trim(), value = [...made].length;
        if (value < least) {
          return { keep: false, why: "synthetic: characters", value, limit: least };
        }
        const text = into === "append" ? `${document.text}\n\n${made}` : made;
        return { keep: true, text, values: { characters: value } };
      },
    });
  },
});

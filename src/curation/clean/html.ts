/**
 * The text of a page in HTML: its article, as Mozilla's Readability finds it in the tree that linkedom
 * reads. Both are fetched from npm when the stage is first used.
 * @module
 */
import { resolve, toFileUrl } from "@std/path";
import { z } from "zod";
import { npmPackage } from "../../content/mod.ts";
import { type Decision, defineStage } from "../stage.ts";

const LINKEDOM = { name: "linkedom", version: "0.18.12" } as const;
const READABILITY = { name: "@mozilla/readability", version: "0.6.0" } as const;

const config = z.strictObject({
  characters: z.int().min(0).default(500).describe(
    "characters of an article from which on it is taken for one (Readability's charThreshold)",
  ),
  least: z.int().min(0).default(1).describe(
    "characters of text below which a document is dropped",
  ),
});
type Config = z.output<typeof config>;

/** What is used of a node of a tree. */
interface Node {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<Node>;
}

/** What is used of the libraries. */
interface Linkedom {
  parseHTML(html: string): { readonly document: object };
}
type Readability = new (
  document: object,
  options: { readonly charThreshold: number; readonly serializer: (element: Node) => Node },
) => { parse(): { readonly content: Node } | null };

const TEXT = 3, ELEMENT = 1;

/** Elements that stand in lines of their own, with an empty line about those of the first. */
const PARAGRAPHS = new Set(
  ("ADDRESS ARTICLE ASIDE BLOCKQUOTE DIV DL FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR MAIN NAV OL " +
    "P PRE SECTION TABLE UL").split(" "),
);
const LINES = new Set("BR DD DT FIGCAPTION LI TR".split(" "));
/** Elements whose text nobody reads. */
const UNSEEN = new Set("SCRIPT STYLE TEMPLATE NOSCRIPT".split(" "));

/** The text of a tree: a paragraph a block, an empty line between them, white space as one space. */
export function textOfTree(root: Node): string {
  const out: string[] = [];
  const walk = (node: Node, kept: boolean) => {
    const name = node.nodeName.toUpperCase();
    if (node.nodeType === TEXT) {
      const text = node.textContent ?? "";
      out.push(kept ? text : text.replace(/[ \t\r\n\f]+/g, " "));
    } else if (node.nodeType === ELEMENT && !UNSEEN.has(name)) {
      const end = PARAGRAPHS.has(name) ? "\n\n" : LINES.has(name) ? "\n" : "";
      out.push(name === "BR" ? "" : end);
      for (const child of node.childNodes) walk(child, kept || name === "PRE");
      out.push(name === "TD" || name === "TH" ? " " : end);
    }
  };
  walk(root, false);
  return out.join("").replace(/ *\n */g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}

/** Gets the libraries; what they give reads a page. @throws DataError where they can't be had */
export async function openReader(
  cache: string,
  say?: (note: string) => void,
): Promise<(html: string, characters: number) => string | null> {
  const tree = await npmPackage(LINKEDOM, cache, { say });
  const reader = await npmPackage(READABILITY, cache, { alone: true, say });
  const { parseHTML } = await import(toFileUrl(resolve(tree, "esm/index.js")).href) as Linkedom;
  const { Readability } = (await import(toFileUrl(resolve(reader, "index.js")).href)).default as {
    Readability: Readability;
  };
  return (html, characters) => {
    const { document } = parseHTML(html);
    const found = new Readability(document, {
      charThreshold: characters,
      serializer: (element) => element,
    }).parse();
    return found === null ? null : textOfTree(found.content);
  };
}

/** The stage. */
export const html = defineStage<Config>({
  name: "html",
  about: "the article of a page in HTML as text, by linkedom and Mozilla's Readability",
  papers: [],
  config,
  limits: { least: "least" },
  async make({ characters, least }, { cache, say }) {
    const read = await openReader(cache, say);
    return {
      name: "html",
      kind: "map",
      decide({ text }): Decision {
        const found = read(text, characters) ?? "", value = [...found].length;
        return value >= least
          ? { keep: true, text: found, values: { characters: value } }
          : { keep: false, why: "html: characters", value, limit: least };
      },
    };
  },
});

/**
 * The text of a page in HTML: its article, as Mozilla's Readability finds it in the tree that linkedom
 * reads. Both are fetched from npm when the stage is first used.
 * @module
 */
import { createRequire } from "node:module";
import { resolve, toFileUrl } from "@std/path";
import { z } from "zod";
import { type NpmPackage, npmPackage } from "../../content/mod.ts";
import { type Decision, defineStage } from "../stage.ts";

const TREE: NpmPackage = {
  name: "linkedom",
  version: "0.18.15",
  contents: { "worker.js": "0f4d0c736eac11c98c1d7b7a041a0c36c8d5aa706dfeae64d84747d8b333f3d3" },
};
const READER: NpmPackage = {
  name: "@mozilla/readability",
  version: "0.6.0",
  contents: {
    "Readability.js": "34dcab3d0832d0019f02990eed6b6124e029e8c32b9f0c6f2550544ff8dff174",
  },
};

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
  let out = "", ends = 0;
  /** At least so many line ends before what comes next. */
  const part = (count: number) => ends = Math.max(ends, count);
  const say = (text: string, kept: boolean) => {
    const shown = kept ? text : text.replace(/[ \t\r\n\f]+/g, " ");
    const first = ends > 0 || out === "" || /\s$/.test(out);
    const plain = kept || !first ? shown : shown.trimStart();
    if (plain === "") return;
    if (ends > 0 && out !== "") out = out.trimEnd() + "\n".repeat(ends);
    ends = 0;
    out += plain;
  };
  const walk = (node: Node, kept: boolean) => {
    const name = node.nodeName.toUpperCase();
    if (node.nodeType === TEXT) say(node.textContent ?? "", kept);
    else if (node.nodeType === ELEMENT && !UNSEEN.has(name)) {
      const count = PARAGRAPHS.has(name) ? 2 : LINES.has(name) ? 1 : 0;
      if (count > 0) part(count);
      for (const child of node.childNodes) walk(child, kept || name === "PRE");
      if (count > 0) part(count);
      if (name === "TD" || name === "TH") say(" ", false);
    }
  };
  walk(root, false);
  return out.trim();
}

/** Gets the libraries; what they give reads a page. @throws DataError where they can't be had */
export async function openReader(
  cache: string,
  say?: (note: string) => void,
): Promise<(html: string, characters: number) => string | null> {
  const [tree, reader] = await Promise.all(
    [TREE, READER].map((one) => npmPackage(one, cache, { alone: true, say })),
  );
  // The whole of linkedom in one file, with all that it depends on.
  const { parseHTML } = await import(toFileUrl(resolve(tree, "worker.js")).href) as Linkedom;
  // A CommonJS module, whose package doesn't say so.
  const path = resolve(reader, "Readability.js");
  const Readability = createRequire(toFileUrl(path))(path) as Readability;
  return (html, characters) => {
    // linkedom makes no document of a piece of a page.
    const page = /<html[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`;
    const { document } = parseHTML(page);
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

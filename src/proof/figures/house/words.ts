/**
 * What files of `src` say that only some rooms should: a protocol's name compared, a picture needed,
 * a face with logic in it.
 * @module
 */
import { roomOf } from "./rooms.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** A file of the tree: its path from the root and its text. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

const equalities = new Set(["===", "!==", "==", "!="]);

/** Whether the operand that ends before `at`, or begins there, is something's protocol. */
function isProtocol(tokens: readonly Token[], at: number, side: "before" | "after"): boolean {
  if (side === "before") return tokens[at - 1]?.text === "protocol";
  let end = at;
  // a.b?.c: the last word of the chain.
  while (tokens[end]?.kind === "word" && /^\??\.$/.test(tokens[end + 1]?.text ?? "")) end += 2;
  return tokens[end]?.kind === "word" && tokens[end].text === "protocol";
}

/**
 * Lines on which a protocol is asked for by name outside `protocols/`: `protocol === "control"`
 * either way round, `switch (spec.protocol)`, and lists that are asked whether they include one.
 */
export function protocolComparisons(sources: readonly Source[]): string[] {
  return sources.filter(({ file }) => roomOf(file) !== "protocols").flatMap(({ file, text }) => {
    const tokens = tokensOf(text);
    return tokens.flatMap(({ text: sign, kind, line }, i) => {
      const before = tokens[i - 1], after = tokens[i + 1];
      const compared = kind === "sign" && equalities.has(sign) &&
        ((after?.kind === "string" && isProtocol(tokens, i, "before")) ||
          (before?.kind === "string" && isProtocol(tokens, i + 1, "after")));
      const asked = kind === "word" && ["switch", "includes", "has"].includes(sign) &&
        after?.text === "(" && isProtocol(tokens, i + 2, "after");
      return compared || asked ? [`${file}:${line}`] : [];
    });
  });
}

/** Rooms and files that are about pictures, by how their paths begin, each with why. */
export const pictureRooms: Readonly<Record<string, string>> = {
  "src/kinds/image/": "what a picture is",
  "src/show/image.ts": "how pictures are shown",
  "src/show/picture/": "sheets of pictures, also of densities of points",
  "src/extractors/": "networks that look at pictures",
  "src/metrics/image/": "metrics of pixels",
  "src/metrics/features/": "metrics of what networks see in pictures",
  "src/metrics/copies/": "metrics of pictures that are like others",
  "src/data/decoding/": "files of pictures, decoded",
  "src/data/folder/": "a dataset of pictures",
  "src/data/heads/": "a dataset of pictures",
  "src/data/digits.ts": "a dataset of pictures",
  "src/data/emoji.ts": "a dataset of pictures",
  "src/data/fashion.ts": "a dataset of pictures",
  "src/data/raw_images.ts": "decoded pictures on disk, for datasets of them",
  "src/data/decode.ts": "files of pictures, decoded",
  "src/metrics/labels/": "metrics of what a judge says of pictures",
  "src/metrics/latents/": "metrics of codes, judged by the pictures that they decode to",
  "src/protocols/control/": "control rows of pictures, one of several kinds",
  "src/mod.ts": "the public API, which gives the type its name",
  "src/compare/": "folders of pictures against each other",
  "src/proof/": "measures and tests of pictures, written for them",
};

/** Whether a file is in one of the rooms of pictures. */
export function isOfPictures(file: string, rooms = pictureRooms): boolean {
  return Object.keys(rooms).some((path) => file.startsWith(path));
}

/** Code of sets of pictures: their type, what makes one, and what takes one apart. */
const pictureWord =
  /^(ImageSet|imageSet|imagesOf|toImageSet|toTensorImages|(concat|slice|gather|mirror)Images)$/;

/**
 * Files outside the rooms of pictures whose code takes or makes sets of pictures. A spec of pictures
 * (height, width, channels) may be known anywhere: a network's shape follows from it.
 */
export function needPictures(sources: readonly Source[], rooms = pictureRooms): string[] {
  return sources.filter(({ file, text }) =>
    !isOfPictures(file, rooms) && roomOf(file) !== "kinds" &&
    tokensOf(text).some(({ kind, text }) => kind === "word" && pictureWord.test(text))
  ).map(({ file }) => file);
}

/** Doors that hold more than names: anything but imports and exports of what others declare. */
export function facesWithLogic(sources: readonly Source[]): string[] {
  return sources.filter(({ file }) => file.endsWith("/mod.ts")).filter(({ text }) =>
    !holdsNamesOnly(tokensOf(text))
  ).map(({ file }) => file);
}

function holdsNamesOnly(tokens: readonly Token[]): boolean {
  let at = 0;
  const is = (text: string) => tokens[at]?.text === text && tokens[at].kind !== "string";
  while (at < tokens.length) {
    if (!is("import") && !is("export")) return false;
    at++;
    if (is("type")) at++;
    if (is("{")) {
      const end = tokens.findIndex(({ text, kind }, i) =>
        i > at && kind === "sign" && text === "}"
      );
      const inside = tokens.slice(at + 1, end);
      if (end < 0 || inside.some(({ kind, text }) => kind !== "word" && text !== ",")) return false;
      at = end + 1;
    } else if (is("*")) {
      at++;
      if (is("as")) at += 2;
    } else return false;
    if (is("from")) at += 2;
    if (!is(";")) return false;
    at++;
  }
  return true;
}

/** Words of a Markdown text, as `wc -w` counts them. */
export function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

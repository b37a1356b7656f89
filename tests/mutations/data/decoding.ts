/** Bugs of picture files becoming pixels, and of folders being walked. @module */
import { need } from "../../needs.ts";
import type { Mutant } from "../run.ts";

const laws = "tests/data/decoding/decoding_test.ts";
const pillow = "tests/data/decoding/pillow_test.ts";
const walk = "tests/data/folder/walk_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "luma-cut-off",
    file: "src/data/decoding/colours.ts",
    find: "rgb[at + 2] * 7471 + 0x8000) >> 16",
    replace: "rgb[at + 2] * 7471) >> 16",
    law: pillow,
  },
  {
    id: "ink-of-another-black",
    file: "src/data/decoding/colours.ts",
    find: "left - multiplied(cmyk[at + c], left)",
    replace: "left - multiplied(cmyk[at + c], 255)",
    law: pillow,
  },
  {
    id: "sixteen-bits-cut-off",
    file: "src/data/decoding/viewer.ts",
    find: "Math.floor((value + 128) / 257)",
    replace: "value >> 8",
    law: laws,
    filter: "16 bits",
  },
  {
    id: "sixteen-bits-without-their-profile",
    file: "src/data/decoding/viewer.ts",
    find: 'inks: space === "cmyk", alpha, profile }',
    replace: 'inks: space === "cmyk", alpha, profile: null }',
    law: laws,
    filter: "16 bits",
  },
  {
    id: "viewer-doesnt-turn",
    file: "src/data/decoding/viewer.ts",
    find: ".rotate().flatten(",
    replace: ".flatten(",
    law: laws,
    filter: "a viewer turns",
  },
  {
    id: "pillow-sixteen-bit-grey-by-its-upper-byte",
    file: "src/data/decoding/pillow.ts",
    find: 'if (depth === "ushort" && !(levels && space === "grey16")) {',
    replace: 'if (depth === "ushort") {',
    law: pillow,
  },
  {
    id: "pillow-reads-avif",
    file: "src/data/decoding/pillow.ts",
    find: 'if (format === "heif") {',
    replace: 'if (format === "heif" && bytes.length === 0) {',
    law: pillow,
  },
  {
    id: "pillow-tiff-not-turned",
    file: "src/data/decoding/pillow.ts",
    find: '{ turned: format === "tiff" }',
    replace: "{ turned: false }",
    law: pillow,
  },
  {
    id: "gif-rows-not-interlaced",
    file: "src/data/decoding/gif.ts",
    find: "interlaced ? [[0, 8], [4, 8], [2, 4], [1, 2]] : [[0, 1]]",
    replace: "[[0, 1]]",
    law: pillow,
  },
  {
    id: "gif-first-frame-at-the-corner",
    file: "src/data/decoding/gif.ts",
    find: "(top + y) * width + left);",
    replace: "y * width);",
    law: pillow,
  },
  {
    id: "format-told-by-the-ending",
    file: "src/data/decode.ts",
    find: "return await decodeBytes(await readPicture(path), options);",
    replace:
      'return await decodeBytes(await readPicture(path), path.endsWith(".gif") ? { ...options, decoding: "viewer" } : options);',
    law: laws,
    filter: "name, ending",
  },
  {
    id: "samples-are-always-viewed",
    file: "src/protocols/external/strict.ts",
    find: "await decodeBytes(bytes, { channels, decoding }, found);",
    replace: "await decodeBytes(bytes, { channels }, found);",
    law: laws,
    filter: "the same file",
  },
  {
    id: "data-is-always-viewed",
    file: "src/data/decode.ts",
    find: "decodePicture(paths[i], { spec, background, decoding })",
    replace: "decodePicture(paths[i], { spec, background })",
    law: laws,
    filter: "the same file",
  },
  {
    id: "ways-of-decoding-share-a-cache",
    file: "src/data/folder/folder.ts",
    find: "{ version: DECODER, size, channels, skip, decode, files }",
    replace: "{ version: DECODER, size, channels, skip, files }",
    law: laws,
    filter: "the folder dataset",
  },
  {
    id: "hidden-folders-walked",
    file: "src/data/folder/walk.ts",
    find: 'if (name.startsWith(".")) return leftOut.add("hiddenFolder", shown);',
    replace: "",
    law: walk,
  },
  {
    id: "loops-cut-at-the-root-alone",
    file: "src/data/folder/walk.ts",
    find: "above.includes(folder)",
    replace: "above[0] === folder",
    law: walk,
    filter: "links are followed",
  },
  {
    id: "names-without-bytes-are-listed",
    file: "src/data/folder/walk.ts",
    find: "names.has(`${name}/`) || !await there(at)",
    replace: "names.has(`${name}/`)",
    law: walk,
    filter: "UTF-8",
    needs: await need("linux"),
  },
  {
    id: "left-out-without-a-word",
    file: "src/data/folder/left_out.ts",
    find: "this.#told?.(path, REASONS[reason][0]);",
    replace: "",
    law: walk,
  },
  {
    id: "unreadable-files-named-once",
    file: "src/data/folder/folder.ts",
    find: "return { ...decoded, notes };",
    replace: "return { ...decoded, notes, skipped: [] };",
    law: walk,
    filter: "the dataset names",
  },
];

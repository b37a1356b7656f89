/** Bytes as Pillow's, for every format and mode that it writes: see tests/golden/pillow/make.py. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { luma, opaque, withoutInk } from "../../../src/data/decoding/colours.ts";
import { comparePillow, countPillow, tableFile, tableOf } from "../../golden/pillow/compare.ts";
import { law } from "../../law.ts";

const rows = await comparePillow();

Deno.test("--decode pil: Pillow's bytes for each format and mode, in colour and grey, or a refusal", async () => {
  const wrong = rows.filter(({ outcome }) => outcome === "differs");
  assertEquals(wrong, []);
  // What is refused, and why, is written down: nothing moves from equal to refused unseen.
  assertEquals(tableOf(rows), await Deno.readTextFile(tableFile));
  for (const { file, outcome, reason } of rows) {
    assertEquals(outcome === "equal", reason === undefined, file);
  }
});

Deno.test("all files of Pillow's usual kinds are equal, CMYK and 16-bit grey too", () => {
  const usual = rows.filter(({ format }) =>
    ["PNG", "JPEG", "MPO", "WEBP", "GIF"].includes(`${format}`)
  );
  assert(usual.length > 60, `${usual.length}`);
  for (const { file, outcome } of usual) assertEquals(outcome, "equal", file);
  const { modes, equal, refused, differing, files } = countPillow(rows);
  assertEquals(equal + refused + differing, modes);
  assertEquals(files, {
    all: rows.length,
    equal: rows.filter(({ outcome }) => outcome === "equal").length,
    refused: rows.filter(({ outcome }) => outcome.startsWith("refused")).length,
    differing: 0,
  });
  assertEquals(differing, 0);
});

Deno.test("a kind of which one file differs is no equal kind", () => {
  const of = { file: "x", format: "PNG", mode: "RGB" };
  const { modes, equal, refused, differing } = countPillow([
    { ...of, outcome: "equal" },
    { ...of, outcome: "differs", by: 1 },
    { ...of, mode: "L", outcome: "equal" },
    { ...of, mode: "L", outcome: "refused", reason: "so" },
    { ...of, mode: "1", outcome: "equal" },
    { ...of, mode: "LAB", outcome: "refused by both", reason: "so" },
  ]);
  assertEquals([modes, equal, refused, differing], [3, 1, 1, 1]);
});

const byte = fc.integer({ min: 0, max: 255 });

law(
  "grey is PIL's luma: white stays white, grey stays as it is, and no colour leaves its channels' range",
  {
    source: "ITU-R BT.601-7, 2.5.1; Pillow, Convert.c",
    given: { r: byte, g: byte, b: byte },
    holds: ({ r, g, b }) => {
      const [grey] = luma(Uint8Array.of(r, g, b));
      const exact = 0.299 * r + 0.587 * g + 0.114 * b;
      assert(Math.abs(grey - exact) <= 0.5 + 255 / 65536, `${grey} for ${exact}`);
      assertEquals([...luma(Uint8Array.of(g, g, g))], [g]);
    },
    kills: ["luma-cut-off"],
  },
);

law("ink takes its share of what black leaves; alpha is dropped", {
  source: "definition",
  given: { inks: fc.tuple(byte, byte, byte), black: byte },
  holds: ({ inks, black }) => {
    const rgb = withoutInk(Uint8Array.of(...inks, black));
    inks.forEach((ink, c) => {
      const exact = (255 - black) * (255 - ink) / 255;
      assert(Math.abs(rgb[c] - exact) <= 0.5, `${rgb[c]} for ${exact}`);
    });
    assertEquals([...opaque(Uint8Array.of(...inks, black), 4)], inks);
    assertEquals(
      [...opaque(Uint8Array.of(...inks, black), 2)],
      [0, 0, 0, 2, 2, 2].map((i) => inks[i]),
    );
  },
});

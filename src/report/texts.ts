/** Texts that runs left, read for the renderers. @module */
import { sheetOf, type TextSheet } from "../show/passage/mod.ts";
import { allGalleries, type PictureRef, type ReportModel } from "./model/model.ts";
import { pictureKey } from "./page/gallery_html.ts";

/** Sheets of texts by `pictureKey`. */
export type Texts = ReadonlyMap<string, TextSheet>;

/** Bytes of texts that a report may hold; the first seed of every row is there at any size. */
export const TEXT_BUDGET = 1_500_000;

/**
 * The texts of a model. Where they are more than the budget, those of further seeds are left out.
 * @throws StoreError for a file that holds no texts
 */
export async function readTexts(
  model: ReportModel,
  read: ((ref: PictureRef) => Promise<Uint8Array | null>) | undefined,
  budget = TEXT_BUDGET,
): Promise<{ readonly texts: Texts; readonly left: number }> {
  const texts = new Map<string, TextSheet>();
  if (read === undefined) return { texts, left: 0 };
  const rows = allGalleries(model).filter(({ medium }) => medium === "text").flatMap(({ rows }) =>
    rows
  );
  const wanted = [
    ...rows.map(({ pictures: [first] }) => ({ ref: first, needed: true })),
    ...rows.flatMap(({ pictures }) => pictures.slice(1)).map((ref) => ({ ref, needed: false })),
  ];
  let bytes = 0, left = 0;
  for (const { ref, needed } of wanted) {
    const found = await read(ref);
    if (found === null) continue;
    if (!needed && bytes + found.length > budget) {
      left++;
      continue;
    }
    bytes += found.length;
    texts.set(pictureKey(ref), sheetOf(found, `${ref.run}/${ref.file}`));
  }
  return { texts, left };
}

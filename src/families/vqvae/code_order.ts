/**
 * The order of a picture's codes, and what stands where: grids one after the other, coarse first; in
 * a grid row by row; at a place stage by stage. Codes of one grid and stage are of one book.
 * @module
 */
import type { Grid } from "./model.ts";

/** What a code of the sequence is. */
export interface Place {
  readonly grid: number;
  readonly row: number;
  readonly column: number;
  readonly stage: number;
  /** grid·stages + stage: which table it is from. */
  readonly book: number;
}

/** The places of all codes of a picture, in order. */
export function codePlaces(grids: readonly Grid[], stages: number): Place[] {
  return grids.flatMap(({ height, width }, grid) =>
    Array.from({ length: height * width * stages }, (_, i): Place => {
      const stage = i % stages;
      const at = Math.floor(i / stages);
      return {
        grid,
        row: Math.floor(at / width),
        column: at % width,
        stage,
        book: grid * stages + stage,
      };
    })
  );
}

/** Rows of a compiled evaluation batch; see `subject.ts`. */
export const evaluationBatch = 64;

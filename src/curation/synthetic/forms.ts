/**
 * What a model is asked to make of a document: the five kinds of synthetic text of Nemotron-CC
 * (arXiv:2412.02595), in words of our own.
 * @module
 */

/** Messages by form; `{text}` stands for the document. */
export const FORMS = {
  paraphrase:
    "Rewrite the text below in clear, well-formed English, as an encyclopaedia would put it. Keep all " +
    "its facts and add none. Give the rewritten text alone.\n\n{text}",
  questions:
    "Write up to eight questions of different kinds that the text below answers (yes or no, what, why, " +
    "comparisons, choices of four), each followed by its answer, which has to be in the text. Give " +
    "lines `Question: …` and `Answer: …` alone.\n\n{text}",
  distil:
    "Shorten the text below to what it says: keep its facts, its reasons and its terms, and drop " +
    "repetition and asides. Give the shortened text alone.\n\n{text}",
  knowledge:
    "Write down what can be learnt from the text below, in connected paragraphs that stand without it. " +
    "Leave out who said so, advertisements and the like. Give these paragraphs alone.\n\n{text}",
  list:
    "Put what the text below says into a list: a line a fact, each a whole sentence that begins with " +
    "`- `, in the text's order. Give the list alone.\n\n{text}",
} as const;

/** A name of `FORMS`. */
export type Form = keyof typeof FORMS;

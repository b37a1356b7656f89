/**
 * Control rows of texts: what needs no network, and what knows words but no order.
 * @module
 */
import { bytesOfRow, textsOf, tokenised } from "../../../kinds/text/mod.ts";
import { hostFold } from "../../../random/host/mod.ts";
import { bytesTokenizer } from "../../../tokenizers/mod.ts";
import { type Control, type ControlContext, samplesAlone } from "../control.ts";
import { heldOut } from "../real.ts";
import { fitted, LONGEST, ngramSubject } from "./ngram.ts";
import { shuffledWords } from "./words.ts";

function ngram(name: string, { order, about }: { order: number; about: string }): Control {
  return {
    name,
    version: 1,
    takes: ["text"],
    tokenizer: true,
    reads: () => ["train"],
    about,
    open: ({ dataset, key, tokenizer = bytesTokenizer }: ControlContext) =>
      ngramSubject({
        label: name,
        tokenizer,
        key,
        model: fitted(dataset, { tokenizer, order }),
      }),
  };
}

const fiveGram = ngram("five-gram", {
  order: 5,
  about: "tokens by the four before them, counted in training (modified Kneser–Ney): what no " +
    `network need learn; samples of at most ${LONGEST} tokens`,
});

const unigram = ngram("unigram", {
  order: 1,
  about: "tokens by how often training has them, whatever stands before: words without order",
});

const utf8 = new TextDecoder();

const shuffled: Control = {
  name: "shuffled-words",
  version: 1,
  takes: ["text"],
  reads: heldOut.reads,
  about: "held-out documents with their words in random order: right words, no sentence",
  open(context) {
    const real = heldOut.open(context), key = hostFold(context.key, "words");
    return {
      label: "shuffled-words",
      capabilities: samplesAlone,
      most: real.most,
      async sample(count) {
        const texts = textsOf(await real.sample(count));
        return tokenised(
          Array.from(
            { length: texts.count },
            (_, i) => shuffledWords(utf8.decode(bytesOfRow(texts, i)), hostFold(key, i)),
          ),
          texts.tokenizer,
        );
      },
    };
  },
};

/** See the module. */
export const textControls: readonly Control[] = [fiveGram, unigram, shuffled];

/**
 * Which tokens a `tokenizer.json` puts before and after a text, as its post-processor says.
 * @module
 */

interface Special {
  readonly id: number;
  readonly content: string;
}

/** The tokens around a text; left out where there is none. */
export interface Around {
  readonly bos?: number;
  readonly eos?: number;
}

/** Pieces of a template: `{ SpecialToken: { id: "<s>" } }` and `{ Sequence: … }`. */
function ofTemplate(single: unknown, idOf: (content: string) => number | undefined): Around {
  if (!Array.isArray(single)) return {};
  const texts = single.map((piece: { SpecialToken?: { id?: unknown } }) =>
    typeof piece?.SpecialToken?.id === "string" ? piece.SpecialToken.id : null
  );
  const at = texts.indexOf(null);
  const token = (text: string | null | undefined) => text == null ? undefined : idOf(text);
  return defined({
    bos: at > 0 ? token(texts[0]) : undefined,
    eos: at >= 0 && at < texts.length - 1 ? token(texts[at + 1]) : undefined,
  });
}

function defined({ bos, eos }: { bos?: number; eos?: number }): Around {
  return { ...(bos === undefined ? {} : { bos }), ...(eos === undefined ? {} : { eos }) };
}

/** See the module. @param processor `post_processor`, as JSON.parse gave it */
export function aroundOf(processor: unknown, added: readonly Special[]): Around {
  if (typeof processor !== "object" || processor === null) return {};
  const { type, processors, single, cls, sep } = processor as Record<string, unknown>;
  if (type === "Sequence" && Array.isArray(processors)) {
    return processors.reduce<Around>((so, one) => ({ ...so, ...aroundOf(one, added) }), {});
  }
  const idOf = (content: string) => added.find((one) => one.content === content)?.id;
  if (type === "TemplateProcessing") return ofTemplate(single, idOf);
  if (type === "BertProcessing" || type === "RobertaProcessing") {
    const number = (pair: unknown) =>
      Array.isArray(pair) && typeof pair[1] === "number" ? pair[1] : undefined;
    return defined({ bos: number(cls), eos: number(sep) });
  }
  return {};
}

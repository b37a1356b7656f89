/**
 * What a control row is.
 * @module
 */
import type { Dataset, Split } from "../../data/mod.ts";
import { type KindName, kinds, type Samples } from "../../kinds/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import type { Capabilities, Subject } from "../../subject/mod.ts";
import type { HostKey } from "../../random/host/mod.ts";
import type { Tokenizer } from "../../tokenizers/mod.ts";

/** What a control is made from. */
export interface ControlContext {
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly key: HostKey;
  /** Of rows that use one; default: bytes. */
  readonly tokenizer?: Tokenizer;
}

/** A control row that a suite can name. */
export interface Control {
  readonly name: string;
  /** Raised by hand whenever the same key would give other samples. */
  readonly version: number;
  /** One line for `list` and for captions. */
  readonly about: string;
  /** Kinds of sample that it can be made of, as families say it. */
  readonly takes: readonly KindName[] | "any";
  /** What the data must give with each sample, by name; left out: nothing. */
  readonly given?: readonly string[];
  /** Whether it is made over the tokens of a tokenizer, which its context may give. Default false. */
  readonly tokenizer?: boolean;
  /** Splits that its samples are made from. */
  reads(dataset: Dataset): readonly Split[];
  open(context: ControlContext): Subject;
}

/** What a row can do that gives samples and no more. */
export const samplesAlone: Capabilities = {
  likelihood: "none",
  latent: "none",
  reconstructs: false,
  samples: true,
};

/** A row that gives samples: of all kinds whose samples are drawn, or of those that are bytes. */
export function control(
  about: Omit<Control, "open" | "takes"> & { readonly takes: "drawn" | "bytes" },
  sampler: (context: ControlContext) => (count: number) => Promise<Samples>,
  most?: (context: ControlContext) => number,
): Control {
  return {
    ...about,
    get takes() {
      return kindsWith(about.takes);
    },
    open: (context) => ({
      label: about.name,
      capabilities: samplesAlone,
      sample: sampler(context),
      ...(most && { most: most(context) }),
    }),
  };
}

/** Kinds of samples as they are wanted; asked for anew, since modules bring kinds. */
function kindsWith(wanted: "drawn" | "bytes"): KindName[] {
  return Object.values(kinds).filter(({ bytes, drawn = true }) =>
    wanted === "bytes" ? bytes : drawn
  )
    .map(({ name }) => name as KindName);
}

/**
 * What a stage of curation is: it looks at documents, and keeps, rewrites or drops each of them. It
 * does no work on files and knows nothing of other stages; the pipeline runs it, in any number of
 * workers and in blocks of any size, so what it decides must hang on neither.
 * @module
 */
import type { z } from "zod";
import type { Pointing } from "../content/mod.ts";

/** Where a document came from. */
export interface Provenance {
  /** The name of the data set. */
  readonly dataset: string;
  /** Its number in the training split of that data set. */
  readonly index: number;
  readonly [more: string]: string | number;
}

/** One message of a dialogue. */
export interface DocumentMessage {
  readonly role: string;
  readonly content: string;
}

/** A document, as a stage sees it. */
export interface Document {
  /** All of it as text; of a dialogue, what its messages say, each from a line of its own. */
  readonly text: string;
  readonly from: Provenance;
  /** Of a dialogue. */
  readonly messages?: readonly DocumentMessage[];
  readonly labels?: Readonly<Record<string, number>>;
}

/** What a stage decides of a document. */
export type Decision =
  | {
    readonly keep: true;
    /** The text as it was rewritten; left out where it is as it was. */
    readonly text?: string;
    /** Values by check, "gopher_quality: mean_word_length", of which histograms are made. */
    readonly values?: Readonly<Record<string, number>>;
  }
  | {
    readonly keep: false;
    /** The check that decided: "gopher_quality: mean_word_length". */
    readonly why: string;
    /** What the check found. */
    readonly value: number;
    /** Against which limit. */
    readonly limit: number;
    /** As of a document that is kept. */
    readonly values?: Readonly<Record<string, number>>;
  };

/** Looks at one document at a time: pure. It may run in any number of workers. */
export interface MapStage {
  readonly name: string;
  readonly kind: "map";
  decide(document: Document): Decision | Promise<Decision>;
}

/**
 * Must see all documents before it decides of the first: removal of duplicates, a classifier that is
 * trained on them. Documents come in order, in the first pass and in the second.
 */
export interface CorpusStage<S = unknown> {
  readonly name: string;
  readonly kind: "corpus";
  begin(): S;
  /** @param number the document's place among those that come to the stage, from 0 */
  see(state: S, document: Document, number: number): void | Promise<void>;
  settle(state: S): Promise<(document: Document, number: number) => Decision>;
}

/** A language model behind an address that speaks OpenAI's protocol, and how it is asked. */
export interface AskedModel {
  /** "http://localhost:8000/v1" */
  readonly url: string;
  readonly model: string;
  /** The environment variable that holds the key. */
  readonly key?: string;
  readonly temperature: number;
  /** Tokens of an answer at most. */
  readonly most: number;
  /** Requests at a time, tries after the first, seconds that an answer may take. */
  readonly concurrency: number;
  readonly retries: number;
  readonly timeout: number;
}

/** What a stage is made with. */
export interface StageContext {
  /** A folder for what is downloaded or may be made again. */
  readonly cache: string;
  /** Told what takes long. */
  readonly say?: (text: string) => void;
  /** Texts that a stage compares with, by a name in its settings: "test" is the test split. */
  readonly texts?: (of: string) => AsyncIterable<string>;
  /**
   * Asks a model for an answer to a message; the same message has the same answer in one run. Only where
   * the stage is `together`.
   */
  readonly ask?: (model: AskedModel) => (message: string) => Promise<string>;
  /** A path as a suite writes it, as a path on this machine. */
  readonly path?: (written: string) => string;
}

/** Which way a limit goes: documents above a `most` are dropped, or below a `least`. */
export type LimitKind = "most" | "least";

/** A stage as a suite names it. */
export interface StageDefinition<C = unknown> extends Pointing<C> {
  /** As it stands in suites and in why documents are dropped. */
  readonly name: string;
  /** One line for `list`. */
  readonly about: string;
  readonly papers: readonly string[];
  /** All settings, each with its default. */
  readonly config: z.ZodType<C>;
  /**
   * Which settings are limits: as a `most` grows, or a `least` falls, no document that was kept is
   * dropped. A law holds each of them to that.
   */
  readonly limits?: { readonly [setting in keyof C]?: LimitKind };
  /**
   * Of a map stage that waits for something outside: it runs in the run's own thread, and is given the
   * documents of a block together.
   */
  readonly together?: boolean;
  make(config: C, context: StageContext): Promise<MapStage | CorpusStage>;
}

/** Declares a stage, its settings typed. */
export function defineStage<C>(definition: StageDefinition<C>): StageDefinition<C> {
  return definition;
}

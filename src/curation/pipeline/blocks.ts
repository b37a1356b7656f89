/**
 * Blocks of documents on disk, between the passes of a pipeline. A block is whole or it isn't there,
 * so that a pipeline that was stopped goes on where it was.
 * @module
 */
import { join } from "@std/path";
import { readSealed, writeSealed } from "../../base/digest/mod.ts";
import { StoreError } from "../../base/mod.ts";
import { type Row, rowOf } from "./row.ts";
import type { StageTally } from "./tally.ts";

/** What is kept of a block. */
export interface Block {
  /** Lines of rows, each with its end. */
  readonly kept: string;
  /** Lines of `Dropped`, each with its end. */
  readonly dropped: string;
  readonly tallies: readonly StageTally[];
  /** Documents that came, and those that are left. */
  readonly came: number;
  readonly left: number;
  /** Documents of the source up to the end of this block. */
  readonly next: number;
}

/** A block but for its documents. */
export type BlockHead = Omit<Block, "kept" | "dropped">;

const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The blocks of the passes of one pipeline. */
export class BlockFolder {
  /**
   * @param folder of one run
   * @param name all that fixes what is in it
   */
  constructor(readonly folder: string, readonly name: string) {}

  #path(pass: number, block: number, what: "kept" | "dropped"): string {
    return join(this.folder, `pass-${pass}`, `${String(block).padStart(6, "0")}.${what}`);
  }

  #purpose(pass: number, block: number | "end", what: string): string {
    return `curation ${this.name}, pass ${pass}, block ${block}, ${what}`;
  }

  /** Writes a block. The file of what is kept is the last, and begins with a line that is its head. */
  async write(pass: number, block: number, made: Block): Promise<void> {
    const { kept, dropped, ...head } = made;
    const put = (what: "kept" | "dropped", text: string) =>
      writeSealed(this.#path(pass, block, what), encoder.encode(text), {
        purpose: this.#purpose(pass, block, what),
        sync: false,
      });
    await put("dropped", dropped);
    await put("kept", `${JSON.stringify(head)}\n${kept}`);
  }

  async #read(pass: number, block: number, what: "kept" | "dropped"): Promise<string | null> {
    const path = this.#path(pass, block, what);
    const found = await readSealed(path, this.#purpose(pass, block, what));
    return found.state === "whole" ? decoder.decode(found.bytes) : null;
  }

  /** The head of a block; null where it isn't there or is spoilt, so that it is made again. */
  async head(pass: number, block: number): Promise<BlockHead | null> {
    const text = await this.#read(pass, block, "kept");
    if (text === null || await this.#read(pass, block, "dropped") === null) return null;
    return JSON.parse(text.slice(0, text.indexOf("\n")));
  }

  /** Text of a block that has to be there. @throws StoreError where it isn't */
  async #whole(pass: number, block: number, what: "kept" | "dropped"): Promise<string> {
    const text = await this.#read(pass, block, what);
    if (text !== null) return text;
    throw new StoreError(
      `${this.#path(pass, block, what)} isn't what was written there; repeat the run with --fresh`,
    );
  }

  /** Lines of what a block kept, as one text. */
  async kept(pass: number, block: number): Promise<string> {
    const text = await this.#whole(pass, block, "kept");
    return text.slice(text.indexOf("\n") + 1);
  }

  /** Lines of what a block dropped, as one text. */
  dropped(pass: number, block: number): Promise<string> {
    return this.#whole(pass, block, "dropped");
  }

  /** The rows that a block kept. */
  async rows(pass: number, block: number): Promise<Row[]> {
    return rowsOf(await this.kept(pass, block));
  }

  /** Says that a pass is done: what of it is known. Then it isn't done again. */
  async end(pass: number, summary: PassSummary): Promise<void> {
    await writeSealed(
      join(this.folder, `pass-${pass}`, "end"),
      encoder.encode(JSON.stringify(summary)),
      { purpose: this.#purpose(pass, "end", "summary") },
    );
  }

  /** What is known of a pass that is done; null where it isn't. */
  async ended(pass: number): Promise<PassSummary | null> {
    const path = join(this.folder, `pass-${pass}`, "end");
    const found = await readSealed(path, this.#purpose(pass, "end", "summary"));
    return found.state === "whole" ? JSON.parse(decoder.decode(found.bytes)) : null;
  }

  /** Removes what blocks kept that no pass reads any more. What they dropped stays. */
  async forget(pass: number, { blocks }: PassSummary): Promise<void> {
    for (let block = 0; block < blocks; block++) {
      await Deno.remove(this.#path(pass, block, "kept")).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    }
  }
}

/** What is known of a pass. */
export interface PassSummary {
  readonly blocks: number;
  /** Documents that are left after it. */
  readonly left: number;
  readonly tallies: readonly StageTally[];
}

/** The rows of lines. */
export function rowsOf(lines: string): Row[] {
  return lines.split("\n").flatMap((line) => line === "" ? [] : [rowOf(line)]);
}

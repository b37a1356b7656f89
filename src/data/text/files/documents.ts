/**
 * Documents in files of a cache: as bytes, one after the other, and a file that says where each lies.
 * Whatever form they had, any of them is then read without those before it.
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "@std/path";
import { readSealed, spoiltNote, writeSealed } from "../../../base/digest/mod.ts";
import { hashOf } from "../../split_dataset.ts";
import { joined } from "../readers/lines.ts";
import { type Part, readRuns } from "./runs.ts";

/** Bytes after which a file is full. */
const FULL = 1 << 26;
/** Bytes that are held in memory. */
const HELD = 1 << 28;
/** Numbers before the lengths: documents, files. */
const HEAD = 2;

/** Documents, by number. */
export interface Documents<A> {
  readonly count: number;
  /** Of all of them, in order. */
  readonly digest: string;
  /** `hashOf` of the bytes of each: equal ones have equal hashes. */
  readonly hashes: Uint32Array;
  /** What was told of them when they were read. */
  readonly about: A;
  /** The bytes of documents. @throws RangeError outside [0, count) */
  read(indices: ArrayLike<number>): Promise<Uint8Array[]>;
}

/** What is kept, and how it is made where it isn't there. */
export interface DocumentSource<A> {
  /** All that fixes the documents. */
  readonly name: string;
  readonly folder: string;
  /** Finds the documents, in order, and gives what else is to be known of them: JSON. */
  make(add: (document: Uint8Array) => Promise<void>): Promise<A>;
  readonly say?: (note: string) => void;
  /** See `FULL` and `HELD`; tests have small ones. */
  readonly full?: number;
  readonly held?: number;
}

/** What the last file says. */
interface Index<A> {
  readonly lengths: Uint32Array;
  readonly hashes: Uint32Array;
  /** Bytes of each file. */
  readonly files: Uint32Array;
  readonly digest: string;
  readonly about: A;
}

const pathOf = (folder: string, number: number) =>
  join(folder, `${String(number).padStart(5, "0")}.text`);
const purposeOf = (name: string, number: number) => `documents ${name}, file ${number}`;

/** The documents of a source, from its files, or found and written there. */
export async function documentFiles<A>(source: DocumentSource<A>): Promise<Documents<A>> {
  const { folder, name, say } = source;
  const path = join(folder, "index"), purpose = `index of documents ${name}`;
  const found = await readSealed(path, purpose);
  if (found.state === "spoilt") say?.(spoiltNote(path, found.reason));
  if (found.state === "whole") {
    const index = indexOf<A>(found.bytes), parts = await open(source, index);
    if (parts !== null) return documentsOf(index, parts);
  }
  const index = await make(source);
  // The last thing that is written: without it there is nothing.
  await writeSealed(path, bytesOf(index), { purpose, sync: false });
  return documentsOf(index, (await open(source, index))!);
}

/** The files that hold documents; null where one is spoilt. */
async function open<A>(
  { folder, name, say, held = HELD }: DocumentSource<A>,
  { files }: Index<A>,
): Promise<Part[] | null> {
  const parts: Part[] = [];
  let at = 0;
  for (const [number, length] of files.entries()) {
    const path = pathOf(folder, number);
    const found = await readSealed(path, purposeOf(name, number));
    if (found.state !== "whole" || found.bytes.length !== length) {
      const why = found.state === "spoilt" ? found.reason : "it isn't what was written";
      say?.(spoiltNote(path, why));
      return null;
    }
    parts.push({
      path,
      from: at,
      length,
      offset: 0,
      ...(at + length <= held && { held: found.bytes }),
    });
    at += length;
  }
  return parts;
}

function documentsOf<A>({ lengths, hashes, digest, about }: Index<A>, parts: Part[]): Documents<A> {
  const starts = new Float64Array(lengths.length);
  for (let i = 1; i < lengths.length; i++) starts[i] = starts[i - 1] + lengths[i - 1];
  return {
    count: lengths.length,
    digest,
    hashes,
    about,
    async read(indices) {
      const runs = Array.from(indices, (i) => {
        if (!Number.isInteger(i) || i < 0 || i >= lengths.length) {
          throw new RangeError(`document ${i} was asked for; there are ${lengths.length}`);
        }
        return { from: starts[i], length: lengths[i] };
      });
      const all = new Uint8Array(runs.reduce((sum, { length }) => sum + length, 0));
      await readRuns({ parts, width: 1 }, runs, all);
      let at = 0;
      return runs.map(({ length }) => all.subarray(at, at += length));
    },
  };
}

async function make<A>(source: DocumentSource<A>): Promise<Index<A>> {
  const { folder, name, full = FULL } = source;
  const lengths: number[] = [], hashes: number[] = [], files: number[] = [];
  const digest = createHash("sha256");
  let waiting: Uint8Array[] = [], size = 0;
  const flush = async () => {
    const purpose = purposeOf(name, files.length);
    await writeSealed(pathOf(folder, files.length), joined(waiting), { purpose, sync: false });
    files.push(size);
    [waiting, size] = [[], 0];
  };
  const about = await source.make(async (document) => {
    digest.update(`${document.length} `).update(document);
    lengths.push(document.length);
    hashes.push(hashOf(document));
    waiting.push(document.slice());
    size += document.length;
    if (size >= full) await flush();
  });
  if (size > 0) await flush();
  return {
    lengths: Uint32Array.from(lengths),
    hashes: Uint32Array.from(hashes),
    files: Uint32Array.from(files),
    digest: digest.digest("hex"),
    about,
  };
}

function bytesOf<A>({ lengths, hashes, files, digest, about }: Index<A>): Uint8Array {
  const numbers = new Uint32Array(HEAD + 2 * lengths.length + files.length);
  numbers.set([lengths.length, files.length]);
  numbers.set(lengths, HEAD);
  numbers.set(hashes, HEAD + lengths.length);
  numbers.set(files, HEAD + 2 * lengths.length);
  const text = new TextEncoder().encode(JSON.stringify({ digest, about }));
  return joined([new Uint8Array(numbers.buffer), text]);
}

function indexOf<A>(bytes: Uint8Array<ArrayBuffer>): Index<A> {
  const [count, files] = new Uint32Array(bytes.buffer, bytes.byteOffset, HEAD);
  const column = (from: number, length: number) =>
    new Uint32Array(bytes.buffer, bytes.byteOffset + 4 * (HEAD + from), length).slice();
  const text = new TextDecoder().decode(bytes.subarray(4 * (HEAD + 2 * count + files)));
  return {
    lengths: column(0, count),
    hashes: column(count, count),
    files: column(2 * count, files),
    ...JSON.parse(text) as Pick<Index<A>, "digest" | "about">,
  };
}

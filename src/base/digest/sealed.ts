/**
 * Files that show when they were changed. Each carries a sha256 of its content and its purpose,
 * which is verified before a byte is used. A flipped bit, a copy that was cut short or a file in
 * the wrong place is then an error, never a different number.
 *
 * The bytes come first and a line with the checksum last, so that arrays stay aligned. JSON that
 * others read stays JSON, with its checksum as a key.
 * @module
 */
import { createHash } from "node:crypto";
import { readBytes, StoreError, writeAtomic } from "../files.ts";

/** What a sealed file is: whole, absent, or spoilt for a reason. */
export type Sealed =
  | { readonly state: "whole"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly state: "absent" }
  | { readonly state: "spoilt"; readonly reason: string };

const encoder = new TextEncoder();
const MARK = "\nlikeness sealed sha256 ";
/** The mark, 64 digits and a line's end. */
const LENGTH = MARK.length + 65;

/** The last line of a file of these bytes. */
function sealOf(purpose: string, bytes: Uint8Array): string {
  const hash = createHash("sha256").update(`${purpose.length} ${purpose}\0`).update(bytes);
  return `${MARK}${hash.digest("hex")}\n`;
}

/**
 * Writes bytes with their checksum, whole or not at all.
 * @param of `purpose`: what the bytes are, with all that fixes them; they can be read for it alone
 */
export async function writeSealed(
  path: string,
  bytes: Uint8Array,
  { purpose, sync }: { purpose: string; sync?: boolean },
): Promise<void> {
  await writeAtomic(path, [bytes, encoder.encode(sealOf(purpose, bytes))], { sync });
}

/** Reads what `writeSealed` wrote for this purpose. @throws StoreError where it can't be read */
export async function readSealed(path: string, purpose: string): Promise<Sealed> {
  const all = await readBytes(path);
  if (all === null) return { state: "absent" };
  const spoilt = (reason: string): Sealed => ({ state: "spoilt", reason });
  if (all.length < LENGTH) return spoilt(`${all.length} bytes are too few for a whole file`);
  const bytes = all.subarray(0, all.length - LENGTH);
  const line = new TextDecoder().decode(all.subarray(all.length - LENGTH));
  if (!line.startsWith(MARK)) return spoilt("it doesn't end in its checksum");
  if (line !== sealOf(purpose, bytes)) return spoilt("its checksum differs");
  return { state: "whole", bytes };
}

/** How a file of a cache is got. */
export interface KeptOptions {
  /** As in `writeSealed`. */
  readonly purpose: string;
  readonly make: () => Promise<Uint8Array> | Uint8Array;
  /** Told where a spoilt file is made again. */
  readonly say?: (note: string) => void;
}

/** The bytes of a cache's file, or what `make` gives, which is kept there. */
export async function kept(
  path: string,
  { purpose, make, say }: KeptOptions,
): Promise<Uint8Array> {
  const found = await readSealed(path, purpose);
  if (found.state === "whole") return found.bytes;
  if (found.state === "spoilt") say?.(spoiltNote(path, found.reason));
  const bytes = await make();
  await writeSealed(path, bytes, { purpose });
  return bytes;
}

/** What is said of a cache's file that is made again. */
export function spoiltNote(path: string, reason: string): string {
  return `${path} is damaged (${reason}); it is made again`;
}

const KEY = "sha256";
const digestOf = (value: unknown) =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex");

/** The text of an object with its checksum as its last key. @param indent as of JSON.stringify */
export function sealedJson(value: object, indent?: number): string {
  return JSON.stringify({ ...value, [KEY]: digestOf(value) }, null, indent) + "\n";
}

/**
 * The object in parsed JSON without its checksum.
 * @returns `sealed`: whether it had one; what was written before there were any has none
 * @throws StoreError where the object isn't the one that was written
 */
export function unsealJson(json: unknown, path: string): { value: unknown; sealed: boolean } {
  if (typeof json !== "object" || json === null || !Object.hasOwn(json, KEY)) {
    return { value: json, sealed: false };
  }
  const { [KEY]: digest, ...value } = json as Record<string, unknown>;
  if (digest === digestOf(value)) return { value, sealed: true };
  throw new StoreError(
    `${path} was changed since it was written: its checksum differs; get it from a backup, or ` +
      `remove it and repeat the run with --fresh`,
  );
}

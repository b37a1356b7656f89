/** Digests of sets of samples. @module */
import { sha256 } from "../base/digest/mod.ts";

/**
 * sha256 of a header and bytes.
 * @param header kind, count and shape: the same bytes may be samples of another shape
 */
export async function digestOf(header: string, data: Uint8Array): Promise<string> {
  const head = new TextEncoder().encode(`${header}\n`);
  const whole = new Uint8Array(head.length + data.length);
  whole.set(head);
  whole.set(data, head.length);
  return await sha256(whole);
}

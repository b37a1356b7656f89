/**
 * What the threads that render are asked, and how they answer.
 * @module
 */
import type { Split } from "../dataset.ts";

/** Items [from, to) of a split; `config` is what fixes them. Sent to a thread, so plain data. */
export interface RenderTask<C = unknown> {
  readonly config: C;
  readonly split: Split;
  readonly from: number;
  readonly to: number;
}

/** Items one after the other: so many bytes, and so many float32, each. */
export interface RenderedItems {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
}

/** The items, or what went wrong. */
export type RenderReply = RenderedItems | { readonly error: string };

interface WorkerScope {
  readonly name?: string;
  onmessage: ((event: MessageEvent<RenderTask>) => void) | null;
  postMessage(reply: RenderReply, transfer?: Transferable[]): void;
}

/**
 * Answers tasks where this is a thread that a pool has named so. Imported as a plain module (by tests,
 * or by the dataset itself), there is no scope to answer to, and nothing is done.
 */
export function serveRendering<C>(
  name: string,
  render: (task: RenderTask<C>) => Promise<RenderedItems>,
): void {
  if (typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === "undefined") {
    return;
  }
  const scope = globalThis as unknown as WorkerScope;
  if (scope.name !== name) return;
  scope.onmessage = async ({ data }) => {
    try {
      const { bytes, floats } = await render(data as RenderTask<C>);
      scope.postMessage({ bytes, floats }, [bytes.buffer, floats.buffer]);
    } catch (error) {
      scope.postMessage({ error: (error as Error).stack ?? String(error) });
    }
  };
}

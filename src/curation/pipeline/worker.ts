/**
 * A thread that runs map stages on blocks of documents. It is told of its stages first.
 * @module
 */
import { described } from "../../base/mod.ts";
import type { MapStage } from "../stage.ts";
import { type MadeLines, runLines } from "./lines.ts";
import type { LabelledStage } from "../asked.ts";
import { contextOf, madeStage, type MakingPlace } from "./make.ts";
import { type Step, stepOf } from "./segment.ts";

/** What a thread is given first. */
export interface WorkerStart {
  readonly stages: readonly LabelledStage[];
  readonly place: MakingPlace;
}

/** A block: lines of rows. */
export interface WorkerTask {
  readonly lines: string;
}

/** What a thread answers. */
export type WorkerReply = MadeLines | { readonly error: string } | { readonly said: string };

const scope = self as unknown as {
  onmessage: (event: MessageEvent<WorkerStart | WorkerTask>) => void;
  postMessage(reply: WorkerReply): void;
};

let steps: Promise<Step[]> = Promise.resolve([]);

async function start({ stages, place }: WorkerStart): Promise<Step[]> {
  const context = contextOf(place, { say: (said) => scope.postMessage({ said }) });
  return await Promise.all(
    stages.map(async (stage) => stepOf(stage.label, await madeStage(stage, context) as MapStage)),
  );
}

scope.onmessage = async ({ data }) => {
  if ("stages" in data) {
    steps = start(data);
    steps.catch(() => {}); // told with the first block
    return;
  }
  try {
    scope.postMessage(await runLines(data.lines, await steps));
  } catch (error) {
    scope.postMessage({ error: described(error) });
  }
};

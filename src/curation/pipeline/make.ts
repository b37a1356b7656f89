/**
 * Stages as a suite asks for them, made ready to run.
 * @module
 */
import { join } from "@std/path";
import { linesOf } from "../../base/text/mod.ts";
import { placed } from "../../content/mod.ts";
import type { AskedStage } from "../asked.ts";
import type { CorpusStage, MapStage, StageContext } from "../stage.ts";
import { stageOf } from "../table.ts";

/** Where stages are made. Plain data, so that workers get the same. */
export interface MakingPlace {
  readonly cache: string;
  /** Folder that paths of settings are relative to. */
  readonly base?: string;
  /** Folder of the texts that stages compare with, a file each. */
  readonly texts: string;
}

/** The file of the texts of a name. */
export function textsFile({ texts }: Pick<MakingPlace, "texts">, of: string): string {
  return join(texts, `${encodeURIComponent(of)}.jsonl`);
}

/** The texts of a file, a JSON string a line. */
export async function* textsOfFile(path: string): AsyncGenerator<string> {
  const file = await Deno.open(path);
  for await (const line of linesOf(file.readable)) yield JSON.parse(line);
}

/** What stages are made with at a place. @param texts by default those of the place's files */
export function contextOf(
  place: MakingPlace,
  { say, ask, texts = (of) => textsOfFile(textsFile(place, of)) }: Partial<StageContext>,
): StageContext {
  return { cache: place.cache, say, texts, ask, path: (written) => placed(place.base, written) };
}

/** A stage, ready. */
export async function madeStage(
  { name, config }: AskedStage,
  context: StageContext,
): Promise<MapStage | CorpusStage> {
  return await (await stageOf(name)).make(config, context);
}

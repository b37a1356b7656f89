/**
 * Stages over the rows of a block: each sees what the one before it kept.
 * @module
 */
import { DataError, described } from "../../base/mod.ts";
import type { Decision, Document, MapStage, Provenance } from "../stage.ts";
import { documentOf, rewritten, type Row } from "./row.ts";
import {
  addTo,
  bytesOfText,
  checkOf,
  countDropped,
  countValue,
  emptyTally,
  type StageTally,
} from "./tally.ts";

/** A document that was dropped, without its text. */
export interface Dropped {
  readonly from: Provenance;
  /** The check that decided, and what it found against which limit. */
  readonly why: string;
  readonly value: number;
  readonly limit: number;
  /** Bytes of its text. */
  readonly bytes: number;
}

/** A row with its place in the block, which it keeps. */
interface Placed {
  readonly place: number;
  readonly row: Row;
}

/** What stages made of a block. */
export interface Made {
  /** In order. */
  readonly kept: readonly Row[];
  /** In the order in which they came, whichever stage dropped them. */
  readonly dropped: readonly Dropped[];
  /** One a stage. */
  readonly tallies: readonly StageTally[];
}

/** A stage as it stands in a pipeline. */
export interface Step {
  /** See `StageTally`. */
  readonly label: string;
  /** Whether it is given all documents of the block at once. */
  readonly together?: boolean;
  /** @param number the document's place among those that come to the stage in this block */
  decide(document: Document, number: number): Decision | Promise<Decision>;
}

/** A map stage as a step. */
export function stepOf(label: string, stage: MapStage, together = false): Step {
  return { label, together, decide: (document) => stage.decide(document) };
}

/** The name of a check as tallies have it: of its stage as it is called here, "unicode#2: controls". */
function checkName(label: string, check: string): string {
  const own = `${label.replace(/#\d+$/, "")}: `;
  return `${label}: ${check.startsWith(own) ? check.slice(own.length) : check}`;
}

async function decided(step: Step, document: Document, number: number): Promise<Decision> {
  try {
    const decision = await step.decide(document, number), { values = {} } = decision;
    const all = decision.keep
      ? values
      : { ...values, [decision.why]: decision.value, limit: decision.limit };
    const odd = Object.entries(all).find(([, value]) => !Number.isFinite(value));
    if (odd !== undefined) {
      throw new RangeError(`${odd[0]} gave ${odd[1]}, which is no finite number`);
    }
    return decision;
  } catch (error) {
    const { dataset, index } = document.from;
    throw new DataError(
      `stage ${step.label}: document ${index} of ${dataset}: ${described(error)}`,
      { cause: error },
    );
  }
}

/** One step over rows. */
async function stepped(rows: readonly Placed[], step: Step): Promise<{
  kept: Placed[];
  dropped: { place: number; dropped: Dropped }[];
  tally: StageTally;
}> {
  const { label } = step, tally = emptyTally(label);
  const kept: Placed[] = [], out: { place: number; dropped: Dropped }[] = [];
  const asked = step.together
    ? await Promise.all(rows.map(({ row }, i) => decided(step, documentOf(row), i)))
    : null;
  for (const [number, { place, row }] of rows.entries()) {
    const document = documentOf(row), bytes = bytesOfText(document.text);
    const decision = asked?.[number] ?? await decided(step, document, number);
    addTo(tally.read, { documents: 1, bytes });
    const values = new Map(
      Object.entries(decision.values ?? {}).map(([check, x]) => [checkName(label, check), x]),
    );
    if (!decision.keep) {
      const why = checkName(label, decision.why);
      const { value, limit } = decision, { from } = row;
      values.set(why, value);
      countDropped(checkOf(tally, why), { why, from, value, limit, bytes, text: document.text });
      out.push({ place, dropped: { from, why, value, limit, bytes } });
    } else {
      const text = decision.text ?? document.text;
      const now = text === document.text ? row : await rewritten(row, {
        text,
        stage: label,
        rewrite: async (content) => {
          const own = await decided(step, { text: content, from: row.from }, number);
          return own.keep && own.text !== undefined ? own.text : content;
        },
      });
      const left = now === row ? bytes : bytesOfText(documentOf(now).text);
      addTo(tally.kept, { documents: 1, bytes: left });
      if (now !== row) addTo(tally.rewritten, { documents: 1, bytes: left });
      kept.push({ place, row: now });
    }
    for (const [check, value] of values) countValue(checkOf(tally, check), value);
  }
  return { kept, dropped: out, tally };
}

/** Steps over the rows of a block, one after the other. */
export async function runSteps(rows: readonly Row[], steps: readonly Step[]): Promise<Made> {
  let left: Placed[] = rows.map((row, place) => ({ place, row }));
  const dropped: { place: number; dropped: Dropped }[] = [], tallies: StageTally[] = [];
  for (const step of steps) {
    const made = await stepped(left, step);
    left = made.kept;
    dropped.push(...made.dropped);
    tallies.push(made.tally);
  }
  return {
    kept: left.map(({ row }) => row),
    dropped: dropped.sort((a, b) => a.place - b.place).map(({ dropped }) => dropped),
    tallies,
  };
}

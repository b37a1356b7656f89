/**
 * Verdicts as GitHub annotations: workflow commands on standard output, which GitHub Actions shows
 * beside the suite's file.
 * @module
 */
import { count } from "../../base/text/mod.ts";
import { formatEffect, worstFirst } from "../outcome.ts";
import { rowText } from "../verdict/verdict.ts";
import { brokenRuns, type Gated, isMeasured, severity } from "./gated.ts";

/** GitHub shows ten of each level a step; one is kept for what is left out. */
const most = 9;

type Level = "error" | "warning" | "notice";

/** Of a command's message: what would end the line. */
export const escapeData = (text: string) =>
  text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");

/** Of a command's property: what would end the property too. */
export const escapeProperty = (text: string) =>
  escapeData(text).replace(/:/g, "%3A").replace(/,/g, "%2C");

interface Note {
  readonly level: Level;
  readonly title: string;
  readonly message: string;
}

function notesOf(gated: Gated): Note[] {
  const { suite, outcome, records, allowInconclusive } = gated;
  const notes = brokenRuns(records).map(({ name, cause }): Note => ({
    level: "error",
    title: `${suite}: ${name}`,
    message: cause,
  }));
  if (!isMeasured(gated) && outcome.exitCode !== 0) {
    notes.push({ level: "error", title: suite, message: outcome.line });
  }
  for (const verdict of worstFirst(outcome.verdicts)) {
    if (["pass", "new", "shown"].includes(verdict.verdict)) continue;
    const how = severity(verdict, allowInconclusive);
    const undecided = verdict.verdict === "inconclusive";
    notes.push({
      level: undecided ? "warning" : how === "good" ? "notice" : "error",
      title: `${suite}: ${rowText(verdict)} ${verdict.metric} ${verdict.verdict}`,
      message: `${formatEffect(verdict.effect, verdict.effectUnit)}; ${verdict.why}`,
    });
  }
  const fresh = outcome.verdicts.filter(({ verdict }) => verdict === "new").length;
  if (fresh > 0) {
    notes.push({
      level: "notice",
      title: `${suite}: ${count(fresh, "number")} without a baseline`,
      message: "likeness gate --update --reason … accepts them",
    });
  }
  return notes;
}

/** The annotations of a gate, one a line. */
export function annotations(gated: readonly Gated[]): string[] {
  const all = gated.flatMap((one) => notesOf(one).map((note) => ({ ...note, file: one.path })));
  return (["error", "warning", "notice"] as const).flatMap((level) => {
    const own = all.filter((note) => note.level === level);
    const shown = own.length > most + 1 ? own.slice(0, most) : own;
    const left = own.length - shown.length;
    return [
      ...shown,
      ...(left > 0
        ? [{ level, title: `and ${left} more`, message: "see the table", file: own[0].file }]
        : []),
    ].map(({ title, message, file }) =>
      `::${level} file=${escapeProperty(file)},title=${escapeProperty(title)}::${
        escapeData(message)
      }`
    );
  });
}

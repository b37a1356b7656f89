/**
 * Verdicts as JUnit XML, in the schema of Ant and Jenkins: one test suite for each suite, one test
 * case for each metric of a run. What is missing is an error, what regressed is a failure, and what
 * can't be compared yet is skipped.
 * @module
 */
import { formatEffect, minimumText } from "../outcome.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { escapeHtml } from "../../base/text/mod.ts";
import { brokenRuns, type Gated, isMeasured, severity } from "./gated.ts";

/** Of an attribute: line breaks survive only as references. */
const attribute = (text: string) =>
  escapeHtml(text).replace(/\t/g, "&#9;").replace(/\n/g, "&#10;").replace(/\r/g, "&#13;");

/** One test case. */
interface Case {
  readonly classname: string;
  readonly name: string;
  readonly outcome: { readonly as: "error" | "failure" | "skipped"; readonly type: string } | null;
  readonly message: string;
  readonly text: string;
}

function verdictCase(suite: string, verdict: Verdict, allowInconclusive: boolean): Case {
  const how = severity(verdict, allowInconclusive);
  const { baseline, value, unit, effect, effectUnit } = verdict;
  const p = (value: number | null) => value === null ? "–" : String(Number(value.toPrecision(3)));
  const lines = [
    `baseline ${baseline ?? "–"}, now ${value ?? "–"}${unit === "" ? "" : ` ${unit}`}`,
    `change ${formatEffect(effect, effectUnit)}, counts from ${minimumText(verdict)}`,
    `test ${verdict.test}, p ${p(verdict.p)}, adjusted p ${p(verdict.adjustedP)}`,
    verdict.why,
  ];
  return {
    classname: `${suite}.${verdict.label}`,
    name: verdict.metric,
    outcome: how === "good" ? null : { as: how, type: verdict.verdict },
    message: [
      verdict.verdict,
      ...(effect === null ? [] : [formatEffect(effect, effectUnit)]),
      verdict.why,
    ].join(": "),
    text: lines.join("\n"),
  };
}

function casesOf({ suite, outcome, records, allowInconclusive, ...rest }: Gated): Case[] {
  const broken = brokenRuns(records).map(({ name, cause }): Case => ({
    classname: `${suite}.runs`,
    name,
    outcome: { as: "error", type: "run" },
    message: cause,
    text: cause,
  }));
  const verdicts = outcome.verdicts.map((v) => verdictCase(suite, v, allowInconclusive));
  const nothing = !isMeasured({ ...rest, outcome } as Gated) && outcome.exitCode !== 0
    ? [{
      classname: `${suite}.gate`,
      name: "measured",
      outcome: { as: "error", type: "nothing measured" } as const,
      message: outcome.line,
      text: outcome.line,
    }]
    : [];
  return [...broken, ...nothing, ...verdicts];
}

function caseXml({ classname, name, outcome, message, text }: Case): string {
  const names = `classname="${attribute(classname)}" name="${attribute(name)}"`;
  const head = `    <testcase ${names} time="0"`;
  if (outcome === null) return `${head}/>`;
  const { as, type } = outcome;
  const kind = as === "skipped" ? "" : ` type="${attribute(type)}"`;
  const inner = `<${as}${kind} message="${attribute(message)}">${escapeHtml(text)}</${as}>`;
  return `${head}>\n      ${inner}\n    </testcase>`;
}

/**
 * A whole JUnit file.
 * @param options.date ISO 8601, UTC
 */
export function junitXml(
  gated: readonly Gated[],
  { date, host = "localhost" }: { readonly date: string; readonly host?: string },
): string {
  const suites = gated.map((one, id) => {
    const cases = casesOf(one);
    const count = (as: string) => cases.filter(({ outcome }) => outcome?.as === as).length;
    const properties = {
      line: one.outcome.line,
      exitCode: String(one.outcome.exitCode),
      commits: [...new Set(one.records.map(({ provenance }) => provenance.gitSha ?? "unknown"))]
        .join(" "),
      machineClass: [...new Set(one.records.map((r) => r.provenance.machineClass))].join(" "),
      command: one.command,
    };
    const numbers = `tests="${cases.length}" failures="${count("failure")}" ` +
      `errors="${count("error")}" skipped="${count("skipped")}"`;
    return [
      `  <testsuite name="${attribute(one.suite)}" package="likeness.gate" id="${id}" ${numbers} ` +
      `time="0" timestamp="${date.slice(0, 19)}" hostname="${attribute(host)}">`,
      "    <properties>",
      ...Object.entries(properties).map(([name, value]) =>
        `      <property name="${name}" value="${attribute(value)}"/>`
      ),
      "    </properties>",
      ...cases.map(caseXml),
      "    <system-out/>",
      "    <system-err/>",
      "  </testsuite>",
    ].join("\n");
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""]
    .join("\n");
}

/** What the gate leaves for CI: JUnit, Markdown, annotations. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { annotations, escapeData, escapeProperty } from "../../src/gate/ci/annotations.ts";
import type { Gated } from "../../src/gate/ci/gated.ts";
import { junitXml } from "../../src/gate/ci/junit.ts";
import { gateMarkdown } from "../../src/gate/ci/markdown.ts";
import { countVerdicts, gateExit, gateLine } from "../../src/gate/outcome.ts";
import { evaluateGate } from "../../src/gate/verdict/evaluate.ts";
import type { Verdict } from "../../src/gate/verdict/verdict.ts";
import type { RunRecord } from "../../src/record/record.ts";
import { law } from "../law.ts";
import { parseJunit } from "../junit.ts";
import { baselinesOf, record } from "./fixture.ts";

const date = "2026-01-02T03:04:05.678Z";

/** A gate of one suite: all verdicts, a run that failed, and text that means to break out. */
export function gatedExample(allowInconclusive = false): Gated {
  const values = [10, 10.4, 9.7, 10.1, 9.9];
  const made = (change: (name: string) => number) =>
    values.map((x, i) =>
      record({
        seed: i + 1,
        label: "vae β=4 <\"&'>",
        metrics: ["same", "worse", "better", "new | `one`", "lost"].map((name) => ({
          name,
          value: name === "lost" && change(name) > 0 ? null : x + change(name) * (1 + i / 100),
          ...(name === "lost" ? { reason: "no judge\nhere: 100 %" } : {}),
        })),
      })
    );
  const shift: Record<string, number> = { worse: 3, better: -3, lost: 1 };
  const records = [
    ...made((name) => shift[name] ?? 0),
    record({
      seed: 9,
      label: "gan",
      state: "diverged",
      cause: "loss is NaN at step 7",
      metrics: [],
    }),
  ];
  const old = made(() => 0).map((r) => ({
    ...r,
    metrics: r.metrics.filter(({ name }) => !name.startsWith("new")),
  }));
  return gatedOf(evaluateGate({ records, baselines: baselinesOf(old), suiteVersion: 1 }), {
    records,
    allowInconclusive,
  });
}

function gatedOf(
  verdicts: readonly Verdict[],
  { records = [], allowInconclusive = false }: {
    records?: readonly RunRecord[];
    allowInconclusive?: boolean;
  } = {},
): Gated {
  return {
    suite: "made",
    path: "suites/made.yaml",
    records,
    allowInconclusive,
    command: "likeness gate made --junit gate.xml",
    outcome: {
      verdicts,
      counts: countVerdicts(verdicts),
      line: gateLine(verdicts),
      exitCode: gateExit(verdicts, { records, allowInconclusive }),
    },
  };
}

const golden = {
  "gate.xml.txt": () => junitXml([gatedExample()], { date }),
  "gate.md.txt": () => gateMarkdown([gatedExample()]),
  "annotations.txt": () => annotations([gatedExample()]).join("\n") + "\n",
} as const;

/** `deno run -A tests/gate/ci_test.ts` writes them anew; check_junit.py checks gate.xml.txt by schemas. */
const place = (name: string) => new URL(`../golden/gate/${name}`, import.meta.url);

for (const [name, make] of Object.entries(golden)) {
  Deno.test(`CI output is the golden ${name}`, async () => {
    assertEquals(make(), await Deno.readTextFile(place(name)));
  });
}

const wild = fc.string({
  unit: fc.constantFrom(..."ab<>&\"'%:,\n\r\t|`*]\u0000\u001b\ufffe\ud800é😀@/".split(/(?:)/u)),
  maxLength: 30,
});

law("JUnit: whatever a label, metric or reason holds, the file says it and nothing else", {
  source: "XML 1.0",
  given: { label: wild, name: wild, why: wild },
  holds: ({ label, name, why }) => {
    const [verdict] = gatedExample().outcome.verdicts.filter((v) => v.verdict === "regressed");
    const xml = junitXml([gatedOf([{ ...verdict, label, metric: name, why }])], { date });
    const { failed, passed } = parseJunit(xml)!;
    // deno-lint-ignore no-control-regex
    const kept = name.replace(/[\u0000\u001b\ufffe]/g, "").replace(/\ud800/g, "\ufffd");
    assertEquals([failed, passed], [[kept], []]);
    // deno-lint-ignore no-control-regex
    assert(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(xml));
  },
  kills: ["junit-attributes-unescaped"],
});

law("annotations: one line each, whatever they say; unescaped they are what was said", {
  source: "GitHub's workflow commands",
  given: { label: wild, why: wild },
  holds: ({ label, why }) => {
    const [verdict] = gatedExample().outcome.verdicts.filter((v) => v.verdict === "regressed");
    const lines = annotations([gatedOf([{ ...verdict, label, why }])]);
    assertEquals(lines.length, 1);
    const parts = lines[0].match(/^::error file=([^:,\r\n]*),title=([^:,\r\n]*)::([^\r\n]*)$/);
    assert(parts !== null, lines[0]);
    const plain = (text: string) =>
      text.replace(/%(3A|2C|0A|0D|25)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    assertStringIncludes(plain(parts[2]), label);
    assertStringIncludes(plain(parts[3]), why);
  },
  kills: ["annotations-leave-commas"],
});

Deno.test("escapes: percent first, so that nothing is escaped twice", () => {
  assertEquals(escapeData("100 %\r\n"), "100 %25%0D%0A");
  assertEquals(escapeProperty("a:b,c%"), "a%3Ab%2Cc%25");
});

Deno.test("an undecided number fails, or is skipped where that is allowed", () => {
  const [base] = gatedExample().outcome.verdicts;
  const verdict: Verdict = { ...base, verdict: "inconclusive" };
  const xml = (allowInconclusive: boolean) =>
    junitXml([gatedOf([verdict], { allowInconclusive })], { date });
  assertStringIncludes(xml(false), 'failures="1" errors="0" skipped="0"');
  assertStringIncludes(xml(true), 'failures="0" errors="0" skipped="1"');
  assertStringIncludes(annotations([gatedOf([verdict])])[0], "::warning ");
});

Deno.test("nothing measured is an error in every output", () => {
  const nothing = gatedOf([]);
  assertEquals(parseJunit(junitXml([nothing], { date }))!.failed, ["measured"]);
  assertStringIncludes(gateMarkdown([nothing]), "NOTHING MEASURED");
  assertEquals(annotations([nothing]), [
    "::error file=suites/made.yaml,title=made::NOTHING MEASURED",
  ]);
});

Deno.test("Markdown stays below the length of a comment, annotations below GitHub's ten", () => {
  const [verdict] = gatedExample().outcome.verdicts.filter((v) => v.verdict === "regressed");
  const many = Array.from({ length: 3000 }, (_, i) => ({ ...verdict, metric: `metric ${i}` }));
  const passed = many.map((v) => ({ ...v, verdict: "pass" as const }));
  const text = gateMarkdown([gatedOf([...many, ...passed])]);
  assert(text.length < 65_536, `${text.length}`);
  assertStringIncludes(text, "more rows, left out for length");
  const lines = annotations([gatedOf(many)]);
  assertEquals(lines.length, 10);
  assertStringIncludes(lines[9], "title=and 2991 more");
});

if (import.meta.main) {
  for (const [name, make] of Object.entries(golden)) await Deno.writeTextFile(place(name), make());
}

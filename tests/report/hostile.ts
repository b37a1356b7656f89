/** Text that users could put into labels, reasons and commands to break a page. @module */
import type { RunRecord } from "../../src/record/record.ts";

/** Strings with a meaning in HTML, XML, CSS, URLs, Markdown or Vega. */
export const HOSTILE = [
  `<script>alert("1")</script>`,
  `"><img src=x onerror=alert(1)>`,
  `</title></svg><b>`,
  `a & b | c \` d * e _ f [g](http://evil.example/) <https://evil.example>`,
  `![x](https://evil.example/x.png)`,
  `datum.x + 'y' \\ "z" {{q}} \${r}`,
  `\u0000\u0001\ud800 lone`,
  `${"long ".repeat(60)}end`,
  `مرحبا 你好 👩‍🔬 ‮reversed`,
] as const;

/** The same record with every free text replaced. */
export function hostile(record: RunRecord, text: string): RunRecord {
  return {
    ...record,
    label: `${text} ${record.spec.family}`,
    cause: text,
    spec: { ...record.spec, config: { [text]: text } },
    provenance: {
      ...record.provenance,
      command: text,
      cpu: text,
      engineChoice: text,
      datasetNotes: [text],
    },
    metrics: record.metrics.map((m, i) => ({
      ...m,
      name: i % 2 ? m.name : `${m.name} ${text}`,
      unit: m.unit === "" ? "" : text,
      reason: m.reason === undefined ? undefined : text,
    })),
    artefacts: record.artefacts.map((a) => ({ ...a, about: text })),
  };
}

/** Figures that are read from a report which another command writes. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { z } from "zod";
import { UsageError } from "../../../src/base/errors.ts";
import { readReport, reportFigure } from "../../../src/proof/figures/report.ts";

const number = { fault: "no number", parse: (json: unknown) => z.number().parse(json) };

Deno.test("a report is read; none is null; another file is refused with its path", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "3");
    assertEquals(await readReport(path, number), 3);
    assertEquals(await readReport(`${path}.none`, number), null);
    for (const text of ['"3"', "{"]) {
      await Deno.writeTextFile(path, text);
      await assertRejects(() => readReport(path, number), UsageError, `${path}: no number: `);
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a report's figure is measured by its command; one that broke down is a reason", async () => {
  const reporter = { group: "g", task: "peers:some", program: "some.ts", takes: "an hour" };
  const measured = reportFigure(reporter, {
    name: "f",
    about: "",
    unit: "",
    target: { is: "<", value: 1 },
    stored: ({ figures }) => Promise.resolve({ value: 1, reason: figures }),
  });
  const notes: string[] = [], calls: string[][] = [];
  const made = new Map<string, unknown>();
  const measure = (code: number) =>
    measured.measure({
      out: "",
      figures: "folder",
      note: (text) => notes.push(text),
      run: (args) => {
        calls.push([...args]);
        return Promise.resolve({ code, seconds: 0, stdout: "", stderr: "why" });
      },
      once: async <T>(key: string, make: () => Promise<T>) => {
        if (!made.has(key)) made.set(key, await make());
        return made.get(key) as T;
      },
    });
  assertEquals(await measure(1), { value: 1, reason: "folder" });
  assertEquals(await measure(1), { value: 1, reason: "folder" });
  assertEquals(calls, [["run", "-A", "some.ts", "--engine", "tensorflow"]]);
  assertEquals(notes.length, 1);
  assertMatch(notes[0], /peers:some: an hour/);
  made.clear();
  const { value, reason } = await measure(3);
  assertEquals(value, null);
  assertMatch(reason!, /^peers:some: exit code 3: why/);
});

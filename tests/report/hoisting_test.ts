import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Cell, Column, Group } from "../../src/report/model/model.ts";
import { table } from "../../src/report/model/tables/tables.ts";
import { law } from "../law.ts";

const column: Column = {
  name: "FD",
  heading: "FD",
  metric: "frechet",
  unit: "",
  direction: "lower",
  kind: "quality",
};

function cell(
  given: { value: number; label?: string; pictures: number; low: number } | null,
): Cell {
  if (given === null) return { kind: "not-measured", reason: "none" };
  const { value, label, pictures, low } = given;
  const estimate = { mean: value } as unknown as (Cell & { kind: "value" })["estimate"];
  return { kind: "value", estimate, seeds: [{ seed: 1, value }], label, beside: { pictures, low } };
}

law(
  "what stands beside all values of a column alike is said in its heading, the rest with the row",
  {
    source: "definition",
    given: {
      rows: fc.array(
        fc.option(
          fc.record({
            value: fc.integer(),
            label: fc.constantFrom("OpenBLAS", undefined),
            pictures: fc.constantFrom(2000, 4000),
            low: fc.constantFrom(1, 2),
          }),
          { freq: 4 },
        ),
        { minLength: 1, maxLength: 4 },
      ),
    },
    holds: ({ rows }) => {
      const groups = rows.map((_, i) => ({ id: String(i) })) as unknown as Group[];
      const made = table({ id: "t", title: "t", caption: "" }, groups, [
        { column, cells: rows.map(cell) },
      ]);
      const valued = rows.filter((row) => row !== null);
      const alike = <T>(of: (row: typeof valued[number]) => T) =>
        valued.length > 1 && new Set(valued.map(of)).size === 1;
      const { label, beside = {} } = made.columns[0];
      assertEquals(label, alike((r) => r.label) ? valued[0].label : undefined);
      assertEquals(beside, {
        ...alike((r) => r.pictures) ? { pictures: valued[0].pictures } : {},
        ...alike((r) => r.low) ? { low: valued[0].low } : {},
      });
      made.rows.forEach(({ cells: [found] }, i) => {
        const row = rows[i];
        if (row === null) return assertEquals(found.kind, "not-measured");
        if (found.kind !== "value") throw new Error(found.kind);
        assertEquals(found.label, alike((r) => r.label) ? undefined : row.label);
        const rest = {
          ...alike((r) => r.pictures) ? {} : { pictures: row.pictures },
          ...alike((r) => r.low) ? {} : { low: row.low },
        };
        assertEquals(found.beside ?? {}, rest);
      });
    },
    kills: ["report-hoists-what-differs"],
  },
);

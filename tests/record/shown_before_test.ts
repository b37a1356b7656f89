/** Pictures of a record from before artefacts said what they show. */
import { assert, assertEquals } from "@std/assert";
import type { Shows } from "../../src/record/record.ts";
import { shownBy } from "../../src/record/shows.ts";
import type { ReportModel } from "../../src/report/model/model.ts";

Deno.test("pictures of the published report stand where their names put them", async () => {
  const path = new URL("../../reports/faces-quick/report.json", import.meta.url);
  const { galleries } = JSON.parse(await Deno.readTextFile(path)) as ReportModel;
  const ids: Partial<Record<Shows["what"], string>> = {
    traversal: "traversals",
    interpolation: "interpolations",
    "prior-interpolation": "prior-interpolations",
  };
  let seen = 0;
  for (const { id, rows } of galleries) {
    for (const { name, file, sha256, about } of rows.flatMap((row) => row.pictures)) {
      const { what, of } = shownBy({ name, file, sha256, about })!;
      assertEquals(of === undefined ? ids[what] ?? what : `${what}-${of}`, id, name);
      seen++;
    }
  }
  assert(seen > 0);
});

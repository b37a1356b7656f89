/** What artefacts show: said by new records, read from the names of older ones; reports are the same. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Artefact, SHOWN, type Shows } from "../../src/record/record.ts";
import { shownBy } from "../../src/record/shows.ts";
import { buildReport } from "../../src/report/model/build.ts";
import { law } from "../law.ts";
import { fixture } from "../report/fixture.ts";

/** A picture as `makePictures` leaves it. */
function picture({ what, of }: Pick<Shows, "what" | "of">): Artefact {
  const name = of === undefined ? what : `${what}-${of}`;
  return {
    name,
    file: `${name}.png`,
    sha256: "0".repeat(64),
    about: `What ${name} shows`,
    shows: { what, kind: "image", ...(of === undefined ? {} : { of }) },
    width: 8,
    height: 8,
  };
}

/** Texts and views came after records that don't say what they show. */
const later: readonly Shows["what"][] = [
  "continuations",
  "probabilities",
  "errors",
  "depths",
  "orbit",
  "turntable",
  "dropped",
];
const ofPictures = SHOWN.filter((what) => !later.includes(what));

const pictures: readonly Artefact[] = ofPictures.flatMap((what) =>
  what === "conditional"
    ? ["gender", "expression", "hat"].map((of) => picture({ what, of }))
    : [picture({ what })]
);
const others: readonly Artefact[] = [
  { name: "checkpoint", file: "checkpoint.safetensors", sha256: "1", about: "State" },
  { name: "external samples", file: "samples.bin", sha256: "2", about: "Bytes" },
  { name: "weather", file: "weather.PNG", sha256: "3", about: "Something else" },
];

law(
  "a report is the same whether records say what their pictures show or are read by their names",
  {
    source: "definition",
    given: {
      kept: fc.array(fc.subarray([...pictures, ...others]), { minLength: 10, maxLength: 10 }),
      silent: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
    },
    cases: 30,
    holds({ kept, silent }) {
      const { records, ...inputs } = fixture({ steps: 4 });
      assertEquals(records.length, kept.length);
      const report = (says: (record: number) => boolean) =>
        buildReport({
          ...inputs,
          records: records.map((record, i) => ({
            ...record,
            artefacts: kept[i].map(({ shows, ...artefact }) =>
              says(i) && shows !== undefined ? { ...artefact, shows } : artefact
            ),
          })),
        });
      const said = report(() => true);
      assertEquals(report(() => false), said);
      assertEquals(report((i) => !silent[i]), said);
      const shown = said.galleries.flatMap(({ rows }) => rows.flatMap((row) => row.pictures));
      const drawn = kept.flat().filter(({ file }) => /\.png$/i.test(file));
      assertEquals(shown.length, drawn.length, "every picture stands in one gallery");
      for (const { id, rows } of said.galleries) {
        const names = new Set(rows.flatMap((row) => row.pictures.map(({ name }) => name)));
        assertEquals(names.size, 1, `${id} shows one thing, of one factor`);
      }
    },
    kills: ["walks-of-the-prior-read-as-others", "factor-of-a-sheet-forgotten", "shows-ignored"],
  },
);

Deno.test("what a record says goes before what a name would", () => {
  const artefact = { ...picture({ what: "samples" }), shows: { what: "nearest" } as const };
  assertEquals(shownBy(artefact), { what: "nearest" });
  assertEquals(shownBy({ ...artefact, shows: undefined }), { what: "samples" });
  assertEquals(shownBy({ ...artefact, name: "sheet", shows: undefined }), { what: "other" });
  assertEquals(others.map(shownBy), [null, null, { what: "other" }]);
});

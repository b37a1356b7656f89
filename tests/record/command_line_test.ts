import { assertEquals } from "@std/assert";
import { placeless } from "../../src/record/command_line.ts";

Deno.test("a command line for readers elsewhere has no folder of records, however it was written", () => {
  const told = "likeness run s.yaml --jobs 1";
  for (
    const out of ["--out /data/x", "--out=/data/x", "--out '/my data/x'", "--out '/it'\\''s/x'"]
  ) {
    assertEquals(placeless(`likeness run s.yaml ${out} --jobs 1`), told);
    assertEquals(placeless(`${told} ${out}`), told);
  }
  assertEquals(placeless("likeness run s.yaml --output x"), "likeness run s.yaml --output x");
});

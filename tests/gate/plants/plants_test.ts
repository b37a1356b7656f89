/** A small part of `deno task plants`, which CI runs whole. */
import { assertEquals } from "@std/assert";
import { findPlants, plants } from "./plants.ts";

Deno.test("a wrong seed planted in a copy of the project is found by its gate", async () => {
  const found = await findPlants(["shifted-seed"], { seeds: "1,2" });
  assertEquals(found.map(({ name, found, note }) => [name, found, note]), [
    ["shifted-seed", true, ""],
  ]);
});

Deno.test("every plant's text stands once in its file, so that what is planted is there", async () => {
  for (const { name, file, find } of plants) {
    if (file === undefined) continue;
    const source = await Deno.readTextFile(new URL(`../../../${file}`, import.meta.url));
    assertEquals(source.split(find!).length - 1, 1, name);
  }
});

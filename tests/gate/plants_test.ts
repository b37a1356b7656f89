/** A small part of `deno task plants`, which CI runs whole. */
import { assertEquals } from "@std/assert";
import { findPlants } from "./plants.ts";

Deno.test("a wrong seed planted in a copy of the project is found by its gate", async () => {
  const found = await findPlants(["shifted-seed"], { seeds: "1,2" });
  assertEquals(found.map(({ name, found, note }) => [name, found, note]), [
    ["shifted-seed", true, ""],
  ]);
});

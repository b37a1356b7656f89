import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { StoreError } from "../../src/base/files.ts";
import {
  kept,
  readSealed,
  sealedJson,
  unsealJson,
  writeSealed,
} from "../../src/base/digest/sealed.ts";
import { openStore } from "../../src/record/store.ts";
import { law } from "../law.ts";
import { inFolder } from "../run/harness.ts";
import { flips } from "./flips.ts";

law("a sealed file gives the bytes that were written, for the purpose that they were written for", {
  source: "definition",
  given: {
    bytes: fc.uint8Array({ maxLength: 200 }),
    purpose: fc.string(),
    other: fc.string(),
    at: fc.nat(400),
    bit: fc.nat(7),
    cut: fc.nat(300),
  },
  cases: 150,
  holds: ({ bytes, purpose, other, at, bit, cut }) =>
    inFolder(async (out) => {
      const path = join(out, "file");
      const stateOf = async (purpose: string) => (await readSealed(path, purpose)).state;
      assertEquals(await stateOf(purpose), "absent");
      await writeSealed(path, bytes, { purpose });
      const found = await readSealed(path, purpose);
      assert(found.state === "whole");
      assertEquals([...found.bytes], [...bytes]);
      assertEquals(found.bytes.byteOffset, 0);
      if (other !== purpose) assertEquals(await stateOf(other), "spoilt");
      const whole = await Deno.readFile(path), turned = whole.slice();
      turned[at % whole.length] ^= 1 << bit;
      await Deno.writeFile(path, turned);
      assertEquals(await stateOf(purpose), "spoilt");
      await Deno.writeFile(path, whole.subarray(0, Math.max(0, whole.length - 1 - cut)));
      assertEquals(await stateOf(purpose), "spoilt");
    }),
  kills: ["seal-without-its-purpose", "seal-of-nothing"],
});

Deno.test("a cache's file is made once, and anew with a note where it was changed", () =>
  inFolder(async (out) => {
    const path = join(out, "file"), made: number[] = [], said: string[] = [];
    const get = async () =>
      await kept(path, {
        purpose: "p",
        say: (note) => said.push(note),
        make: () => Uint8Array.of(7, 8, made.push(0) && 9),
      });
    for (let time = 0; time < 3; time++) assertEquals([...await get()], [7, 8, 9]);
    assertEquals([made.length, said], [1, []]);
    const whole = await Deno.readFile(path);
    for (const { bytes } of flips(whole, whole.length)) {
      await Deno.writeFile(path, bytes);
      assertEquals([...await get()], [7, 8, 9]);
      assertEquals(await Deno.readFile(path), whole);
    }
    assertEquals([made.length, said.length], [1 + whole.length, whole.length]);
    assertEquals(said[0], `${path} is damaged (its checksum differs); it is made again`);
  }));

law("JSON with its checksum comes back as it was; with any bit turned it is the same, or refused", {
  source: "definition",
  given: {
    value: fc.dictionary(
      fc.string().filter((key) => key !== "sha256" && key !== "__proto__"),
      fc.jsonValue(),
    ),
    at: fc.nat(),
    bit: fc.nat(7),
  },
  cases: 200,
  holds: ({ value, at, bit }) => {
    const text = sealedJson(value, 1), plain = JSON.parse(JSON.stringify(value));
    assertEquals(unsealJson(JSON.parse(text), "x"), { value: plain, sealed: true });
    const bytes = new TextEncoder().encode(text);
    bytes[at % bytes.length] ^= 1 << bit;
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch {
      return true; // refused by whoever reads JSON
    }
    try {
      const { value: read, sealed } = unsealJson(json, "x");
      // A turned bit in the name of the checksum leaves it as a key that nobody knows.
      if (sealed) assertEquals(read, plain);
      else for (const key of Object.keys(plain)) assertEquals((read as never)[key], plain[key]);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
    return true;
  },
  kills: ["json-seal-not-looked-at"],
});

Deno.test("what was written before there were checksums has none, and is read", () => {
  assertEquals(unsealJson({ a: 1 }, "x"), { value: { a: 1 }, sealed: false });
  assertEquals(unsealJson(null, "x"), { value: null, sealed: false });
  assertThrows(() => unsealJson({ a: 1, sha256: "0" }, "x"), StoreError, "x was changed since");
});

Deno.test("a series with any byte changed is the same series, or an error that names the file", () =>
  inFolder(async (out) => {
    const store = openStore(out), path = join(store.folder("a"), "series.json");
    const columns = { loss: [0.5, 0.25, NaN, 1e-3], seconds: [1, 2, 3, 4.5] };
    await store.writeSeries("a", { format: 1, columns });
    const whole = await Deno.readFile(path);
    let refused = 0;
    for (const { bytes } of flips(whole, whole.length)) {
      await Deno.writeFile(path, bytes);
      const read = await store.readSeries("a").catch((error) => error);
      if (read instanceof StoreError) refused += Number(read.message.includes(path));
      else assertEquals(read, { format: 1, columns });
    }
    assert(refused > whole.length - 20, `${refused} of ${whole.length}`);
  }));

Deno.test("bytes that can't be read are an error, not a spoilt file", () =>
  inFolder(async (out) => {
    await assertRejects(() => readSealed(out, "a folder"), StoreError, out);
  }));

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { philox4x32, type Words4 } from "../../src/random/host/philox.ts";
import { law } from "../law.ts";

const F = 0xffffffff;

/** kat_vectors of Random123, philox4x32 with 10 rounds: counter, key, answer. */
const known: [Words4, [number, number], string][] = [
  [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  [[F, F, F, F], [F, F], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    "d16cfe09 94fdcceb 5001e420 24126ea1",
  ],
];

law("Philox gives Random123's known answers", {
  source: "Salmon et al. 2011; Random123 kat_vectors",
  given: { row: fc.constantFrom(...known) },
  holds: ({ row: [counter, key, answer] }) => {
    const words = philox4x32(counter, key).map((w) => w.toString(16).padStart(8, "0"));
    assertEquals(words.join(" "), answer);
  },
  kills: ["philox-with-nine-rounds"],
  cases: 12,
});

law("Philox multiplies as whole numbers do", {
  source: "Salmon et al. 2011",
  given: {
    counter: fc.tuple(fc.nat(F), fc.nat(F), fc.nat(F), fc.nat(F)),
    key: fc.tuple(fc.nat(F), fc.nat(F)),
  },
  holds: ({ counter, key }) => {
    const mask = 0xffffffffn;
    let [a, b, c, d] = counter.map(BigInt);
    let [k0, k1] = key.map(BigInt);
    for (let round = 0; round < 10; round++) {
      const p0 = 0xd2511f53n * a;
      const p1 = 0xcd9e8d57n * c;
      [a, b, c, d] = [(p1 >> 32n) ^ b ^ k0, p1 & mask, (p0 >> 32n) ^ d ^ k1, p0 & mask];
      k0 = (k0 + 0x9e3779b9n) & mask;
      k1 = (k1 + 0xbb67ae85n) & mask;
    }
    assertEquals(philox4x32(counter, key).map(BigInt), [a, b, c, d]);
  },
  cases: 500,
});

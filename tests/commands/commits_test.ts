import { assertEquals } from "@std/assert";
import { commitLines } from "../../src/commands/gate/commits.ts";

const [one, two] = ["1".repeat(40), "2".repeat(40)];
const made = (gitSha: string | null, gitDirty: boolean | null = false, trainedBy?: string) => ({
  provenance: { gitSha, gitDirty },
  ...(trainedBy === undefined ? {} : {
    trainedBy: { id: "x", gitSha: trainedBy, finishedAt: null },
  }),
} as Parameters<typeof commitLines>[0][number]);
const lines = (
  records: Parameters<typeof commitLines>[0],
  { dirty = false, before }: { dirty?: boolean; before?: typeof records } = {},
) => commitLines(records, { here: { gitSha: one, gitDirty: dirty }, before });

Deno.test("records of this very commit need no word; those of others are counted by commit", () => {
  assertEquals(lines([made(one), made(one)]), []);
  assertEquals(lines([made(one), made(two), made(two), made(null, null)]), [
    "3 of 4 records were made by other code: 2 of 2222222222, 1 of an unknown commit; here is " +
    "1111111111: run with --fresh to measure it",
  ]);
});

Deno.test("only records that were there before are told of as such by `run`", () => {
  const [old, own] = [made(two), made(one)];
  assertEquals(lines([old, own], { before: [old] }).length, 1);
  assertEquals(lines([own, own], { before: [own] }), []);
});

Deno.test("a dirty tree is said, and what was made in one is never the commit's own", () => {
  assertEquals(lines([made(one)], { dirty: true }), [
    "the working tree has uncommitted changes: what is measured now isn't 1111111111 alone",
  ]);
  const [first] = lines([made(one, true), made(one)]);
  assertEquals(
    first.startsWith("1 of 2 records were made by other code: 1 of 1111111111 with"),
    true,
  );
});

Deno.test("weights that another commit trained are said of records that this one made", () => {
  assertEquals(lines([made(one, false, two), made(one, false, one)]), [
    "1 of 2 records have weights that other code trained: 1 of 2222222222",
  ]);
  assertEquals(lines([made(two, false, two)]).length, 1, "said once");
});

Deno.test("without git nothing can be said", () => {
  assertEquals(commitLines([made(two)], { here: { gitSha: null, gitDirty: null } }), []);
});

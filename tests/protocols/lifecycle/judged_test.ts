/** A served model as the judge between two models: both orders, ties, and what it prefers by place. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  type BothOrders,
  numbersOf,
  pointsOf,
  questionOf,
  saidIn,
} from "../../../src/protocols/judged/ask.ts";
import { protocolOf } from "../../../src/protocols/table.ts";
import { inFolder } from "../../run/harness.ts";
import { close, law } from "../../law.ts";
import { chainOf, hostOf, planOf } from "./chain.ts";

const said = fc.constantFrom("first" as const, "second" as const, "tie" as const, null);
const pairs = fc.array(fc.record({ ownFirst: said, ownSecond: said }), {
  minLength: 1,
  maxLength: 20,
});
const turned = { first: "second", second: "first", tie: "tie" } as const;

law("judged: of the other model the win rate is one less this; who likes a place alone ties all", {
  source: "Zheng et al. 2023 (arXiv:2306.05685), sec. 3.4",
  given: { pairs, place: fc.constantFrom("first" as const, "second" as const) },
  holds: ({ pairs, place }) => {
    // Seen from the other model, its own answer stands second where ours stood first.
    const other = pairs.map(({ ownFirst, ownSecond }): BothOrders => ({
      ownFirst: ownSecond,
      ownSecond: ownFirst,
    }));
    close(numbersOf(pairs)["win rate"] + numbersOf(other)["win rate"], 1, 1e-12);
    const biased = pairs.map((): BothOrders => ({ ownFirst: place, ownSecond: place }));
    const found = numbersOf(biased);
    assertEquals([found["win rate"], found.ties], [0.5, 1]);
    assertEquals(found["preferred the first"], place === "first" ? 1 : 0);
    for (const pair of pairs) {
      const steady = pair.ownFirst !== null && pair.ownFirst !== "tie" &&
        pair.ownSecond === turned[pair.ownFirst];
      assertEquals(pointsOf(pair) === 0.5, !steady);
    }
  },
  kills: ["judged-in-one-order", "judged-ties-lost"],
});

Deno.test("judged: what the judge's words mean", () => {
  const words = ["A", "b", " **B**.", "[A]", "Tie", "It's a tie", "Answer: B", "neither", ""];
  assertEquals(words.map(saidIn), [
    "first",
    "second",
    "second",
    "first",
    "tie",
    "tie",
    "second",
    null,
    null,
  ]);
  const asked = questionOf([{ role: "user", content: "How old?" }], { first: "12", second: "13" });
  assert(asked.indexOf("How old?") < asked.indexOf("[A]\n12") && asked.includes("[B]\n13"));
});

Deno.test("judged: a judge that reads is told from one that likes the first", () =>
  inFolder(async (out) => {
    let longest = true, requests = 0;
    await using server = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
      requests++;
      const { messages: [{ content }] } = await request.json();
      const [, first, second] = /\[A\]\n([^]*)\n\n\[B\]\n([^]*)\n\n\[Better\]/.exec(content)!;
      const better = first.length === second.length
        ? "tie"
        : (first.length > second.length)
        ? "A"
        : "B";
      return Response.json({ choices: [{ message: { content: longest ? better : "A" } }] });
    });
    const suite = (model: string) =>
      `suite: judges
data: { dataset: instructions, train: 20, test: 6, judge: 0, judge_test: 0, tasks: [ask], heldOut: [] }
budget: { steps: 2 }
batch: 2
seeds: [3]
controls: []
metrics: [instructions: { prompts: 4, tokens: 6 }]
runs:
  - tokenize: { name: words, vocabulary: 400, special: ["<|im_start|>", "<|im_end|>"] }
  - language: { name: one, tokenizer: words, objective: sft, depth: 1, width: 16, context: 96 }
  - language: { name: two, tokenizer: words, objective: sft, depth: 1, width: 16, context: 96, learningRate: 0.5 }
  - judged: { name: verdict, of: one, against: two, url: "http://127.0.0.1:${server.addr.port}/v1", model: ${model}, prompts: 4, tokens: 6 }
`;
    const host = await hostOf(out);
    const of = async (model: string) => {
      const record = (await chainOf(await planOf(suite(model)), host)).get("verdict")!;
      assertEquals(record.state, "done");
      return { measured: record.measured!, card: new Map(protocolOf(record.spec).card(record)) };
    };
    const reads = await of("reader");
    assertEquals([requests, reads.measured.pairs], [8, 4]);
    assertStringIncludes(reads.card.get("judge")!, "reader at 127.0.0.1");
    assertStringIncludes(reads.card.get("judged")!, "one against two");
    longest = false;
    const biased = await of("biased");
    assertEquals(biased.measured["win rate"], 0.5);
    assertEquals([biased.measured.ties, biased.measured["preferred the first"]], [1, 1]);
    if (reads.measured["preferred the first"] !== undefined) {
      assertEquals(reads.measured["preferred the first"], 0.5);
    }
  }));

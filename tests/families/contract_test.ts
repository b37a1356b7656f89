import { takenBy } from "../../src/kinds/table.ts";
import { bytesTokenizer } from "../../src/tokenizers/bytes.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  ContractError,
  familyFaults,
  modelFaults,
  requireCodes,
  requireFiniteValues,
  requireLoss,
  requireSamples,
  requireShape,
} from "../../src/families/contract.ts";
import type { Family, Model } from "../../src/families/family.ts";
import type { Capabilities } from "../../src/subject/capabilities.ts";
import type { CompileOptions, Engine } from "../../src/engine/engine.ts";
import { compilePrograms } from "../../src/run/model/programs.ts";
import { families, originOf } from "../../src/registry.ts";
import { imageKind } from "../../src/kinds/image/kind.ts";
import { law } from "../law.ts";

const where = "own";
const picture = { kind: "image", height: 1, width: 1, channels: 1 } as const;

const nothing: Model["programs"][string] = (state) => [state, {}];

/** A model that keeps all that it promises. */
const whole: Model = {
  capabilities: {
    likelihood: "bound",
    measure: "discrete-256",
    latent: "continuous",
    reconstructs: true,
    samples: true,
    noise: 4,
    codes: { size: 8, count: 4 },
    critic: true,
    posterior: true,
  },
  init: () => ({}),
  driver: {},
  programs: Object.fromEntries(
    ["train", "sample", "encode", "decode", "reconstruct", "log_weight", "codes", "score"]
      .map((name) => [name, nothing]),
  ),
};

const colours = { kind: "image", height: 24, width: 32, channels: 3 } as const;
const text = { kind: "text", tokenizer: bytesTokenizer } as const;
const view = {
  kind: "view",
  height: 24,
  width: 32,
  background: [255, 0, 0],
  near: 1,
  far: 3,
} as const;

Deno.test("every built-in family's model keeps its promises, for colour pictures of unequal sides, texts or views", async () => {
  for (const [name, load] of Object.entries(families)) {
    if (originOf("families", name) !== undefined) continue;
    const family = await load();
    assertEquals(familyFaults(family), [], name);
    const model = family.build(family.config.parse({}), {
      sample: [colours, text, view].find(({ kind }) => takenBy(family).includes(kind))!,
      steps: 10,
      trainSize: 100,
      batch: 8,
      factors: [],
    });
    assertEquals(modelFaults(model), [], name);
  }
});

Deno.test("a capability whose program isn't there is named with it", () => {
  assertEquals(modelFaults(whole), []);
  const lacks = (program: string) => {
    const { [program]: _, ...programs } = whole.programs;
    return modelFaults({ ...whole, programs });
  };
  for (
    const [capability, program] of [
      ["samples", "sample"],
      ["reconstructs", "reconstruct"],
      ["likelihood", "log_weight"],
      ["critic", "score"],
      ["codes", "codes"],
      ["posterior", "encode"],
      ["noise", "decode"],
    ]
  ) {
    const faults = lacks(program);
    assertEquals(faults.length, 1, program);
    assertStringIncludes(faults[0], `\`${capability}\` names the program \`${program}\``);
  }
  assertEquals(lacks("train"), ["its first step runs the program `train`, which it doesn't have"]);
  const sample = () => null as never;
  const { sample: _, decode: _d, ...rest } = whole.programs;
  assertEquals(modelFaults({ ...whole, programs: rest, driver: { sample, decode: sample } }), []);
  assertEquals(
    modelFaults({ ...whole, driver: { schedule: () => ["train", "critic"] } }),
    ["its first step runs the program `critic`, which it doesn't have"],
  );
});

law("what reshapes is run eagerly, and has to be a program", {
  source: "definition",
  given: { reshapes: fc.subarray(["train", "sample", "encode"]) },
  holds({ reshapes }) {
    assertEquals(modelFaults({ ...whole, reshapes }), []);
    assertEquals(modelFaults({ ...whole, reshapes: ["densify", ...reshapes] }), [
      "its `reshapes` names the program `densify`, which it doesn't have",
    ]);
    const eager = new Set<string>();
    const engine = {
      compile(program: unknown, { name, reshape }: CompileOptions) {
        if (reshape) eager.add(name);
        return program;
      },
    } as unknown as Engine;
    const model: Model = { ...whole, reshapes };
    const programs = compilePrograms(engine, model, { label: "own" });
    const call = { inputs: {}, key: { isDisposed: true } as never };
    for (const name of ["train", "sample", "encode"]) programs.step(name, {}, call);
    assertEquals([...eager].sort(), reshapes.map((name) => `own/${name}`).sort());
  },
  kills: ["reshaping-programs-captured", "reshapes-of-no-program"],
});

Deno.test("capabilities that are none, wrong or left out are told", () => {
  const faults = (change: object) =>
    modelFaults({ ...whole, capabilities: { ...whole.capabilities, ...change } as Capabilities });
  assertEquals(faults({ likelihood: "yes" }), ['its capability `likelihood` can\'t be "yes"']);
  assertEquals(faults({ noise: 0 }), ["its capability `noise` can't be 0"]);
  assertEquals(faults({ codes: { size: 8 } }), ['its capability `codes` can\'t be {"size":8}']);
  assertStringIncludes(faults({ sampels: true })[0], "no capability is called `sampels`");
  assertEquals(faults({ samples: undefined }), ["its capabilities leave out `samples`"]);
  assertEquals(faults({ measure: undefined }), [
    "its capabilities say `likelihood`, and not over which `measure`",
  ]);
});

Deno.test("a family needs a name, a version and a config with defaults", () => {
  const { name, version, config } = { name: "own", version: 1, config: null as never };
  const faults = (change: object) =>
    familyFaults(
      {
        name,
        version,
        config: { safeParse: () => ({ success: true }) },
        ...change,
      } as unknown as Family,
    );
  assertEquals(faults({}), []);
  assertStringIncludes(faults({ version: 0.5 })[0], "its version is 0.5");
  assertStringIncludes(faults({ name: "my family" })[0], "its name");
  assertStringIncludes(faults({ config })[0] ?? "", "zod schema");
  assertStringIncludes(
    faults({ config: { safeParse: () => ({ success: false }) } })[0],
    "its config refuses {}",
  );
});

Deno.test("train has to give a loss; other programs need not", () => {
  requireLoss("train", { loss: null as never, kl: null as never });
  requireLoss("critic", { distance: null as never });
  const error = assertThrows(() => requireLoss("train", { cost: null as never }), ContractError);
  assertStringIncludes(error.message, "`train` gives `cost` and no `loss`");
});

Deno.test("channels first is told as such, any other shape as it came", () => {
  const promised = { where: "own: sample", shape: [64, 5, 7, 3] };
  requireShape([64, 5, 7, 3], promised, imageKind.shapeHint);
  const told = (shape: number[]) =>
    assertThrows(() => requireShape(shape, promised, imageKind.shapeHint), ContractError).message;
  assertEquals(
    told([64, 3, 5, 7]),
    "own: sample gives [64, 3, 5, 7] where [64, 5, 7, 3] was expected: " +
      "channels come last (tf.transpose(x, [0, 2, 3, 1]))",
  );
  assert(!told([64, 7, 5, 3]).includes("channels come last"));
  told([64, 105]);
  told([63, 5, 7, 3]);
  requireShape([64, 9], { where: "", shape: [64, -1] });
});

law("pictures are taken where every value lies in [0, 1], and refused with what came otherwise", {
  source: "definition",
  given: {
    values: fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }),
    at: fc.nat(39),
    wrong: fc.oneof(
      fc.float({ min: Math.fround(1.01), max: 300, noNaN: true }),
      fc.float({ min: -300, max: Math.fround(-0.01), noNaN: true }),
      fc.constantFrom(NaN, Infinity, -Infinity),
    ),
  },
  holds({ values, at, wrong }) {
    for (const sample of [picture, { kind: "point", dimensions: 1 } as const]) {
      const x_BHWC = Float32Array.from(values);
      requireSamples({ x_BHWC }, { where, sample });
      x_BHWC[at % x_BHWC.length] = wrong;
      const error = assertThrows(
        () => requireSamples({ x_BHWC }, { where, sample }),
        ContractError,
      );
      assertStringIncludes(error.message, String(Math.fround(wrong)));
    }
  },
  kills: ["pictures-out-of-range-clamped", "pictures-below-nothing-clamped"],
});

Deno.test("a hint says what the values look like", () => {
  const hint = (...values: number[]) =>
    assertThrows(
      () => requireSamples({ x_BHWC: Float32Array.from(values) }, { where, sample: picture }),
      ContractError,
    ).message;
  assertStringIncludes(hint(0, 254), "divide by 255");
  assertStringIncludes(hint(-1, 0.9), "(x + 1) / 2");
  assertStringIncludes(hint(0, 1.2), "clipByValue");
});

Deno.test("codes are whole numbers of the codebook, codes and means finite", () => {
  requireCodes(Float32Array.of(0, 7), { where: "own: codes", size: 8 });
  for (const wrong of [8, -1, 0.5, NaN]) {
    assertThrows(
      () => requireCodes(Float32Array.of(0, wrong), { where: "own: codes", size: 8 }),
      ContractError,
      `own: codes gives ${wrong} (value 1) where whole numbers from 0 to 7`,
    );
  }
  requireFiniteValues(Float32Array.of(1, -5), "own");
  assertThrows(() => requireFiniteValues(Float32Array.of(1, NaN), "own"), ContractError, "NaN");
});

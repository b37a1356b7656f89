/** Pictures of heads: the same bits everywhere, rightly framed, turned, lit and noisy. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeHeadModel } from "../../../src/data/heads/asset.ts";
import { sha256 } from "../../../src/base/digest/digest.ts";
import {
  EXPRESSIONS,
  HAIRS,
  type HeadParameters,
  openHeadRenderer,
  renderHead,
  sampleItem,
} from "../../../src/data/heads/mod.ts";
import { close, law } from "../../law.ts";

const renderer = await openHeadRenderer();

function some(index: number, changes: Partial<HeadParameters> = {}): HeadParameters {
  return { ...sampleItem({ seed: 11, split: "test", index }), ...changes };
}

const front = { yaw: 0, pitch: 0, expression: "neutral", intensity: 0 } as const;

Deno.test("heads: golden pictures; other bytes need a higher VERSION in config.ts", async () => {
  const golden = JSON.parse(
    await Deno.readTextFile(new URL("../../golden/heads.json", import.meta.url)),
  );
  const found: Record<string, string> = {};
  for (const [size, count] of [[32, 24], [64, 9], [37, 2], [128, 1]]) {
    for (let index = 0; index < count; index++) {
      const head = sampleItem({ seed: 0, split: "train", index });
      const { data } = renderer.render(head, { size });
      found[`${size} ${index}`] = (await sha256(data as Uint8Array<ArrayBuffer>)).slice(0, 16);
    }
  }
  if (Deno.env.get("LIKENESS_GOLDEN") === "write") {
    await Deno.writeTextFile(
      new URL("../../golden/heads.json", import.meta.url),
      JSON.stringify(found, null, 2) + "\n",
    );
  }
  assertEquals(found, golden);
});

Deno.test("heads: a renderer keeps nothing from one picture to the next", async () => {
  const first = renderer.render(some(1), { size: 32 }).data;
  renderer.render(some(2, { hair: "long" }), { size: 64, supersample: 1 });
  renderer.render(some(3, { hair: "bald" }), { size: 48 });
  assertEquals(renderer.render(some(1), { size: 32 }).data, first);
  assertEquals((await renderHead(some(1), { size: 32 })).data, first);
});

law("heads: chin to crown fills 70 to 90 % of the frame, seen from the front", {
  source: "definition",
  given: { index: fc.nat(10_000), size: fc.constantFrom(16, 32, 64) },
  cases: 40,
  kills: ["heads-frame-ignores-person"],
  holds: ({ index, size }) => {
    const { crown, chin } = renderer.render(some(index, front), { size }).landmarks;
    const fill = (chin[1] - crown[1]) / size;
    assert(fill > 0.7 && fill < 0.9, `${fill}`);
    assert(crown[1] > 0 && chin[1] < size, "the head lies inside the frame");
  },
});

Deno.test("heads: a bald head covers what its landmarks say", () => {
  for (let index = 0; index < 12; index++) {
    const size = 64;
    const { coverage, landmarks } = renderer.render(some(index, { ...front, hair: "bald" }), {
      size,
    });
    const top = coverage.findIndex((share) => share > 0.5) / size;
    close(Math.floor(top), landmarks.crown[1], 3, "first covered row and crown");
    const row = Math.round((landmarks.crown[1] + landmarks.chin[1]) / 2);
    const width = coverage.subarray(row * size, (row + 1) * size).reduce((a, b) => a + b, 0);
    assert(width > 0.35 * size && width < 0.9 * size, `width ${width}`);
  }
});

law("heads: positive yaw turns the face to the viewer's right, positive pitch up", {
  source: "definition",
  given: { index: fc.nat(10_000) },
  cases: 20,
  kills: ["heads-yaw-reversed"],
  holds: ({ index }) => {
    const at = (changes: Partial<HeadParameters>) => {
      const { landmarks: l } = renderer.render(some(index, { ...front, ...changes }), { size: 32 });
      return {
        across: l.mouth[0] - (l.crown[0] + l.chin[0]) / 2,
        eyes: l.left_eye[0] - l.right_eye[0],
        down: l.mouth[1],
      };
    };
    const ahead = at({}), right = at({ yaw: 30 }), left = at({ yaw: -30 });
    assert(ahead.eyes > 0, "the model's left eye is at the viewer's right");
    assert(right.across > ahead.across && left.across < ahead.across);
    assert(at({ pitch: 12 }).down < ahead.down && at({ pitch: -12 }).down > ahead.down);
  },
});

law("heads: light from the right lights the right half", {
  source: "definition",
  given: { index: fc.nat(10_000) },
  cases: 12,
  holds: ({ index }) => {
    const size = 48;
    const balance = (light_azimuth: number) => {
      const head = some(index, { ...front, hair: "bald", light_azimuth, light_elevation: 20 });
      const { data, coverage } = renderer.render(head, { size, noise: 0 });
      let sum = 0;
      for (let i = 0; i < size * size; i++) {
        if (coverage[i] > 0.99) sum += (i % size < size / 2 ? -1 : 1) * data[3 * i];
      }
      return sum;
    };
    return balance(70) > 0 && balance(-70) < 0;
  },
});

law("heads: sensor noise has the standard deviation asked for, and no mean", {
  source: "n differences have standard errors σ/√(2n) and σ/√n; 5 of them",
  given: { index: fc.nat(1000), noise: fc.constantFrom(2, 3, 8) },
  cases: 12,
  kills: ["heads-noise-left-out"],
  holds: ({ index, noise }) => {
    const head = some(index), size = 64;
    const clean = renderer.render(head, { size, noise: 0 }).data;
    const noisy = renderer.render(head, { size, noise }).data;
    let sum = 0, squares = 0, n = 0;
    for (let i = 0; i < clean.length; i++) {
      if (clean[i] < 45 || clean[i] > 210) continue; // would be clamped
      const difference = noisy[i] - clean[i];
      sum += difference;
      squares += difference ** 2;
      n++;
    }
    assert(n > 500);
    // Rounding both pictures adds 1/12 each, of which the clean one's is part of the difference.
    const expected = Math.sqrt(noise ** 2 + 2 / 12);
    close(Math.sqrt(squares / n), expected, 5 * expected / Math.sqrt(2 * n), "σ");
    close(sum / n, 0, 5 * expected / Math.sqrt(n), "mean");
  },
});

Deno.test("heads: an expression changes the mouth or brows, never the frame around", () => {
  const size = 64;
  for (let index = 0; index < 6; index++) {
    const base = some(index, { ...front, hair: "bald" });
    const neutral = renderer.render(base, { size, noise: 0 });
    for (const expression of EXPRESSIONS.slice(1)) {
      const { data } = renderer.render({ ...base, expression, intensity: 1 }, { size, noise: 0 });
      let changed = 0;
      for (let i = 0; i < data.length; i++) {
        const row = Math.floor(i / 3 / size), difference = Math.abs(data[i] - neutral.data[i]);
        if (row < neutral.landmarks.crown[1] - 2) assertEquals(difference, 0);
        // 4 σ of the default sensor noise
        if (difference > 12) changed++;
      }
      assert(changed > 0.01 * data.length, `${expression} changes ${changed} of ${data.length}`);
    }
  }
});

Deno.test("heads: intensity 0 of any expression differs from intensity 1 in proportion", () => {
  const head = some(4, { ...front, hair: "bald", expression: "surprised" });
  const opening = (intensity: number) => {
    const { landmarks } = renderer.render({ ...head, intensity }, { size: 64, noise: 0 });
    return landmarks.chin[1];
  };
  const [none, half, full] = [0, 0.5, 1].map(opening);
  assert(full > half && half > none);
  close(half - none, (full - none) / 2, 0.1 * (full - none), "half of the jaw's way");
});

Deno.test("heads: each hair shape makes its own picture, and hair covers more than none", () => {
  const size = 64;
  for (const index of [0, 5]) {
    const pictures = HAIRS.map((hair) =>
      renderer.render(some(index, { ...front, hair }), { size, noise: 0 })
    );
    const area = pictures.map(({ coverage }) => coverage.reduce((a, b) => a + b, 0));
    for (let i = 1; i < HAIRS.length; i++) {
      assert(area[i] >= area[0] - 1, `${HAIRS[i]} covers less than a bald head`);
      for (let j = 0; j < i; j++) {
        const different = pictures[i].data.filter((byte, k) =>
          Math.abs(byte - pictures[j].data[k]) > 12
        );
        assert(different.length > 0.004 * size * size * 3, `${HAIRS[i]} looks like ${HAIRS[j]}`);
      }
    }
  }
});

Deno.test("heads: sizes from 16 to 256 show the same picture", () => {
  const head = some(9);
  const means = [16, 33, 64, 256].map((size) => {
    const { data } = renderer.render(head, { size });
    assertEquals(data.length, size * size * 3);
    return data.reduce((a, b) => a + b, 0) / data.length;
  });
  for (const mean of means) close(mean, means[3], 3, "mean value");
});

Deno.test("heads: a size or sample count that can't be is refused by name", () => {
  assertThrows(() => renderer.render(some(0), { size: 7 }), RangeError, "size 7");
  assertThrows(
    () => renderer.render(some(0), { size: 32, supersample: 0 }),
    RangeError,
    "supersample 0",
  );
});

Deno.test("heads: a spoilt asset is refused", async () => {
  const asset = await Deno.readFile(
    new URL("../../../src/data/heads/heads.bin.gz", import.meta.url),
  );
  assert(asset.length < 1.5e6, "the asset stays under 1.5 MB");
  for (
    const [spoilt, message] of [
      [asset.slice(0, 5000), "gzip"],
      [new Uint8Array(), "gzip"],
      [new TextEncoder().encode("not an asset"), "gzip"],
    ] as const
  ) {
    let error: Error | undefined;
    await decodeHeadModel(spoilt as Uint8Array<ArrayBuffer>).catch((e) => error = e);
    assert(error?.name === "DataError" && error.message.includes(message), String(error));
  }
});

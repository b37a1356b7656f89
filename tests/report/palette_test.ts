import { assert, assertEquals } from "@std/assert";
import { CONTROL, PAGE, styleOf, STYLES } from "../../src/report/draw/palette.ts";

type Rgb = readonly [number, number, number];

/** Linear-light RGB of "#rrggbb". */
function linear(hex: string): Rgb {
  const channel = (at: number) => {
    const v = parseInt(hex.slice(at, at + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** WCAG 2.1 contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const [x, y] = [luminance(linear(a)), luminance(linear(b))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Machado, Oliveira & Fernandes 2009, severity 1, on linear light. */
const BLINDNESS: { readonly [kind: string]: readonly Rgb[] } = {
  none: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** OKLab (Ottosson 2020), in which equal distances look about equal. */
function oklab([r, g, b]: Rgb): Rgb {
  const [l, m, s] = [
    0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b,
    0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
    0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b,
  ].map((v) => Math.cbrt(Math.max(0, v)));
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function seen(hex: string, kind: string): Rgb {
  const rgb = linear(hex);
  const [r, g, b] = BLINDNESS[kind].map((row) =>
    row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]
  );
  return oklab([r, g, b]);
}

Deno.test("every colour has contrast 3 or more on the light and on the dark page", () => {
  for (const { colour } of STYLES) {
    for (const page of Object.values(PAGE)) {
      const ratio = contrast(colour, page);
      assert(ratio >= 3, `${colour} on ${page}: ${ratio.toFixed(2)}`);
    }
  }
});

Deno.test("the first four colours stay apart under every common colour blindness", () => {
  for (const kind of Object.keys(BLINDNESS)) {
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [seen(STYLES[i].colour, kind), seen(STYLES[j].colour, kind)];
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        // 0.02 is just noticeable side by side; five times that tells small marks apart.
        assert(distance >= 0.1, `${kind}: ${STYLES[i].colour}, ${STYLES[j].colour}: ${distance}`);
      }
    }
  }
});

Deno.test("no two families share a shape or a dash among the first eight, and 64 look like no other", () => {
  assertEquals(new Set(STYLES.map((s) => s.shape)).size, STYLES.length);
  assertEquals(new Set(STYLES.map((s) => s.dash.join())).size, STYLES.length);
  const all = Array.from({ length: 64 }, (_, i) => JSON.stringify(styleOf(i)));
  assertEquals(new Set(all).size, 64);
  assertEquals(styleOf(64), STYLES[0]);
  assertEquals(styleOf(-1), CONTROL);
});

Deno.test("the page's text colours have contrast 4.5 or more in both themes", async () => {
  const css = await Deno.readTextFile(new URL("../../src/report/page/style.css", import.meta.url));
  const [light, dark] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) =>
    Object.fromEntries([...body.matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map(([, k, v]) => [k, v]))
  );
  for (const [theme, page] of [[light, PAGE.light], [dark, PAGE.dark]] as const) {
    assertEquals(theme.page, page);
    for (const name of ["ink", "quiet", "link", "good", "bad", "unsure", "neutral"]) {
      for (const under of [theme.page, theme.sheet]) {
        const ratio = contrast(theme[name], under);
        assert(ratio >= 4.5, `${name} ${theme[name]} on ${under}: ${ratio.toFixed(2)}`);
      }
    }
  }
});

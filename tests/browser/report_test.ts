/**
 * The report's page in Debian's Chromium: light and dark, phone and desktop.
 */
import { assert, assertEquals } from "@std/assert";
import { buildReport } from "../../src/report/model/build.ts";
import { writeReport } from "../../src/report/mod.ts";
import { sanityOf } from "../../src/report/model/charts/sanity.ts";
import { need, needing } from "../needs.ts";
import { fixture, verdictsOf } from "../report/fixture.ts";
import { HOSTILE, hostile } from "../report/hostile.ts";
import { facesPng } from "../report/pictures.ts";
import { Browser, findChromium } from "./chromium.ts";

const chromium = await findChromium();
const test = needing(await need("chromium"));

/** Facts of the open page, gathered there. */
const AUDIT = `(() => {
  const visible = (e) => e.checkVisibility({ visibilityProperty: true });
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const luminance = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const under = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const c = rgb(getComputedStyle(at).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const e of document.querySelectorAll("body *:not(svg *)")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== "");
    if (!own || !visible(e) || e.matches(".hidden, .hidden *, .skip")) continue;
    const [a, b] = [luminance(rgb(getComputedStyle(e).color)), luminance(under(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push(e.tagName + " " + e.textContent.slice(0, 30) + " " + contrast);
  }
  const named = (e) => (e.getAttribute("aria-label") ?? "") !== "" ||
    (e.getAttribute("aria-labelledby") ?? "").split(" ").some((id) =>
      id !== "" && document.getElementById(id)?.textContent);
  return {
    width: document.documentElement.scrollWidth,
    wider: [...document.querySelectorAll("body *")].filter((e) =>
      visible(e) && !e.closest(".scroll > *, pre > *, .hidden, svg *") &&
      e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    ).map((e) => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40)),
    images: [...document.images].map((i) => ({ alt: i.alt, loaded: i.complete && i.naturalWidth > 0 })),
    charts: document.querySelectorAll("svg.chart").length,
    unnamed: [...document.querySelectorAll("svg[role=img], [role=region], nav, section")]
      .filter((e) => !named(e)).map((e) => e.outerHTML.slice(0, 80)),
    unreachable: [...document.querySelectorAll(".scroll, pre")]
      .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0).length,
    duplicates: [...document.querySelectorAll("[id]")].map((e) => e.id)
      .filter((id, i, all) => all.indexOf(id) !== i),
    small: [...document.querySelectorAll("main *:not(svg *), header *")].filter((e) =>
      visible(e) && parseFloat(getComputedStyle(e).fontSize) < 12).map((e) => e.outerHTML.slice(0, 60)),
    font: document.fonts.check('16px "Likeness Sans"') && document.fonts.size,
    faint,
    scripts: document.scripts.length,
    page: getComputedStyle(document.body).backgroundColor,
  };
})()`;

interface Audit {
  width: number;
  wider: string[];
  images: { alt: string; loaded: boolean }[];
  charts: number;
  unnamed: string[];
  unreachable: number;
  duplicates: string[];
  small: string[];
  font: number;
  faint: string[];
  scripts: number;
  page: string;
}

function browserTest(name: string, inputs: () => Parameters<typeof buildReport>[0]) {
  test(name, async () => {
    const dir = await Deno.makeTempDir({ prefix: "likeness-page-" });
    const png = await facesPng(1);
    const model = buildReport(inputs());
    const { index } = await writeReport(model, dir, {
      formats: ["html"],
      picture: () => Promise.resolve(png),
    });
    const browser = await Browser.start(chromium!);
    try {
      for (const theme of ["light", "dark"] as const) {
        for (const width of [390, 1280]) {
          const at = `${theme}, ${width} px`;
          await browser.open(`file://${index}`, { width, theme });
          await browser.evaluate(
            "document.querySelectorAll('details').forEach((d) => d.open = true)",
          );
          await browser.evaluate("Promise.all([...document.images].map((i) => i.decode()))");
          const audit = await browser.evaluate<Audit>(AUDIT);
          assertEquals(browser.log.console, [], at);
          assertEquals(browser.log.requests, [`file://${index}`], at);
          assertEquals(audit.wider, [], at);
          assertEquals(audit.width, width, at);
          assert(audit.images.every((i) => i.alt !== "" && i.loaded), at);
          assert(audit.charts > 0, at);
          assertEquals(audit.unnamed, [], at);
          assertEquals(audit.unreachable, 0, at);
          assertEquals(audit.duplicates, [], at);
          assertEquals(audit.small, [], at);
          assertEquals(audit.faint, [], at);
          assertEquals([audit.font, audit.scripts], [2, 0], at);
          const page = theme === "dark" ? "rgb(15, 19, 23)" : "rgb(255, 255, 255)";
          assertEquals(audit.page, page, at);
        }
      }
    } finally {
      await browser.close();
      await Deno.remove(dir, { recursive: true });
    }
  });
}

browserTest("the page of a whole suite holds in both themes, on phone and desktop", () => {
  const { records } = fixture({ seeds: [1, 2] });
  const moved = records.map((r) => ({
    ...r,
    metrics: r.metrics.map((m) => m.value === null ? m : { ...m, value: m.value * 1.01 }),
  }));
  const table = (extractor: string) => ({
    extractor,
    dataset: "heads",
    digest: "d",
    samples: 500,
    rows: ["held-out", "noise", "shuffled blocks"].map((name, i) => ({
      name,
      about: name,
      distance: i * 4,
      normalised: i * 0.4,
      copies: 0.001,
      repeats: 0,
    })),
    claims: [{ claim: "noise stays near", holds: true }, {
      claim: "shuffling is far",
      holds: false,
    }],
  });
  return {
    ...fixture({ seeds: [1, 2] }),
    gate: { baseline: "baselines", verdicts: verdictsOf(moved, records) },
    sanity: sanityOf([table("judge-heads-v1"), table("lite0")]),
  };
});

browserTest("the page holds with labels that are long, foreign and hostile", () =>
  fixture({
    seeds: [1, 2],
    change: (r) => hostile(r, HOSTILE[r.spec.family.length % HOSTILE.length]),
  }));

browserTest("the page of one diverged suite holds", () =>
  fixture({
    seeds: [1],
    change: (r) =>
      r.spec.protocol === "control"
        ? r
        : { ...r, state: "diverged", cause: "loss is not finite at step 17", metrics: [] },
  }));

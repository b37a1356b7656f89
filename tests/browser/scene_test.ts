/**
 * Scenes of a report in Debian's Chromium, opened from a file: what the viewer draws is what the picture
 * shows, keys and pointer turn it, and it asks for nothing.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import sharp from "sharp";
import { buildReport } from "../../src/report/model/build.ts";
import { writeReport } from "../../src/report/mod.ts";
import { need, needing } from "../needs.ts";
import { fixture } from "../report/fixture.ts";
import { around, sceneFiles, spec, withScene } from "../report/scenes.ts";
import { Browser, findChromium } from "./chromium.ts";

const chromium = await findChromium();
const test = needing(await need("chromium"));
const { artefacts, files } = await sceneFiles();

/** The report of runs with the scene, in a folder of its own, and its page open. */
async function opened(
  work: (browser: Browser, index: string) => Promise<void>,
  { gl = true } = {},
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "likeness-scene-" });
  const change = withScene(artefacts);
  const model = buildReport(fixture({ seeds: [1], steps: 4, change }));
  const { index } = await writeReport(model, dir, {
    formats: ["html"],
    picture: ({ file }) => Promise.resolve(files[file]),
  });
  const browser = await Browser.start(chromium!, { gl });
  try {
    await work(browser, index);
  } finally {
    await browser.close();
    await Deno.remove(dir, { recursive: true });
  }
}

const button = (place: number) => `document.querySelectorAll(".look-around button")[${place}]`;

/** Presses a button as a hand would, and waits for what comes of it. */
async function pressed(browser: Browser, place: number, until: string): Promise<void> {
  await browser.evaluate(`${button(place)}.focus(), ${button(place)}.click()`);
  await browser.evaluate(`new Promise((done, fail) => {
    const end = performance.now() + 60000;
    const look = () => (${until}) ? done(true)
      : performance.now() > end ? fail(new Error(document.body.innerText)) : setTimeout(look, 50);
    look();
  })`);
}

const drawn = `document.querySelector(".stage")?.dataset.state === "drawn"`;

/** What is seen of the stage, at the size of the scene's pictures. */
async function stagePixels(browser: Browser): Promise<Uint8Array> {
  const clip = await browser.evaluate<{ [side: string]: number }>(`(() => {
    const stage = document.querySelector(".stage");
    stage.scrollIntoView({ block: "center", behavior: "instant" });
    const { x, y, width, height } = stage.getBoundingClientRect();
    return { x: x + scrollX, y: y + scrollY, width, height, scale: 1 };
  })()`);
  const { data } = await browser.send("Page.captureScreenshot", { format: "png", clip });
  const { width, height } = spec, png = Uint8Array.fromBase64(data as string);
  return new Uint8Array(
    await sharp(png).resize({ width, height, fit: "fill" }).removeAlpha().raw().toBuffer(),
  );
}

/** Mean difference of two pictures, in levels. */
function difference(a: Uint8Array, b: Uint8Array): number {
  assertEquals(a.length, b.length);
  return a.reduce((sum, v, i) => sum + Math.abs(v - b[i]), 0) / a.length;
}

const size = spec.width * spec.height * 3;
const rendered = around().pictures;
const place = (i: number) => rendered.subarray(i * size, (i + 1) * size);

/** The pixels once they are those of a picture, or as they are after some seconds. */
async function settled(browser: Browser, wanted: (pixels: Uint8Array) => boolean) {
  let pixels = await stagePixels(browser);
  for (let tries = 0; tries < 25 && !wanted(pixels); tries++) {
    await new Promise((done) => setTimeout(done, 200));
    pixels = await stagePixels(browser);
  }
  return pixels;
}

const alike = (wanted: Uint8Array) => (pixels: Uint8Array) => difference(pixels, wanted) < 6;

async function keys(browser: Browser, key: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    for (const type of ["keyDown", "keyUp"]) {
      await browser.send("Input.dispatchKeyEvent", { type, key, code: key });
    }
  }
}

test("a scene is looked around in from a file: what is drawn is what the picture shows", () =>
  opened(async (browser, index) => {
    for (const [theme, width] of [["light", 1280], ["dark", 390]] as const) {
      const at = `${theme}, ${width} px`;
      await browser.open(`file://${index}`, { width, theme });
      assertEquals(await browser.evaluate("document.querySelectorAll('.stage').length"), 0, at);
      await pressed(browser, 0, drawn);
      const first = await settled(browser, alike(place(0)));
      const shot = Deno.env.get("LIKENESS_SHOT");
      if (shot) {
        await Deno.writeFile(
          `${shot}-${theme}.png`,
          await browser.screenshot(
            await browser.evaluate(
              "({ top: document.querySelector('.stage').getBoundingClientRect().top + scrollY - 120, height: 900 })",
            ),
          ),
        );
      }
      assert(difference(first, place(0)) < 6, `${at}: ${difference(first, place(0))} levels`);
      assert(difference(first, place(2)) > 20, `${at}: the other side is another`);
      // Background is exact, whatever the theme; the outermost corner is rounded.
      const corner = 3 * (4 * spec.width + 4);
      assertEquals([...first.subarray(corner, corner + 3)], [...spec.background], at);

      // 18 turns of 5°: a quarter, which is the second of four places, and back.
      await keys(browser, "ArrowRight", 18);
      const right = await settled(browser, alike(place(1)));
      assert(difference(right, place(1)) < 6, `${at}: ${difference(right, place(1))} levels`);
      await keys(browser, "ArrowLeft", 18);
      assert(alike(place(0))(await settled(browser, alike(place(0)))), at);
      const before = await stagePixels(browser);
      await keys(browser, "+", 4);
      const nearer = await settled(browser, (pixels) => difference(pixels, before) > 8);
      assert(difference(nearer, before) > 8, `${at}: nearer`);

      const scrolled = await browser.evaluate("scrollY");
      await keys(browser, "ArrowDown", 3);
      assertEquals(await browser.evaluate("scrollY"), scrolled, "keys of the stage are its own");
      await keys(browser, "Escape", 1);
      await browser.evaluate("new Promise((done) => setTimeout(done, 300))");
      assertEquals(
        await browser.evaluate(`[document.querySelectorAll(".stage, canvas").length,
          [...document.images].every((i) => !i.hidden), document.activeElement === ${button(0)}]`),
        [0, true, true],
        at,
      );
      // A second scene ends the first.
      await pressed(browser, 0, drawn);
      await pressed(browser, 1, `${drawn} && !${button(1)}.disabled`);
      assertEquals(
        await browser.evaluate(`[document.querySelectorAll(".stage").length,
          ${button(0)}.textContent, ${button(1)}.textContent]`),
        [1, "Look around", "Back to the picture"],
        at,
      );
      const audit = await browser.evaluate<{ width: number; small: number }>(`({
        width: document.documentElement.scrollWidth,
        small: [...document.querySelectorAll(".look-around *")].filter((e) => e.checkVisibility() &&
          parseFloat(getComputedStyle(e).fontSize) < 12).length,
      })`);
      assertEquals(audit, { width, small: 0 }, at);
      assertEquals(browser.log.console, [], at);
      assertEquals(
        browser.log.requests.filter((url) => !url.startsWith("blob:")),
        [`file://${index}`],
        at,
      );
    }
  }));

test("a page with a scene is one like others while nothing is pressed, and prints without buttons", () =>
  opened(async (browser, index) => {
    await browser.open(`file://${index}`, { width: 1280, theme: "light" });
    assertEquals(
      await browser.evaluate(`[typeof SplatViewer, document.querySelectorAll("canvas").length,
        [...document.images].every((i) => i.complete && i.naturalWidth > 0)]`),
      ["undefined", 0, true],
    );
    await browser.send("Emulation.setEmulatedMedia", { media: "print" });
    assertEquals(await browser.evaluate(`${button(0)}.checkVisibility()`), false);
    assertEquals(browser.log.console, []);
    // The policy lets nothing else run: what is written into the page, or asked for.
    await browser.evaluate(`(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.intruder = true";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='intruder = true'>");
    })()`);
    const asked = await browser.evaluate<string>(
      `fetch("https://example.org/").then(() => "let", String)`,
    );
    assertMatch(asked, /TypeError/);
    assertEquals(await browser.evaluate("typeof intruder"), "undefined");
    assertStringIncludes(browser.log.console.join(), "Content Security Policy");
  }));

test("where WebGL is missing it is said, and the picture stays", () =>
  opened(async (browser, index) => {
    await browser.open(`file://${index}`, { width: 390, theme: "light" });
    await browser.evaluate("HTMLCanvasElement.prototype.getContext = () => null");
    const status = `document.querySelector(".look-around [role=status]").textContent`;
    await pressed(browser, 0, `${status}.startsWith("This")`);
    assertEquals(
      await browser.evaluate(status),
      "This browser can't show it: it has no WebGL 2, or that is turned off.",
    );
    assertEquals(
      await browser.evaluate(
        `[document.querySelectorAll(".stage").length, document.images[0].hidden,
        ${button(0)}.disabled, ${button(0)}.textContent]`,
      ),
      [0, false, false, "Look around"],
    );
  }, { gl: false }));

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { buildReport } from "../../src/report/model/build.ts";
import { Html, markup } from "../../src/base/text/escape.ts";
import { escapeMarkdown, fence, slug } from "../../src/base/text/escape.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { reportModel, storedPicture, writeReport } from "../../src/report/mod.ts";
import { sanityOf } from "../../src/report/model/charts/sanity.ts";
import { storedSanity } from "../../src/report/model/stored.ts";
import { openStore } from "../../src/record/store.ts";
import { StoreError } from "../../src/base/files.ts";
import { sha256 } from "../../src/base/digest/digest.ts";
import { fixture, seriesOf, verdictsOf } from "./fixture.ts";
import { HOSTILE, hostile } from "./hostile.ts";
import { facesPng } from "./pictures.ts";

/** Writes the page of inputs into a folder of its own and returns its text. */
async function pageOf(
  inputs: Parameters<typeof buildReport>[0],
  picture?: () => Promise<Uint8Array | null>,
): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "likeness-report-" });
  try {
    const { index } = await writeReport(buildReport(inputs), dir, { formats: ["html"], picture });
    return await Deno.readTextFile(index);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Tags of a page with their attributes, without what stands in style. */
function tags(page: string): string[] {
  return [...page.replace(/<style>[\s\S]*?<\/style>/g, "").matchAll(/<\/?[a-z][^>]*>/gi)]
    .map(([tag]) => tag);
}

Deno.test("a page asks for nothing: no script, no link out, no url but data", async () => {
  const png = await facesPng(1);
  const page = await pageOf(fixture(), () => Promise.resolve(png));
  for (const tag of tags(page)) {
    assert(
      !/^<(script|iframe|object|embed|base|form|link(?! rel="icon" href="data:,"))/i.test(tag),
    );
    for (const [, name, value] of tag.matchAll(/\s(src|href|srcset|action|poster)="([^"]*)"/gi)) {
      assert(/^(data:|#)/.test(value), `${name}="${value.slice(0, 80)}"`);
    }
  }
  for (const [, url] of page.matchAll(/url\(([^)]{0,40})/g)) {
    assert(/^["']?(data:|#)/.test(url), url);
  }
  assert(!page.includes("@import"));
});

Deno.test("a smoke-sized page with its pictures stays under 5 MB, charts and fonts in it", async () => {
  const png = await facesPng(2);
  const page = await pageOf(fixture(), () => Promise.resolve(png));
  const bytes = new TextEncoder().encode(page).length;
  assert(bytes < 5e6, `${bytes} bytes`);
  assert(bytes > 50_000);
  assertEquals(page.match(/<img /g)!.length, 28);
  assertStringIncludes(page, "data:font/woff2;base64,");
});

Deno.test("too many pictures: all are compressed alike and the page says so", async () => {
  const { embedPictures } = await import("../../src/report/write.ts");
  const png = await facesPng(3);
  const model = buildReport(fixture());
  const picture = () => Promise.resolve(png);
  const small = await embedPictures(model, picture, 600_000);
  const total = [...small.uris.values()].reduce((sum, uri) => sum + uri.length * 3 / 4, 0);
  assert(total < 600_000, `${total}`);
  assertEquals(small.uris.size, 28);
  assertStringIncludes(small.note, "Compressed with loss");
  const whole = await embedPictures(model, picture, 1e9);
  assertEquals(whole.note, "");
  const { default: sharp } = await import("sharp");
  const [uri] = whole.uris.values();
  const page = await sharp(Uint8Array.fromBase64(uri.split(",")[1])).ensureAlpha().raw()
    .toBuffer({ resolveWithObject: true });
  const original = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const factor = page.info.width / original.info.width;
  assertEquals(factor, 2);
  assertEquals(page.info.height, factor * original.info.height);
  for (let y = 0; y < page.info.height; y++) {
    for (let x = 0; x < page.info.width; x++) {
      const at = (y * page.info.width + x) * 4;
      const from = Math.floor(y / factor) * original.info.width + Math.floor(x / factor);
      const pixel = original.data.subarray(from * 4, from * 4 + 4);
      assert(page.data[at + 3] === pixel[3]);
      // Colours under full transparency mean nothing, and WebP may drop them.
      for (let c = 0; c < 3 && pixel[3] > 0; c++) assert(page.data[at + c] === pixel[c]);
    }
  }
});

Deno.test("headings go down one level at a time, landmarks and table parts are there", async () => {
  const { records } = fixture();
  const gate = { baseline: "baselines", verdicts: verdictsOf(records, records) };
  const page = await pageOf({ ...fixture(), gate });
  const levels = [...page.matchAll(/<h([1-6])[\s>]/g)].map(([, level]) => Number(level));
  assertEquals(levels[0], 1);
  assertEquals(levels.filter((level) => level === 1).length, 1);
  levels.slice(1).forEach((level, i) =>
    assert(level <= levels[i] + 1, `h${levels[i]} → h${level}`)
  );
  for (const landmark of ["<header", "<nav aria-label=", "<main", "<footer", `<html lang="en"`]) {
    assert(page.includes(landmark), landmark);
  }
  const tables = page.match(/<table[\s\S]*?<\/table>/g)!;
  assert(tables.length >= 6);
  for (const table of tables) {
    assert(/<caption>\s*<span>[^<]+/.test(table));
    for (const [th] of table.matchAll(/<th\b[^>]*>/g)) assert(/scope="(col|row)"/.test(th), th);
  }
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  assertEquals(new Set(ids).size, ids.length);
  for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) assert(ids.includes(id), id);
});

Deno.test("hostile text stays text in pages", async () => {
  const plain = tags(await pageOf(fixture({ seeds: [1, 2] })));
  const names = (list: readonly string[]) =>
    new Set(list.map((tag) => /^<\/?([a-z0-9]+)/i.exec(tag)![1].toLowerCase()));
  const known = names(plain);
  for (const text of HOSTILE.slice(0, 5)) {
    const page = await pageOf(fixture({ seeds: [1, 2], change: (r) => hostile(r, text) }));
    for (const name of names(tags(page))) assert(known.has(name), `<${name}> from ${text}`);
    for (const tag of tags(page)) assert(!/\son\w+\s*=\s*["']?alert/i.test(unquoted(tag)), tag);
    assert(!/(src|href)="https?:/i.test(page));
  }
});

/** A tag without its quoted values. */
function unquoted(tag: string): string {
  return tag.replace(/"[^"]*"/g, '""');
}

Deno.test("hostile text stays text in Markdown: no link, picture, tag or column of its own", () => {
  const columns = (line: string) => line.replace(/\\\\|\\\|/g, "").split("|").length;
  for (const text of HOSTILE) {
    const inputs = fixture({ seeds: [1, 2], change: (r) => hostile(r, text) });
    const whole = renderMarkdown(buildReport(inputs), { charts: null });
    const outside = whole.replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, "");
    for (const line of outside.split("\n")) {
      const bare = line.replace(/\\./g, "");
      assert(!/<(?!\/?(details|summary)>)/.test(bare), line);
      assert(!/\]\(|!\[|https?:\/\//.test(bare), line);
    }
    for (const table of outside.match(/(^\|.*\n)+/gm) ?? []) {
      const widths = new Set(table.trimEnd().split("\n").map(columns));
      assertEquals(widths.size, 1, table.slice(0, 300));
    }
  }
});

Deno.test("markup escapes whatever isn't markup already", () => {
  assertEquals(
    markup`<p title="${`"'<&>`}">${new Html("<b>")}${null}${false}${["a", "<"]}</p>`.text,
    `<p title="&quot;&#39;&lt;&amp;&gt;"><b>a&lt;</p>`,
  );
  assertEquals(escapeMarkdown("a|b\n# *c*"), "a\\|b \\# \\*c\\*");
  assertEquals(fence("x ``` y"), "````\nx ``` y\n````");
  assertEquals(slug("FD-judge@500 (β)"), "fd-judge-500");
});

Deno.test("Markdown matches the golden file", async () => {
  const { records } = fixture();
  const gate = { baseline: "baselines", verdicts: verdictsOf(records, records) };
  const text = renderMarkdown(buildReport({ ...fixture(), gate }), { charts: "svg" });
  const golden = new URL("../golden/report.md.txt", import.meta.url);
  if (Deno.env.get("UPDATE_GOLDEN")) await Deno.writeTextFile(golden, text);
  assertEquals(text, await Deno.readTextFile(golden));
});

Deno.test("every format is written, JSON being the model itself", async () => {
  const dir = await Deno.makeTempDir({ prefix: "likeness-report-" });
  try {
    const model = buildReport(fixture({ seeds: [1, 2], families: ["vae"] }));
    const { index, files } = await writeReport(model, `${dir}/a/b`);
    assertEquals(index, `${dir}/a/b/index.html`);
    const endings = new Set(files.map((file) => file.split(".").at(-1)));
    assertEquals(endings, new Set(["html", "svg", "png", "md", "json"]));
    const json = JSON.parse(await Deno.readTextFile(`${dir}/a/b/report.json`));
    assertEquals(json, JSON.parse(JSON.stringify(model)));
    const markdown = await Deno.readTextFile(`${dir}/a/b/report.md`);
    for (const [, path] of markdown.matchAll(/\]\((charts\/[^)]+)\)/g)) {
      assert((await Deno.stat(`${dir}/a/b/${path}`)).size > 0, path);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a stored suite is reported from its folder; another run's picture is refused", async () => {
  const dir = await Deno.makeTempDir({ prefix: "likeness-report-" });
  try {
    const store = openStore(dir);
    const png = await facesPng(4);
    const digest = await sha256(png);
    const records = fixture({ seeds: [1, 2], families: ["vae"] }).records.map((r) => ({
      ...r,
      artefacts: r.artefacts.map((a) => ({ ...a, sha256: digest })),
    }));
    for (const record of records) {
      await store.writeRecord(record);
      if (record.steps > 0) await store.writeSeries(record.id, seriesOf(record));
      for (const { file } of record.artefacts) await store.write(record.id, file, png);
    }
    const model = await reportModel(store, {
      suite: { name: "smoke", version: 1 },
      records: await store.list({ suite: "smoke" }),
    });
    assertEquals(model.charts.curves.length, 4);
    const out = { formats: ["html"] as const, picture: storedPicture(store) };
    const { index } = await writeReport(model, `${dir}/report`, out);
    assertEquals((await Deno.readTextFile(index)).match(/<img /g)!.length, 12);
    await store.write(records[0].id, "samples.png", await facesPng(5));
    await assertRejects(() => writeReport(model, `${dir}/report`, out), StoreError, "--fresh");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("the sanity tables of a suite's extractors are found, others and other data's are not", async () => {
  const dir = await Deno.makeTempDir({ prefix: "likeness-sanity-" });
  try {
    const folder = new URL(`file://${dir}/`);
    const table = (extractor: string, dataset: string) => ({
      extractor,
      dataset,
      digest: "d",
      samples: 500,
      rows: [{ name: "held-out", about: "x", distance: 0, normalised: 0, copies: 0, repeats: 0 }],
      claims: [{ claim: "order holds", holds: true }],
    });
    for (const [name, dataset] of [["judge-heads-v1", "heads"], ["lite0", "heads"]]) {
      await Deno.writeTextFile(`${dir}/${name}.json`, JSON.stringify(table(name, dataset)));
    }
    const records = fixture().records.map((r) => ({
      ...r,
      spec: {
        ...r.spec,
        metrics: [{ metric: "frechet", version: 1, config: { features: "judge" } }],
      },
    }));
    const found = await storedSanity(records, folder);
    assertEquals(found.map((t) => t.extractor), ["judge-heads-v1"]);
    const emoji = records.map((r) => ({
      ...r,
      spec: { ...r.spec, data: { ...r.spec.data, dataset: "emoji" } },
    }));
    assertEquals(await storedSanity(emoji, folder), []);
    assertEquals(await storedSanity(records, new URL(`file://${dir}/none/`)), []);
    const page = await pageOf({ ...fixture(), sanity: sanityOf(found) });
    assertStringIncludes(page, "judge-heads-v1: order holds");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

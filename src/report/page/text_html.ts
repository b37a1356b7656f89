/** Texts that runs left, in HTML: whatever they hold is text. @module */
import type { Block, Passage, Stretch, TextSheet } from "../../show/passage/mod.ts";
import type { Gallery, Group, PictureRef } from "../model/model.ts";
import { count, fixed, Html, markup } from "../../base/text/mod.ts";
import type { Texts } from "../texts.ts";
import { codeName, visibleRuns } from "../visible.ts";
import { pictureKey } from "./gallery_html.ts";
import { type GroupsById, swatch } from "./table_html.ts";

/** Passages of a sheet that stand open. */
const OPEN = 2;
/** Characters of a closed passage that its heading shows. */
const GLIMPSE = 56;

/** Bits from which a token has the next shade; each has a class of its number. */
const SHADES = [1, 2, 4, 8, 12] as const;

const shadeOf = (bits: number) => SHADES.filter((from) => bits >= from).length;

/**
 * A text in which every character is seen: line feeds by a mark, those that have no look by their
 * numbers. All of it is text; none is markup.
 */
export function textHtml(text: string): Html {
  return markup`${
    visibleRuns(text).map((run) =>
      "odd" in run
        ? markup`<span class="odd" data-code="${run.odd}">${codeName(run.odd)}</span>`
        : run.text.split("\n").map((line, i) => markup`${i > 0 ? LINE_FEED : null}${line}`)
    )
  }`;
}

const LINE_FEED = new Html(`<i class="feed" aria-hidden="true"></i>\n`);

function stretchHtml({ text, special, bits, tokens }: Stretch): Html {
  const shown = textHtml(text);
  const told = bits === undefined
    ? special ? "special token" : ""
    : `${fixed(bits, 1)} bits${tokens === undefined ? "" : `, ${count(tokens, "token")}`}`;
  if (bits === undefined && !special) return shown;
  const classes = [bits !== undefined && `s${shadeOf(bits)}`, special && "special"];
  return markup`<span class="${classes.filter(Boolean).join(" ")}" title="${told}">${shown}</span>`;
}

function blockHtml({ heading, stretches, note }: Block): Html {
  return markup`<div class="block">${
    heading === undefined ? null : markup`<p class="heading">${heading}</p>`
  }<div class="text" dir="auto">${
    stretches.length === 0 ? markup`<span class="none">nothing</span>` : stretches.map(stretchHtml)
  }</div>${note === undefined ? null : markup`<p class="quiet">${textHtml(note)}</p>`}</div>`;
}

function passageHtml({ title, blocks }: Passage, place: number): Html {
  const inside = markup`<div class="blocks">${blocks.map(blockHtml)}</div>`;
  const kind = blocks.length > 1 ? "passage several" : "passage";
  if (place < OPEN) {
    return markup`<div class="${kind}"><p class="title">${title}</p>${inside}</div>`;
  }
  const start = blocks.flatMap(({ stretches }) => stretches)
    .flatMap(({ text, special }) => special ? [] : [text]).join("")
    .slice(0, 2 * GLIMPSE).replace(/\s+/g, " ").trim();
  const glimpse = [...start].slice(0, GLIMPSE).join("");
  return markup`<details class="${kind}"><summary>${title}${
    glimpse === "" ? null : markup` <span class="quiet"><bdi>${textHtml(glimpse)}</bdi> …</span>`
  }</summary>${inside}</details>`;
}

function sheetHtml({ shaded, passages }: TextSheet): Html {
  return markup`<div class="${shaded ? "sheet shaded" : "sheet"}">${
    passages.map(passageHtml)
  }</div>`;
}

function legend(): Html {
  const from = [0, ...SHADES];
  return markup`<p class="legend">Bits of a token: ${
    from.map((low, i) =>
      markup`<span class="s${i}">${
        i === 0
          ? `under ${SHADES[0]}`
          : i === SHADES.length
          ? `${low} and more`
          : `${low}–${from[i + 1]}`
      }</span> `
    )
  }</p>`;
}

/** Texts of one kind: the first seed of every row, the others folded away. */
export function textGalleryHtml(
  gallery: Gallery,
  { texts, left, groups }: { texts: Texts; left: number; groups: GroupsById },
): Html {
  const first = gallery.rows.map(({ pictures }) => pictures[0]);
  const others = gallery.rows.flatMap(({ pictures }) => pictures.slice(1))
    .filter((ref) => left === 0 || texts.has(pictureKey(ref)));
  const figures = (shown: readonly PictureRef[]) =>
    markup`<div class="texts">${
      shown.map((ref) => {
        const group = [...groups.values()].find(({ runs }) => runs.includes(ref.run));
        return figureHtml(ref, { texts, group, about: ref.about !== gallery.caption });
      })
    }</div>`;
  const shaded = first.some((ref) => texts.get(pictureKey(ref))?.shaded);
  return markup`<p class="quiet">${gallery.caption}.</p>${shaded ? legend() : null}${
    figures(first)
  }${
    others.length === 0
      ? null
      : markup`<details><summary>${count(others.length, "more sheet")}: other seeds</summary>${
        figures(others)
      }</details>`
  }`;
}

function figureHtml(
  ref: PictureRef,
  { texts, group, about }: { texts: Texts; group: Group | undefined; about: boolean },
): Html {
  const sheet = texts.get(pictureKey(ref));
  return markup`<figure><figcaption>${group ? swatch(group.index) : null}${ref.label}
<span class="quiet">seed ${ref.seed}</span></figcaption>${
    about ? markup`<p class="quiet">${ref.about}</p>` : null
  }${
    sheet ? sheetHtml(sheet) : markup`<p>These texts are no longer in the run's folder.</p>`
  }</figure>`;
}

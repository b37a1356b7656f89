/** Pictures side by side, in HTML. @module */
import type { Gallery, Group, PictureRef } from "../model/model.ts";
import { count, type Html, markup } from "../../base/text/mod.ts";
import type { Scenes } from "../viewer/embed.ts";
import { sceneHtml } from "./scene_html.ts";
import { type GroupsById, swatch } from "./table_html.ts";

/** Data URIs by `pictureKey`. */
export type Pictures = ReadonlyMap<string, string>;

/** Names a picture of a model. */
export function pictureKey({ run, file }: Pick<PictureRef, "run" | "file">): string {
  return `${run}/${file}`;
}

/** One kind of picture: the first seed of every row, the others folded away. */
export function galleryHtml(
  gallery: Gallery,
  { pictures, scenes = new Map(), groups, note }: {
    readonly pictures: Pictures;
    /** Default: none. */
    readonly scenes?: Scenes;
    readonly groups: GroupsById;
    readonly note: string;
  },
): Html {
  const first = gallery.rows.map(({ pictures }) => pictures[0]);
  const others = gallery.rows.flatMap(({ pictures }) => pictures.slice(1));
  const figures = (shown: readonly PictureRef[]) =>
    markup`<div class="pictures">${
      shown.map((picture) => {
        const group = [...groups.values()].find((g) => g.runs.includes(picture.run));
        const about = picture.about !== gallery.caption;
        return figureHtml(picture, { pictures, scenes, group, about });
      })
    }</div>`;
  return markup`<p class="quiet">${gallery.caption ? `${gallery.caption}.` : ""}${note}</p>
${figures(first)}
${
    others.length > 0
      ? markup`<details><summary>${count(others.length, "more picture")}: other seeds</summary>${
        figures(others)
      }</details>`
      : null
  }`;
}

function figureHtml(
  picture: PictureRef,
  { pictures, scenes, group, about }: {
    readonly pictures: Pictures;
    readonly scenes: Scenes;
    readonly group: Group | undefined;
    readonly about: boolean;
  },
): Html {
  const uri = pictures.get(pictureKey(picture));
  const scene = uri && picture.scene, found = scene && scenes.get(pictureKey(scene));
  const { width, height } = picture;
  const alt = `${picture.about}: ${picture.label}, seed ${picture.seed}`;
  const size = width && height
    ? markup`
      width="${width}" height="${height}"
    `
    : null;
  return markup`<figure><figcaption>${group ? swatch(group.index) : null}${picture.label}
<span class="quiet">seed ${picture.seed}</span></figcaption>${
    uri
      ? markup`
        <img src="${uri}" alt="${alt}" ${size} decoding="async">
      `
      : markup`<p>This picture is no longer in the run's folder.</p>`
  }${about ? markup`<p>${picture.about}</p>` : null}${
    scene && found ? sceneHtml(scene, found) : null
  }</figure>`;
}

/** Pictures and texts that runs left, put side by side. @module */
import { slug } from "../../base/text/mod.ts";
import { type RunRecord, SHOWN, shownBy, type Shows } from "../../record/mod.ts";
import type { Grouped } from "./groups.ts";
import type { Gallery, Group, PictureRef } from "./model.ts";

interface Named {
  readonly id: string;
  readonly title: string;
}

/** Id and title of a gallery, by what its pictures show. */
const GALLERIES: Readonly<Record<Shows["what"], Named>> = {
  samples: { id: "samples", title: "Samples" },
  nearest: { id: "nearest", title: "Nearest training pictures" },
  conditional: { id: "conditional", title: "Samples by" },
  reconstructions: { id: "reconstructions", title: "Reconstructions" },
  errors: { id: "errors", title: "Errors of held-out views" },
  depths: { id: "depths", title: "Depth" },
  orbit: { id: "orbit", title: "Around the scene" },
  turntable: { id: "turntable", title: "Turntable" },
  traversal: { id: "traversals", title: "Traversals" },
  interpolation: { id: "interpolations", title: "Interpolations" },
  "prior-interpolation": {
    id: "prior-interpolations",
    title: "Interpolations between draws of the prior",
  },
  continuations: { id: "continued", title: "Continuations" },
  probabilities: { id: "probable", title: "Probabilities" },
  dropped: { id: "dropped", title: "Dropped documents" },
  other: { id: "other-pictures", title: "Other pictures" },
};

/** Of those that hold texts: they may stand beside pictures of the same. */
const TEXTS: Readonly<Partial<Record<Shows["what"], Named>>> = {
  samples: { id: "texts", title: "Texts" },
  continuations: { id: "continuations", title: "Continuations of held-out texts" },
  probabilities: { id: "probabilities", title: "What is expected, token by token" },
};

function named({ what, medium }: Shows): Named {
  if (medium === undefined) return GALLERIES[what];
  return TEXTS[what] ?? { id: `${GALLERIES[what].id}-in-words`, title: GALLERIES[what].title };
}

interface Shown {
  readonly group: string;
  readonly shows: Shows;
  readonly picture: PictureRef;
}

/** What a run left to look at, scenes with the pictures that show the same of them. */
function shownOf(record: RunRecord, { id: group, label }: Group): Shown[] {
  const all = record.artefacts.flatMap((artefact) => {
    const shows = shownBy(artefact);
    if (shows === null) return [];
    const { file, sha256, name, about, width = null, height = null, look } = artefact;
    const own = { run: record.id, file, sha256, name, label };
    return [{ shows, look, ref: { ...own, seed: record.spec.seed, about, width, height } }];
  });
  return all.flatMap(({ shows, ref }): Shown[] => {
    if (shows.medium === "splats") return [];
    const found = shows.medium !== undefined
      ? undefined
      : all.find(({ shows: other }) =>
        other.medium === "splats" && other.what === shows.what && other.of === shows.of
      );
    const scene = found?.look && { scene: { ...found.ref, look: found.look } };
    return [{ group, shows, picture: { ...ref, ...scene } }];
  });
}

/** Galleries by what pictures show, samples by a condition in one a factor. */
export function galleries({ groups, records }: Grouped): Gallery[] {
  const pictures = groups.flatMap((group) =>
    (records.get(group.id) ?? []).flatMap((record) => shownOf(record, group))
  );
  const ordered = [...SHOWN, "other" as const];
  return ordered.flatMap((what) => {
    const own = pictures.filter(({ shows }) => shows.what === what);
    const kinds = Map.groupBy(own, ({ shows: { of, medium } }) => JSON.stringify([of, medium]));
    return [...kinds.values()].map((shown): Gallery => {
      const [{ shows }] = shown, { of } = shows;
      const medium = shows.medium === "text" ? "text" : undefined;
      const rows = groups.flatMap((group) => {
        const found = shown.filter((one) => one.group === group.id);
        return found.length > 0
          ? [{ group: group.id, pictures: found.map(({ picture }) => picture) }]
          : [];
      });
      const { id, title } = named(shows);
      return {
        ...(of === undefined
          ? { id, title }
          : { id: slug(`${id}-${of}`), title: `${title} ${of}` }),
        ...(medium !== undefined && { medium }),
        caption: rows[0].pictures[0].about,
        rows,
      };
    });
  });
}

/**
 * The rooms of `src`, the order in which they stand, and what may be imported across them.
 * @module
 */
import type { Import, ImportGraph } from "./graph.ts";

/** Rooms from the ground up: a file imports from its own room and from those before it. */
export const order: readonly string[] = [
  ..."types base numeric random kernels stats install algebra content engine tokenizers".split(" "),
  ..."kinds nn backbones data curation extractors subject record families metrics show run".split(
    " ",
  ),
  ..."protocols registry.ts suite plan launch gate report compare cli proof".split(" "),
  ..."commands main.ts mod.ts".split(" "),
];

/** The room of a file: the folder of `src` that it is in; a file of `src` itself is its own. */
export function roomOf(file: string): string {
  return file.split("/")[1];
}

/** The place of a room. @throws Error for a room that has none */
function place(file: string): number {
  const at = order.indexOf(roomOf(file));
  if (at < 0) {
    throw new Error(`${file}: the room ${roomOf(file)} has no place in src/proof/figures/house`);
  }
  return at;
}

/** Whether an import leads up the house. */
export function leadsUp({ from, to }: Import): boolean {
  return place(to) > place(from);
}

/** Imports that lead up the house, dynamic ones and those of types among them. */
export function upImports({ imports }: ImportGraph): Import[] {
  return imports.filter(leadsUp);
}

/**
 * Circles of files: the sets within which every file leads to every other, types counted. A dynamic
 * import counts where it leads up, since it is then no more than a way round the order.
 * Tarjan 1972.
 */
export function circles({ files, imports }: ImportGraph): string[][] {
  const next = Map.groupBy(
    imports.filter((one) => one.kind !== "dynamic" || leadsUp(one)),
    ({ from }) => from,
  );
  const number = new Map<string, number>(), low = new Map<string, number>();
  const stack: string[] = [], waiting = new Set<string>(), found: string[][] = [];
  const visit = (file: string) => {
    number.set(file, number.size);
    low.set(file, number.get(file)!);
    stack.push(file);
    waiting.add(file);
    for (const { to } of next.get(file) ?? []) {
      if (!number.has(to)) {
        visit(to);
        low.set(file, Math.min(low.get(file)!, low.get(to)!));
      } else if (waiting.has(to)) low.set(file, Math.min(low.get(file)!, number.get(to)!));
    }
    if (low.get(file) !== number.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    for (const member of circle) waiting.delete(member);
    const itself = next.get(file)?.some(({ to }) => to === file) ?? false;
    if (circle.length > 1 || itself) found.push(circle.sort());
  };
  for (const file of files) if (!number.has(file)) visit(file);
  return found;
}

/** Whether a file is a door: the `mod.ts` of a room or of a room within, or a file of `src` itself. */
function isDoor(file: string): boolean {
  return /(^|\/)mod\.ts$/.test(file) || file.split("/").length === 2;
}

/**
 * Imports of another room's files past its doors. Rows of the registry are doors too: each loads the
 * one file that it names when it is asked for.
 */
export function pastDoors({ imports }: ImportGraph): Import[] {
  return imports.filter(({ from, to, kind }) =>
    roomOf(from) !== roomOf(to) && !isDoor(to) &&
    !(kind === "dynamic" && from === "src/registry.ts")
  );
}

/** Imports across rooms, of which `pastDoors` are some. */
export function acrossRooms({ imports }: ImportGraph): Import[] {
  return imports.filter(({ from, to }) => roomOf(from) !== roomOf(to));
}

/** Which rooms each room imports from, both sorted. */
export function arrows(graph: ImportGraph): { [room: string]: string[] } {
  const found = new Map<string, Set<string>>();
  for (const { from, to } of acrossRooms(graph)) {
    found.set(roomOf(from), (found.get(roomOf(from)) ?? new Set()).add(roomOf(to)));
  }
  const rank = (room: string) => order.indexOf(room);
  return Object.fromEntries(
    [...found].sort(([a], [b]) => rank(a) - rank(b))
      .map(([room, to]) => [room, [...to].sort((a, b) => rank(a) - rank(b))]),
  );
}

/**
 * Figures that are read from a part of `deno task peers:scenes`.
 * @module
 */
import type { PARTS, ScenesReport } from "../../peers/scenes/main.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { lastJson } from "../process.ts";

const group = "scenes";

/** What part of `peers:scenes` told, measured once; or why it told nothing. */
function told(
  part: typeof PARTS[number],
  { once, note, run }: FigureContext,
): Promise<ScenesReport | string> {
  return once(`peers:scenes ${part}`, async () => {
    note(`running peers:scenes --parts ${part}: leave the machine alone`);
    const program = "src/proof/peers/scenes/main.ts";
    return lastJson<ScenesReport>(await run(["run", "-A", program, "--parts", part, "--json"]));
  });
}

type Row = Pick<Figure, "name" | "about" | "unit" | "target">;

/** A figure that is read from a part of `peers:scenes`. */
export function partFigure(
  part: typeof PARTS[number],
  row: Row,
  read: (report: ScenesReport) => Measured,
): Figure {
  return {
    group,
    ...row,
    cost: "long",
    command: `deno task figures ${group}/${row.name} --measure`,
    async measure(context) {
      const found = await told(part, context);
      if (typeof found === "string") return { value: null, reason: found };
      const { threads, versions } = found, measured = read(found);
      return { ...measured, detail: { threads, versions, ...measured.detail } };
    },
  };
}

/**
 * Each change of a project alone, and the runs whose ids it changed, as JSON: what
 * `deno task figures faults/edits-unseen` counts. `deno run -A tests/content/edits.ts`
 * @module
 */
import { join } from "@std/path";
import { changes, idsOf, kinds, project } from "./project.ts";

const folder = await Deno.makeTempDir({ prefix: "edits-" });
try {
  const base = await idsOf(project(), join(folder, "base"));
  const edits = [];
  for (const [i, { of, runs, apply }] of changes.entries()) {
    const changed = project();
    apply(changed, 1 + i % 9);
    // Somewhere else: the place of a suite is in no id.
    const ids = await idsOf(changed, join(folder, `${i}`, "elsewhere"));
    edits.push({
      of,
      asked: runs,
      all: kinds,
      changed: kinds.filter((kind) => ids[kind] !== base[kind]),
    });
  }
  console.log(JSON.stringify(edits));
} finally {
  await Deno.remove(folder, { recursive: true });
}

import { openWebgpu } from "../src/engine/webgpu/engine.ts";
import { conformance } from "../src/engine/conformance.ts";
import { composedRuns } from "../src/engine/registry.ts";
import { conformanceTable } from "../src/commands/engine.ts";
let t=performance.now();
const e = await openWebgpu(); console.log(e.identity, performance.now()-t); t=performance.now();
const rows = await conformance(e, {composedRuns, only: Deno.args[0] ?? ""});
const all = Deno.args.includes("all");
console.log(conformanceTable(all? rows : rows.filter(r=>[r.forward,r.gradient,r.second].some(s=>s==="wrong"||s==="missing"))).join("\n"), performance.now()-t);

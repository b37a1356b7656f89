/** gsplat's reference and PyTorch's hash grid as they are asked on this machine, on small work. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { compareScenes } from "../../../src/proof/peers/scenes/agreement.ts";
import { findGsplat } from "../../../src/proof/peers/scenes/environment.ts";
import { GsplatPeer } from "../../../src/proof/peers/scenes/gsplat.ts";
import { timeHashGrid } from "../../../src/proof/peers/scenes/hash_grid.ts";
import { PeerProcess } from "../../../src/proof/peers/scenes/peer_process.ts";
import { need, needing } from "../../needs.ts";

const test = needing(await need("gsplat"));
const turns = { rounds: 1, turnSeconds: 0.001 };

test("gsplat's reference: ours agrees, float32 is not float64, and times of lists are parts", async () => {
  const peer = await GsplatPeer.start((await findGsplat())!, 1);
  try {
    assertEquals(peer.identity.versions.gsplat, "1.5.3");
    const [found] = await compareScenes(peer, [
      { count: 60, degree: 2, side: 24, antialiased: true },
    ]);
    assert(found.ours.image < 1e-5 && found.ours.gradient < 1e-5, JSON.stringify(found));
    assert(found.theirs.gradient > 0 && found.theirs.gradient < 1e-4, JSON.stringify(found));
    const { seconds, lists, pairs } = await peer.run("float32", 2);
    assertEquals([seconds.length, lists.length], [2, 2]);
    assert(pairs > 0 && lists.every((part, i) => part > 0 && part < seconds[i]));
  } finally {
    await peer.close();
  }
});

test("PyTorch's hash grid has our features and gradients", async () => {
  const work = { levels: 4, features: 2, rowBits: 9, base: 4, finest: 40, points: 50 };
  const { apart, ours, plain, flat } = await timeHashGrid((await findGsplat())!, work, turns);
  assert(apart < 1e-5, `${apart}`);
  assertEquals([ours, plain, flat].map((all) => all.length), [1, 1, 1]);
});

test("what goes wrong in Python is told", async () => {
  const python = (await findGsplat())!;
  const peer = await PeerProcess.start("gsplat_peer.py", { ...python, threads: 1 });
  try {
    const asked = peer.ask({ do: "load", folder: "/nowhere" }, undefined as never);
    assertMatch((await assertRejects(() => asked, Error)).message, /gsplat_peer\.py: FileNotFound/);
  } finally {
    await peer.close();
  }
  const none = () => PeerProcess.start("no_such.py", { ...python, threads: 1 });
  assertMatch((await assertRejects(none, Error)).message, /no_such\.py ended with code 2/);
});

/**
 * An installation in a process of its own that kills itself: `killable.ts SHOP-JSON AT`, just before
 * its AT-th change to the disk. Prints the number of changes if it lives to the end.
 * @module
 */
import { install, type InstallOptions } from "../../../../src/engine/tensorflow/install/install.ts";

/** What the process is given. */
export type Given = Pick<InstallOptions, "build" | "cache" | "path" | "force">;

if (import.meta.main) {
  const given = JSON.parse(Deno.args[0]) as Given;
  const at = Number(Deno.args[1]);
  let changes = 0;
  const count = () => {
    if (++changes === at) Deno.kill(Deno.pid, "SIGKILL");
  };
  /** Counts calls of a function before it does its work. */
  const counted = <A extends unknown[], R>(f: (...args: A) => R) => (...args: A): R => {
    count();
    return f(...args);
  };
  Deno.mkdir = counted(Deno.mkdir);
  Deno.rename = counted(Deno.rename);
  Deno.remove = counted(Deno.remove);
  Deno.writeTextFile = counted(Deno.writeTextFile);
  const { write } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.write = function (bytes) {
    count();
    return write.call(this, bytes);
  };
  await install({
    ...given,
    machine: { os: "linux", arch: "x86_64", glibc: "2.36" },
    smoke: () => Promise.resolve({ version: given.build.version, device: "fake" }),
  });
  console.log(changes);
}

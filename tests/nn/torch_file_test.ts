/** Files that torch.save wrote: what is read, and what is refused. */
import { assertEquals, assertRejects } from "@std/assert";
import { decodeTorch, TorchFileError } from "../../src/nn/files/torch_file.ts";
import golden from "../golden/extractors/torch_files.json" with { type: "json" };

const bytes = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

for (const format of ["zip", "legacy"] as const) {
  Deno.test(`the ${format} format: strides, shared storages, types, nested dictionaries`, async () => {
    const tensors = await decodeTorch(bytes(golden[format]));
    const found = Object.fromEntries(
      Object.entries(tensors).map(([name, { shape, data }]) => [name, [shape, [...data]]]),
    );
    const numbers = Array.from({ length: 24 }, (_, i) => i);
    assertEquals(found, {
      "state_dict.cube": [[2, 3, 4], numbers],
      "state_dict.turned": [[6, 4], numbers.map((i) => 6 * (i % 4) + Math.floor(i / 4))],
      "state_dict.part": [[4], [5, 6, 7, 8]],
      "state_dict.half": [[3], [1.5, -2, 0.0999755859375]],
      "state_dict.brain": [[3], [1.5, -2, 0.10009765625]],
      "state_dict.count": [[], [7]],
      "state_dict.empty": [[0, 3], []],
      "state_dict.double": [[1], [Math.fround(0.1)]],
      "p": [[2], [0, 1]],
    });
    const some = await decodeTorch(bytes(golden[format]), { wanted: (name) => name === "p" });
    assertEquals(Object.keys(some), ["p"]);
  });
}

for (
  const [file, says] of [
    ["evil", "posix.system"],
    ["evil_legacy", "posix.system"],
    ["module", "torch.nn.modules.linear.Linear"],
    ["script", "TorchScript"],
  ] as const
) {
  Deno.test(`a file that is more than tensors is refused by name: ${file}`, async () => {
    await assertRejects(() => decodeTorch(bytes(golden[file])), TorchFileError, says);
  });
}

Deno.test("a file that is cut off anywhere, or is something else, is refused", async () => {
  for (const format of ["zip", "legacy"] as const) {
    const whole = bytes(golden[format]);
    for (let end = 0; end < whole.length; end += 37) {
      await assertRejects(() => decodeTorch(whole.slice(0, end)), TorchFileError);
    }
  }
  await assertRejects(() => decodeTorch(new Uint8Array(100)), TorchFileError, "opcode 0x00");
});

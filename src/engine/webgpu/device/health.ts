/**
 * What WebGPU tells of later than it happens: a lost device, refused commands, memory that ran out.
 * None of it is thrown where it was caused, so it is kept and thrown at the next chance.
 * @module
 */
import { EngineError } from "../../../base/mod.ts";

/** Watches one device. */
export class Health {
  #lost: string | undefined;
  #refused: string | undefined;
  #closed = false;

  constructor(device: GPUDevice) {
    device.addEventListener("uncapturederror", (event) => {
      this.#refused ??= (event as GPUUncapturedErrorEvent).error.message;
      // Else Deno reports it to the console as well.
      event.preventDefault();
    });
    device.lost.then(({ reason, message }) => {
      if (!this.#closed) this.#lost = message || reason;
    });
  }

  /** The device is given back on purpose. */
  close(): void {
    this.#closed = true;
  }

  /**
   * @throws EngineError if the device was lost, is closed, or has refused something since it was last
   * asked
   */
  check(): void {
    if (this.#closed) throw new EngineError("engine webgpu: closed; open it again");
    if (this.#lost !== undefined) {
      throw new EngineError(
        `engine webgpu: the device was lost (${this.#lost}); what was on it is gone. Resume the run ` +
          `from its last checkpoint in a new process`,
      );
    }
    if (this.#refused !== undefined) {
      const message = this.#refused;
      this.#refused = undefined;
      throw new EngineError(
        `engine webgpu: the device refused a command, so later numbers are wrong: ${message}`,
      );
    }
  }
}

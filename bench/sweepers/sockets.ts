import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Counts the connections that this process has open, and remembers the most there ever were. */
export class OpenSockets {
  most = 0;
  private open = 0;

  constructor() {
    subscribe("net.client.socket", (message) => {
      this.most = Math.max(this.most, ++this.open);
      (message as { socket: Socket }).socket.once("close", () => this.open--);
    });
  }
}

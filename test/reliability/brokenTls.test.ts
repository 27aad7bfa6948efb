import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Deadline } from "../../provider/common/deadline";
import { OperationsClient } from "../../provider/operations/client";
import { NoResponseError } from "../../provider/operations/errors";
import { mayHaveArrived } from "../../provider/operations/transience";
import { makeCertificate } from "../identity/certificate";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { withoutChance } from "../support/withoutChance";

describe("a call over a TLS connection that breaks", () => {
  withoutChance();
  const { stopping, setVariable } = cleanUps();

  /** Starts a relay before an https server. It calls `breakWith` at once, or after the server receives a request. */
  async function relay(when: "atOnce" | "afterRequest", breakWith: (client: Socket) => void) {
    setVariable("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const sockets = new Set<Socket>();
    let received = 0;
    let breakAll: () => void = () => undefined;
    const service = createHttpsServer(makeCertificate(["localhost"]), () => {
      received++;
      breakAll();
    });
    await once(service.listen(0, "127.0.0.1"), "listening");
    const server = createServer((client) => {
      client.on("error", () => undefined);
      sockets.add(client);
      if (when === "atOnce") {
        client.once("data", () => {
          breakWith(client);
        });
        return;
      }
      const upstream = connect((service.address() as AddressInfo).port, "127.0.0.1");
      upstream.on("error", () => undefined);
      sockets.add(upstream);
      client.pipe(upstream);
      upstream.on("data", (data) => client.write(data));
      breakAll = () => {
        upstream.removeAllListeners("data");
        breakWith(client);
      };
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    stopping({
      stop: () => {
        for (const socket of sockets) socket.destroy();
        server.close();
        service.closeAllConnections();
        service.close();
      },
    });
    const endpoint = `https://localhost:${(server.address() as AddressInfo).port}`;
    const client = new OperationsClient({ endpoint, version: "v1", headers: () => Promise.resolve({}) });
    const cancel = () => rejection(client.cancel("operations/AbC", Deadline.after(300)));
    return { cancel, received: () => received };
  }

  const breaks: readonly [string, (client: Socket) => void][] = [
    ["sends plain text", (client) => client.write("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["sends a record of an unknown type", (client) => client.write(Buffer.from([0x00, 0x03, 0x03, 0x00, 0x01, 0x00]))],
    [
      "sends a record that can't be decrypted",
      (client) => client.write(Buffer.from([0x17, 0x03, 0x03, 0x00, 0x20, ...Array<number>(32).fill(7)])),
    ],
    ["resets the connection", (client) => client.resetAndDestroy()],
    ["ends the connection", (client) => client.end()],
    ["stops sending", () => undefined],
  ];

  for (const [what, breakWith] of breaks) {
    it(`may have been carried out when the server ${what} after the HTTP request`, async () => {
      const { cancel, received } = await relay("afterRequest", breakWith);
      const error = await cancel();
      assert.ok(received() > 0);
      assert.ok(mayHaveArrived(error), error.message);
      assert.doesNotMatch(error.message, /nothing was sent/);
    });

    it(`wasn't sent when the server ${what} during the TLS handshake`, async () => {
      const { cancel, received } = await relay("atOnce", breakWith);
      const error = await cancel();
      assert.equal(received(), 0);
      assert.ok(error instanceof NoResponseError && !mayHaveArrived(error), error.message);
      assert.match(error.message, /so nothing was sent/);
    });
  }
});

import assert from "node:assert/strict";
import { Deadline } from "../../provider/common/deadline";
import { OperationsClient } from "../../provider/operations/client";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { rpc, startServer } from "../support/server";
import { withoutChance } from "../support/withoutChance";

const name = "operations/AbC";
const refused = "ya29.the/first-token+that_was=refused";
const renewed = "ya29.the/second-token+that_was=taken";

describe("a secret of a call that the response repeats", () => {
  withoutChance();
  const { stopping, after } = cleanUps();

  /** Returns the message of a call whose first attempt gets a 401, and whose retry gets an error with these words. */
  async function messageOf(words: string): Promise<string> {
    const answers = [rpc(401, "UNAUTHENTICATED", words), rpc(400, "INVALID_ARGUMENT", words)];
    const server = stopping(await startServer(...answers));
    const headers = (stale?: string) =>
      Promise.resolve({ authorization: `Bearer ${stale === undefined ? refused : renewed}` });
    const client = new OperationsClient({ endpoint: server.endpoint, version: "v1", headers });
    return (await rejection(client.get(name, Deadline.after(5_000)))).message;
  }

  it("is redacted when it is the refused token or the new token", async () => {
    const words = `first ${encodeURIComponent(refused)}, second ${Buffer.from(renewed).toString("base64")}`;
    assert.match(await messageOf(words), /INVALID_ARGUMENT \(HTTP 400\): first \[hidden\], second \[hidden\]$/);
  });

  it("is redacted when it is the proxy's password, which a proxy that reads TLS can repeat", async () => {
    const before = process.env["HTTPS_PROXY"];
    process.env["HTTPS_PROXY"] = "http://user:p%40ssw0rd-of-the-proxy@127.0.0.1:9";
    after(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, "HTTPS_PROXY");
      else process.env["HTTPS_PROXY"] = before;
    });
    const basic = Buffer.from("user:p@ssw0rd-of-the-proxy").toString("base64");
    const message = await messageOf(`p@ssw0rd-of-the-proxy p%40ssw0rd-of-the-proxy ${basic}`);
    assert.match(message, /: \[hidden\] \[hidden\] \[hidden\]$/);
  });
});

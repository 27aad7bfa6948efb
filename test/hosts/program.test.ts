import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { getOperation, listOperations } from "../../provider";
import { startEmulator } from "../../provider/emulator";
import { cleanUps } from "../support/cleanUps";

describe("the lines of a program's lookups", () => {
  const { stopping, after } = cleanUps();
  const { log } = console;
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    console.log = (line: string) => lines.push(line);
  });
  afterEach(() => {
    console.log = log;
  });

  /** Begins a deployment in this process, as the Automation API does for an inline program. It has its own monitor. */
  const beginDeployment = () => {
    const [noEngine, monitor] = ["", "127.0.0.1:1"];
    pulumi.runtime.resetOptions("project", "stack", -1, noEngine, monitor, false, "");
  };

  it("show where calls go once in each deployment, also if one process runs several", async () => {
    const name = "operations/AbC";
    const emulator = stopping(await startEmulator({ operations: [{ name }] }));
    pulumi.runtime.setConfig("cancellation:endpoint", emulator.endpoint);
    after(() => {
      pulumi.runtime.resetOptions("project", "stack", -1, "", "", false, "");
      pulumi.runtime.setConfig("cancellation:endpoint", "");
    });
    for (let deployment = 0; deployment < 2; deployment++) {
      beginDeployment();
      await Promise.all([getOperation({ operation: name }), listOperations()]);
    }
    const line = `info: [runtime] Calls go to ${emulator.endpoint} (config cancellation:endpoint), without a credential.`;
    assert.deepEqual(lines, [line, line]);
  });
});

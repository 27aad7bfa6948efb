import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { startEmulator } from "../../provider/emulator";
import { request } from "../../provider/hosts/dynamicProvider";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { withoutChance } from "../support/withoutChance";

describe("the lines that the host shows about outcomes", () => {
  withoutChance();
  const { stopping } = cleanUps();
  const { log } = console;
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    console.log = (line: string) => {
      if (!line.startsWith("Calls go to")) lines.push(line);
    };
  });
  afterEach(() => {
    console.log = log;
  });

  /** Returns a provider as a new host has it, which has shown no lines. */
  async function enter(count: number) {
    const emulator = stopping(
      await startEmulator({
        operations: Array.from({ length: count }, (_, index) => ({
          name: `operations/${index}`,
          onCancel: index % 10 === 0 ? "complete" : "cancel",
        })),
      }),
    );
    const Provider = request.constructor as new (steps: unknown, log: (line: string) => void) => typeof request;
    const stdout = (line: string) => {
      console.log(line);
    };
    const provider = new Provider((request as unknown as { steps: unknown }).steps, stdout);
    provider.configure({ config: { get: (key) => ({ "cancellation:endpoint": emulator.endpoint })[key] } });
    const create = (index: number, more: object = {}) =>
      provider.create({ operation: `operations/${index}`, __resourceName: `r${index}`, ...more });
    return { emulator, create };
  }

  const onlyLines = () =>
    lines.filter((line) => /^r\d+ \(operations\/\d+\): \w+ after (\d+|less than 1) s$/.test(line));
  const countLines = () => lines.filter((line) => / more requests?: /.test(line));
  const sum = (pattern: RegExp) =>
    countLines().reduce((total, line) => total + Number(pattern.exec(line)?.[1]?.replace(",", "") ?? 0), 0);

  it("are one line for one request", async () => {
    const { create } = await enter(2);
    await create(1);
    assert.deepEqual(lines, ["r1 (operations/1): cancelled after less than 1 s"]);
  });

  it("are 20 lines for 20 requests", async () => {
    const { create } = await enter(20);
    await Promise.all(Array.from({ length: 20 }, (_, index) => create(index)));
    assert.equal(onlyLines().length, 20);
    assert.equal(lines.length, 20);
  });

  it("are 20 lines and counts for 500 requests, and lose none", async () => {
    const { create } = await enter(500);
    await Promise.all(Array.from({ length: 500 }, (_, index) => create(index)));
    assert.equal(onlyLines().length, 20);
    assert.equal(countLines().length, lines.length - 20);
    assert.ok(lines.length < 40, lines.join("\n"));
    assert.equal(sum(/^(\d+) more/), 480);
    const completed = onlyLines().filter((line) => line.includes("succeeded")).length;
    assert.equal(sum(/(\d+) succeeded/) + completed, 50);
    assert.equal(sum(/(\d+) cancelled/) + sum(/(\d+) succeeded/), 480);
  });

  it("are written before the last step in flight returns", async () => {
    const { create } = await enter(25);
    for (let index = 0; index < 25; index++) {
      await create(index);
      assert.equal(onlyLines().length + sum(/^(\d+) more/), index + 1);
    }
    assert.equal(lines.at(-1), "1 more request: 1 cancelled.");
  });

  it("count after 2 seconds while a step is in flight", async () => {
    const { create, emulator } = await enter(25);
    emulator.add({ name: "operations/99", onCancel: "ignore" });
    const slow = create(99, { customTimeouts: { create: "2500ms" } });
    await Promise.all(Array.from({ length: 25 }, (_, index) => create(index)));
    assert.equal(countLines().length, 0);
    await pause(2_200);
    assert.deepEqual(countLines().length, 1);
    assert.equal(sum(/^(\d+) more/), 5);
    await rejection(slow);
    assert.equal(lines.at(-1), "1 more request: 1 cancelling.");
  });
});

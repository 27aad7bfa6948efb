import assert from "node:assert/strict";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { type EmulatorOptions, startEmulator } from "../../provider/emulator";
import { EngineLog } from "../../provider/hosts/plugin/engineLog";
import { propertiesIn, structOf } from "../../provider/hosts/plugin/values";
import { unknownValue } from "../../provider/resources/inputs/schema";
import type { Properties } from "../../provider/resources/state/record";
import { cleanUps } from "../support/cleanUps";
import { fakeTime } from "../support/fakeTime";
import { startPluginService } from "../support/pluginService";

const name = "operations/AbC";
const request = "urn:pulumi:dev::p::cancellation:index:CancellationRequest::r";
const sweep = "urn:pulumi:dev::p::cancellation:index:CancellationSweep::r";

describe("the outputs that a preview of the plugin shows as known", () => {
  const time = fakeTime();
  const { stopping } = cleanUps();

  async function start(options: EmulatorOptions, args: Properties = {}) {
    const { endpoint } = stopping(await startEmulator(options));
    const call = startPluginService(new EngineLog());
    await call("configure", new proto.ConfigureRequest().setArgs(structOf({ endpoint, ...args })));
    const create = async (urn: string, inputs: Properties, preview: boolean): Promise<Properties> => {
      const message = new proto.CreateRequest().setUrn(urn).setProperties(structOf(inputs)).setPreview(preview);
      return propertiesIn((await call<proto.CreateResponse>("create", message)).getProperties());
    };
    const update = async (urn: string, olds: Properties, news: Properties, preview: boolean): Promise<Properties> => {
      const message = new proto.UpdateRequest()
        .setUrn(urn)
        .setId("//cloudchannel.googleapis.com/operations/AbC")
        .setOlds(structOf(olds))
        .setNews(structOf(news))
        .setPreview(preview);
      return propertiesIn((await call<proto.UpdateResponse>("update", message)).getProperties());
    };
    return { create, update };
  }

  /** Asserts that each output which a preview shows as known is the one that the deployment records. */
  function assertRecorded(previewed: Properties, recorded: Properties): void {
    const known = Object.entries(previewed).filter(([, value]) => value !== unknownValue);
    assert.deepEqual(Object.fromEntries(known), Object.fromEntries(known.map(([key]) => [key, recorded[key]])));
  }

  for (const [title, inputs] of [
    ["an operation that has ended", {}],
    ["an operation that has ended, for a request that doesn't wait for the end", { waitFor: "accepted" }],
    ["an operation that has ended, for a request that cancels on delete", { cancelOn: "delete" }],
  ] as const) {
    it(`are those that a create records of ${title}`, async () => {
      const { create } = await start({ operations: [{ name, done: "succeeded" }] });
      const previewed = await create(request, { operation: name, ...inputs }, true);
      await time.pass(10);
      assertRecorded(previewed, await create(request, { operation: name, ...inputs }, false));
    });
  }

  it("are those that an update records of an operation that has ended meanwhile", async () => {
    const { update } = await start({ operations: [{ name, done: "cancelled" }] });
    const olds = { operation: name, outcome: "cancelling", requestTime: "2025-01-01T00:00:00.000Z" };
    const previewed = await update(request, olds, { operation: name }, true);
    assert.equal(previewed["outcome"], "cancelled");
    await time.pass(10);
    assertRecorded(previewed, await update(request, olds, { operation: name }, false));
  });

  it("don't include an outcome if the update may make no read", async () => {
    const { update } = await start({ operations: [{ name, done: "cancelled" }] });
    const olds = { operation: name, outcome: "cancelling", requestTime: "2025-01-01T00:00:00.000Z" };
    const previewed = await update(request, olds, { operation: name, waitFor: unknownValue }, true);
    assert.equal(previewed["outcome"], unknownValue);
  });

  it("don't include a report that the update writes", async () => {
    const { update } = await start({});
    const olds = { operation: name, outcome: "cancelled", unreported: true };
    const previewed = await update(request, olds, { operation: name, expect: ["cancelled"] }, true);
    assertRecorded(previewed, await update(request, olds, { operation: name, expect: ["cancelled"] }, false));

    const swept = { all: true, cancelOn: "create", outcomes: { cancelled: 1 }, operations: [], unreported: true };
    const news = { all: true, cancelOn: "create", limit: 7 };
    assertRecorded(await update(sweep, swept, news, true), await update(sweep, swept, news, false));
  });

  for (const previewReads of [true, false]) {
    it(`don't include a sweep's operations if its names are secret, with previewReads ${previewReads}`, async () => {
      const { create } = await start({ operations: [{ name }] }, { previewReads: String(previewReads) });
      const inputs = { names: [name], operations: [] };
      assertRecorded(await create(sweep, inputs, true), await create(sweep, inputs, false));
    });
  }
});

import { DynamicProviderHost } from "../../test/engines/standIn/host";
import { readProject } from "../../test/engines/standIn/project";
import { withProject } from "../engine/project";
import { monotonic } from "../processes/clock";

export type ProviderName = "product" | "floor";

const providers: Readonly<Record<ProviderName, string>> = {
  product: 'exports.handler=()=>require("pulumi-operation-cancellation/provider").request',
  floor: 'exports.handler=()=>require(process.cwd()+"/provider")',
};

/** When each create was sent to the host, by the operation's name, on the clock that processes share. */
export type SentTimes = Readonly<Record<string, number>>;

/** Has Pulumi's own host of dynamic resources create a resource for each operation, one after the other, as the engine does. */
export function createAll(provider: ProviderName, endpoint: string, operations: readonly string[]): Promise<SentTimes> {
  return withProject(provider, async (directory) => {
    const host = await DynamicProviderHost.start({
      project: readProject(directory),
      environment: {},
      config: { "cancellation:endpoint": endpoint },
      onLine: () => undefined,
    });
    try {
      const sent: Record<string, number> = {};
      for (const operation of operations) {
        const urn = `urn:pulumi:bench::bench::pulumi-nodejs:dynamic/bench:Cancellation::${operation}`;
        const own = provider === "floor" ? { endpoint } : {};
        const given = { operation, __provider: providers[provider], ...own };
        const { inputs } = await host.check(urn, {}, given);
        sent[operation] = monotonic();
        await host.create(urn, inputs);
      }
      return sent;
    } finally {
      await host.stop();
    }
  });
}

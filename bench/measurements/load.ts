import { operationName, withEmulator, withEmulators } from "../emulator";
import { spread } from "../format";
import { runNode } from "../loading/node";
import type { Findings, Measurement, Plan } from "../measurement";
import { interleaved } from "../rounds";
import { spreadOf } from "../statistics";

/** Milliseconds, one after the other, in one process. */
interface Loaded {
  readonly pulumi: number;
  readonly package: number;
}

interface HostLoaded {
  readonly provider: number;
  readonly first: number;
  readonly second: number;
}

const program = `
  const times = [performance.now()];
  for (const name of ["@pulumi/pulumi", "pulumi-operation-cancellation"]) {
    require(name);
    times.push(performance.now());
  }
  console.log(JSON.stringify({ pulumi: times[1] - times[0], package: times[2] - times[1] }));
  process.exit();
`;

/** What `require` of the package costs a program, and what the host pays before its first call. */
export const load: Measurement = {
  name: "load",
  async run({ rounds, say }: Plan): Promise<Findings> {
    // They are short, so that there can be more of them.
    const runs = 3 * rounds;
    say(`load: ${runs} programs and hosts`);
    const samples = await withEmulators((emulators) =>
      withEmulator(emulators, { operations: 4 * runs }, ({ endpoint }) => {
        let index = 0;
        const host = (accessToken?: string) => () => runNode<HostLoaded>(hostScript(endpoint, index++, accessToken));
        return interleaved<string, Loaded | HostLoaded>(runs, {
          program: () => runNode<Loaded>(program),
          plain: host(),
          token: host("a-token-for-the-bench"),
        });
      }),
    );
    const loaded = samples["program"] as Loaded[];
    const plain = samples["plain"] as HostLoaded[];
    const token = samples["token"] as HostLoaded[];
    const figures = {
      "a program: require of @pulumi/pulumi": loaded.map((one) => one.pulumi),
      "a program: require of this package after it": loaded.map((one) => one.package),
      "the host: require of the provider, after @pulumi/pulumi": plain.map((one) => one.provider),
      "the host: the first request, from create to its end": plain.map((one) => one.first),
      "the host: the same with an access token, for which google-auth-library is loaded": token.map((one) => one.first),
      "the host: the second request": plain.map((one) => one.second),
    };
    const cost = spreadOf(figures["a program: require of this package after it"]);
    return {
      tables: [
        {
          title: "Milliseconds until the first call",
          columns: ["what", "ms"],
          rows: Object.entries(figures).map(([what, samples]) => [what, spread(spreadOf(samples))]),
        },
      ],
      charts: [],
      goals: [
        {
          title: "require of the package over @pulumi/pulumi",
          figure: cost.median,
          spread: cost,
          unit: "ms",
          bound: { atMost: 30 },
        },
      ],
      samples: figures,
    };
  },
};

/** The host, as far as it matters here: it has loaded Pulumi before a resource makes it load the package. */
function hostScript(endpoint: string, index: number, accessToken?: string): string {
  const config = { "cancellation:endpoint": endpoint, "cancellation:accessToken": accessToken };
  const names = [operationName(2 * index), operationName(2 * index + 1)];
  return `
    require("@pulumi/pulumi");
    const config = ${JSON.stringify(config)};
    const times = [performance.now()];
    const { request } = require("pulumi-operation-cancellation/provider");
    times.push(performance.now());
    request.configure({ config: { get: (key) => config[key] } });
    (async () => {
      for (const operation of ${JSON.stringify(names)}) {
        await request.create({ operation });
        times.push(performance.now());
      }
      const [provider, first, second] = times.slice(1).map((time, index) => time - times[index]);
      console.log(JSON.stringify({ provider, first, second }));
      process.exit();
    })();
  `;
}

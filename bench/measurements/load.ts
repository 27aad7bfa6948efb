import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { operationName, withEmulator, withEmulators } from "../emulator";
import { spread } from "../format";
import type { Findings, Measurement, Plan } from "../measurement";
import { interleaved, spreadOf } from "../samples";

const repository = join(__dirname, "..", "..");

/** In milliseconds, one after the other, in one process. */
interface ProgramTimes {
  readonly pulumi: number;
  readonly package: number;
}

interface HostTimes {
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

/** Measures how long a program takes to load the package, and how long the host takes until its first calls end. */
export const load: Measurement = {
  name: "load",
  async run({ rounds, log }: Plan): Promise<Findings> {
    // The runs are short, so there can be more of them.
    const runs = 3 * rounds;
    log(`load: ${runs} programs and hosts`);
    const samples = await withEmulators((emulators) =>
      withEmulator(emulators, { operations: 4 * runs }, ({ endpoint }) => {
        let index = 0;
        const host = (accessToken?: string) => () => runNode<HostTimes>(hostScript(endpoint, index++, accessToken));
        return interleaved<string, ProgramTimes | HostTimes>(runs, {
          program: () => runNode<ProgramTimes>(program),
          plain: host(),
          token: host("a-token-for-the-bench"),
        });
      }),
    );
    const programs = samples["program"] as ProgramTimes[];
    const plain = samples["plain"] as HostTimes[];
    const token = samples["token"] as HostTimes[];
    const packageTimes = programs.map((times) => times.package);
    const figures = {
      "program: require @pulumi/pulumi": programs.map((times) => times.pulumi),
      "program: require this package after @pulumi/pulumi": packageTimes,
      "host: require the provider after @pulumi/pulumi": plain.map((times) => times.provider),
      "host: first request, from create to its end": plain.map((times) => times.first),
      "host: first request with an access token, which loads google-auth-library": token.map((times) => times.first),
      "host: second request": plain.map((times) => times.second),
    };
    const cost = spreadOf(packageTimes);
    return {
      tables: [
        {
          title: "Milliseconds until the first call",
          columns: ["step", "ms"],
          rows: Object.entries(figures).map(([step, times]) => [step, spread(spreadOf(times))]),
        },
      ],
      charts: [],
      goals: [
        {
          title: "time to require the package after @pulumi/pulumi",
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

/** Returns a script that does what the host does. The host has loaded Pulumi before a resource makes it load the package. */
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

/** Runs a script in a new Node.js process without a TypeScript loader, and returns the JSON that it prints. */
async function runNode<Result>(script: string): Promise<Result> {
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: repository });
  return JSON.parse(stdout) as Result;
}

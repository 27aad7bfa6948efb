/** A separate process that makes calls with a given identity. Node.js reads NODE_EXTRA_CA_CERTS only at its start. */
import { connect } from "../../provider/resources/context";
import { canonicalService, type ServiceArgs } from "../../provider/resources/inputs/service";
import { Deadline } from "../../provider/common/deadline";

export interface Calls {
  readonly operation: string;
  readonly config: Readonly<Record<string, string>>;
  readonly args: { readonly impersonateServiceAccount?: string; readonly subject?: string };
  readonly service: ServiceArgs;
  /** The number of calls that begin at the same time. */
  readonly count: number;
  /** The number of rounds of these calls, one after the other. */
  readonly rounds: number;
  /** Milliseconds. */
  readonly timeout: number;
}

/** The result of the calls. An error has its name, its message, and everything else that can be read from it. */
export interface Outcome {
  readonly done: number;
  readonly errors: readonly { readonly name: string; readonly message: string; readonly everything: string }[];
}

process.once("message", (calls: Calls) => {
  void make(calls).then((outcome) => {
    process.send?.(outcome, () => process.exit());
  });
});

async function make(calls: Calls): Promise<Outcome> {
  const { operation, config, args, service, count, rounds, timeout } = calls;
  const context = { config: (key: string) => config[key], environment: process.env, log: () => undefined };
  const errors: Outcome["errors"][number][] = [];
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    const call = async () => {
      try {
        const { client } = connect(context, canonicalService(service), args);
        await client.get(operation, Deadline.after(timeout));
        done++;
      } catch (error) {
        const { name, message, stack = "", cause } = error as Error;
        errors.push({ name, message, everything: `${message}${stack}${JSON.stringify(error)}${String(cause)}` });
      }
    };
    await Promise.all(Array.from({ length: count }, call));
  }
  return { done, errors };
}

import * as net from "node:net";
import * as path from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { version } from "@pulumi/pulumi/version";
import { pulumiHome } from "../../test/engines/findCli";

const host = "get.pulumi.com";
const probeMilliseconds = 5_000;

/** Installs the version of the SDK with Pulumi's own script. Returns why that failed, or `undefined`. */
export async function download(): Promise<string | undefined> {
  // Without a network, the script would try for minutes.
  const unreachable = await probe();
  if (unreachable !== undefined) return unreachable;
  const root = path.join(pulumiHome(), "versions", version);
  console.log(`Downloading Pulumi ${version} from ${host} …`);
  try {
    await PulumiCommand.install({ root });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function probe(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port: 443, timeout: probeMilliseconds });
    const end = (reason: string | undefined) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once("connect", () => {
      end(undefined);
    });
    socket.once("timeout", () => {
      end(`${host} doesn't respond`);
    });
    socket.once("error", (error) => {
      end(`${host} can't be reached (${error.message})`);
    });
    // The lookup of the name has no timeout of its own.
    setTimeout(() => {
      end(`${host} doesn't respond`);
    }, probeMilliseconds).unref();
  });
}

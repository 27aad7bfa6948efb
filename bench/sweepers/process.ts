/** The process of one sweep, as Pulumi's host is one, so that what it costs is all its own. */
import { performance } from "node:perf_hooks";
import { serve } from "../processes/serve";
import { type SweeperJobs, type SweeperName, type Taken } from "./jobs";
import { OpenSockets } from "./sockets";
import type { Sweep, SweepOptions } from "./sweep";

const sockets = new OpenSockets();

const sweepers: Readonly<Record<SweeperName, () => Promise<{ sweep: Sweep }>>> = {
  product: () => import("./product.js"),
  axiosPool: () => import("./axiosPool.js"),
  gax: () => import("./gax.js"),
};

async function sweep(name: SweeperName, options: SweepOptions): Promise<Taken> {
  const { sweep } = await sweepers[name]();
  const before = process.memoryUsage().rss;
  sockets.most = 0;
  const start = performance.now();
  await sweep(options);
  const seconds = (performance.now() - start) / 1000;
  const kilobytes = process.resourceUsage().maxRSS;
  return { seconds, megabytes: kilobytes / 1024 - before / 2 ** 20, sockets: sockets.most };
}

serve({ sweep } satisfies SweeperJobs);

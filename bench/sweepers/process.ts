/** The process of one sweep. It is separate, as Pulumi's host is, so that its memory and time belong to the sweep alone. */
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { serve } from "../processes";
import type { Sweep, SweepCost, SweeperFunctions, SweeperName, SweepOptions } from "./sweep";

/** A process loads only the client that it measures. */
const sweepers: Readonly<Record<SweeperName, () => Promise<{ sweep: Sweep }>>> = {
  product: () => import("./product.js"),
  axiosPool: () => import("./axiosPool.js"),
  gax: () => import("./gax.js"),
};

const sockets = { open: 0, most: 0 };
subscribe("net.client.socket", (message) => {
  sockets.most = Math.max(sockets.most, ++sockets.open);
  (message as { socket: Socket }).socket.once("close", () => sockets.open--);
});

async function sweep(name: SweeperName, options: SweepOptions): Promise<SweepCost> {
  const { sweep } = await sweepers[name]();
  const before = process.memoryUsage().rss;
  sockets.most = 0;
  const start = performance.now();
  await sweep(options);
  const seconds = (performance.now() - start) / 1000;
  const kilobytes = process.resourceUsage().maxRSS;
  return { seconds, megabytes: kilobytes / 1024 - before / 2 ** 20, sockets: sockets.most };
}

serve({ sweep } satisfies SweeperFunctions);

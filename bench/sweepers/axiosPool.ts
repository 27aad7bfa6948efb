import { Agent } from "node:http";
import axios from "axios";
import { pool, type SweepOptions } from "./sweep";

interface Page {
  readonly operations?: readonly { readonly name: string; readonly done?: boolean }[];
  readonly nextPageToken?: string;
}

/** The limit: the fewest axios calls that do the work, without validation, retries, timeouts or error handling. */
export async function sweep({ endpoint, waitFor, concurrency }: SweepOptions): Promise<void> {
  const client = axios.create({ httpAgent: new Agent({ keepAlive: true, maxSockets: concurrency }), proxy: false });
  const running = async () => {
    const names: string[] = [];
    let pageToken: string | undefined;
    do {
      const params = { pageSize: 1000, ...(pageToken === undefined ? {} : { pageToken }) };
      const { data } = await client.get<Page>(`${endpoint}/v1/operations`, { params });
      for (const { name, done } of data.operations ?? []) if (done !== true) names.push(name);
      pageToken = data.nextPageToken;
    } while (pageToken !== undefined);
    return names;
  };
  await pool(await running(), concurrency, async (name) => {
    await client.post(`${endpoint}/v1/${name}:cancel`);
  });
  while (waitFor === "settled" && (await running()).length > 0);
}

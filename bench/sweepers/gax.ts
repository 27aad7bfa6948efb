import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PassThroughClient } from "google-auth-library";
import { fallback, protobuf } from "google-gax";
import { pool, type SweepOptions } from "./sweep";

type FetchOptions = NonNullable<Parameters<PassThroughClient["fetch"]>[1]>;

/** Removes the empty message that google-gax sends, because Cloud Channel requires an empty body and so does the emulator. */
class BodilessClient extends PassThroughClient {
  override fetch<Data>(url: string | URL | Request, options: FetchOptions = {}) {
    const { body, ...rest } = options;
    return super.fetch<Data>(url, body === "{}" ? rest : options);
  }
}

/** Returns google-gax's definition of the service with the type of Cloud Channel's metadata, as in its generated client. */
function definitions(): protobuf.Root {
  const protos = join(dirname(require.resolve("google-gax")), "..", "protos", "operations.json");
  const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(protos, "utf8")) as protobuf.INamespace);
  const metadata = new protobuf.Type("OperationMetadata").add(new protobuf.Field("operationType", 1, "string"));
  root.define("google.cloud.channel.v1").add(metadata);
  return root;
}

/** Uses google-gax's OperationsClient over REST, as Google's generated clients do. */
export async function sweep({ endpoint, waitFor, concurrency }: SweepOptions): Promise<void> {
  const { hostname, port, protocol } = new URL(endpoint);
  const grpc = { fallback: true, auth: new BodilessClient(), protoJson: definitions() };
  const target = { servicePath: hostname, port: Number(port), protocol: protocol.replace(":", "") };
  // The types of google-gax omit arguments that its generated clients pass.
  const client = fallback.lro(grpc as never).operationsClient(target);
  const running = async () => {
    const names: string[] = [];
    const listing = client.listOperationsAsync({ name: "operations", pageSize: 1000 } as never, {
      autoPaginate: false,
    });
    for await (const { name, done } of listing as AsyncIterable<{ name: string; done: boolean }>) {
      if (!done) names.push(name);
    }
    return names;
  };
  await pool(await running(), concurrency, async (name) => {
    await client.cancelOperation({ name } as never);
  });
  while (waitFor === "settled" && (await running()).length > 0);
  client.close();
}

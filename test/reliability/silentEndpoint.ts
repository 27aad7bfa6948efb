import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Identity } from "../../provider/auth/identity";
import { TokenSource } from "../../provider/auth/tokenCache";

// This program requests a token from a server that never responds, waits past gaxios's retries, and prints the error.

const limit = 1_000;
const pastRetries = 1_500;

const externalAccount = (origin: string, file: string) => ({
  type: "external_account",
  audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
  subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
  token_url: `${origin}/sts`,
  credential_source: { file },
});
const user = {
  type: "authorized_user",
  client_id: "c",
  client_secret: "a-secret-of-it",
  refresh_token: "1//0g-refresh",
};
const serviceAccount = () => ({
  type: "service_account",
  client_email: "a@p.iam.gserviceaccount.com",
  private_key_id: "k",
  private_key: generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString(),
});
const account = "target@p.iam.gserviceaccount.com";
const accessToken = { accessToken: "ya29.token-of-the-caller" };

/** The identities by kind. Each needs a token from the endpoint. */
const identities: Readonly<Record<string, (origin: string, file: string) => Partial<Identity>>> = {
  "a service account's key": () => ({ credentials: JSON.stringify(serviceAccount()) }),
  "an authorized user": () => ({ credentials: JSON.stringify(user) }),
  "an external account": (origin, file) => ({ credentials: JSON.stringify(externalAccount(origin, file)) }),
  "a JWT that IAM signs": () => ({ ...accessToken, impersonateServiceAccount: account, subject: "admin@example.com" }),
  "an impersonated account": () => ({ ...accessToken, impersonateServiceAccount: account }),
};

export const credentialKinds = Object.keys(identities);

async function main(kind: string): Promise<void> {
  const sockets = new Set<Socket>();
  // Never responds, neither as a token endpoint nor as the proxy before one.
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.resume();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env["HTTPS_PROXY"] = origin;
  // Loads the modules of the first request now, because that would take a large part of the limit.
  await (await import("google-auth-library")).gaxios.instance.request({ url: "data:," });
  const folder = mkdtempSync(join(tmpdir(), "silent-"));
  const file = join(folder, "subject-token");
  writeFileSync(file, "the-subject-token");
  try {
    const identity = { source: "x", delegates: [], ...identities[kind]?.(origin, file) };
    const source = new TokenSource(identity, ["https://www.googleapis.com/auth/apps.order"], limit);
    await source.headers().catch((error: unknown) => {
      process.stdout.write(`${String(error)}\n`);
    });
    await new Promise((resolve) => setTimeout(resolve, pastRetries));
    process.stdout.write(`${sockets.size} connections\nstill running\n`);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

if (require.main === module) void main(process.argv[2] ?? "");

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigValue } from "../engines/engine";
import { type Secret, SecretSearch } from "./secretSearch";

/** A secret in every place where this package reads secrets, and in some places that it doesn't read. */
export interface Canaries {
  readonly config: Readonly<Record<string, ConfigValue>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly search: SecretSearch;
  dispose(): void;
}

/** @param accessToken the token that takes precedence over all other credentials, and that calls send */
export function plantCanaries(accessToken: string): Canaries {
  const { config, environment, applicationCredentials, search } = (shared ??= plantShared());
  search.add({ source: "config cancellation:accessToken", value: accessToken });
  const folder = mkdtempSync(join(tmpdir(), "cancellation-canaries-"));
  const file = join(folder, "credentials.json");
  writeFileSync(file, applicationCredentials);
  return {
    config: { "cancellation:accessToken": secret(accessToken), ...config },
    environment: { ...environment, GOOGLE_APPLICATION_CREDENTIALS: file },
    search,
    dispose: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Shared extends Pick<Canaries, "config" | "environment" | "search"> {
  readonly applicationCredentials: string;
}

/** The secrets that all worlds of the process share, because it takes long to generate keys. */
let shared: Shared | undefined;

function plantShared(): Shared {
  const secrets: Secret[] = [];
  const text = (source: string, value = randomBytes(24).toString("base64url")) => {
    secrets.push({ source, value });
    return value;
  };
  const keyFile = (source: string) => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    text(`the private key of ${source}`, pem.replace(/-----.*-----\n/g, ""));
    const account = "canary@canary-project.iam.gserviceaccount.com";
    return JSON.stringify({
      type: "service_account",
      project_id: "canary-project",
      private_key_id: text(`the key's id of ${source}`, randomBytes(20).toString("hex")),
      private_key: pem,
      client_email: account,
      client_id: "100000000000000000001",
      token_uri: "https://oauth2.googleapis.com/token",
    });
  };
  const config = {
    "cancellation:credentials": secret(keyFile("config cancellation:credentials")),
    "gcp:credentials": secret(keyFile("config gcp:credentials")),
    "gcp:accessToken": secret(text("config gcp:accessToken", `ya29.${randomBytes(60).toString("base64url")}`)),
    "database:password": secret(text("config database:password")),
    "scenario:password": secret(text("config scenario:password")),
  };
  const environment = {
    GOOGLE_CREDENTIALS: keyFile("GOOGLE_CREDENTIALS"),
    GOOGLE_CLOUD_KEYFILE_JSON: keyFile("GOOGLE_CLOUD_KEYFILE_JSON"),
    GOOGLE_OAUTH_ACCESS_TOKEN: text("GOOGLE_OAUTH_ACCESS_TOKEN", `ya29.${randomBytes(60).toString("base64url")}`),
    DATABASE_PASSWORD: text("DATABASE_PASSWORD"),
    // Nothing listens at this address, so nothing leaves this machine.
    HTTPS_PROXY: `http://${text("the user in HTTPS_PROXY")}:${text("the password in HTTPS_PROXY")}@127.0.0.1:9`,
  };
  const applicationCredentials = keyFile("GOOGLE_APPLICATION_CREDENTIALS");
  return { config, environment, applicationCredentials, search: new SecretSearch(secrets) };
}

function secret(value: string): ConfigValue {
  return { value, secret: true };
}

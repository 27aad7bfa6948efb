import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Calls, Outcome } from "./caller";
import { type Certificate, makeCertificate } from "./certificate";
import {
  type IdentityEmulator,
  type IdentityEmulatorOptions,
  startIdentityEmulator,
  type TokenIdentity,
} from "./emulator";
import { type Proxy, startProxy } from "./proxy";

export const scope = "https://www.googleapis.com/auth/apps.order";
export const iamScope = "https://www.googleapis.com/auth/cloud-platform";
export const operation = "operations/AbC";

/** The input of a caller. The rest of its environment is empty, except for the proxy and the certificate. */
export interface Caller extends Partial<Omit<Calls, "operation">> {
  readonly environment?: Readonly<Record<string, string>>;
}

let certificate: Certificate | undefined;

/** An emulator behind a proxy. The emulator takes the place of Google. */
export class World {
  private constructor(
    readonly emulator: IdentityEmulator,
    readonly proxy: Proxy,
    private readonly folder: string,
  ) {}

  /** @param answer see {@link startProxy} */
  static async start(
    options: IdentityEmulatorOptions = {},
    answer?: (request: IncomingMessage, response: ServerResponse) => boolean,
  ): Promise<World> {
    certificate ??= makeCertificate(["localhost", "*.googleapis.com", "*.universe.example"]);
    const emulator = await startIdentityEmulator({ tokens: "required", operations: [{ name: operation }], ...options });
    const proxy = await startProxy(certificate, emulator.endpoint, answer);
    const world = new World(emulator, proxy, mkdtempSync(join(tmpdir(), "identity-")));
    world.file("ca.pem", certificate.cert);
    return world;
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await this.emulator.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Writes a file, and returns its path. */
  file(name: string, content: string | object): string {
    const path = join(this.folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  /** Returns the environment of a gcloud login, for application default credentials. The emulator has no users. */
  get login(): Record<string, string> {
    const content = { type: "authorized_user", client_id: "i", client_secret: "S3CR3T", refresh_token: "S3CR3T" };
    const path = this.file("application_default_credentials.json", { ...content, quota_project_id: "of-the-login" });
    return { CLOUDSDK_CONFIG: dirname(path) };
  }

  /** Returns the environment for the emulator as a metadata server, for application default credentials. */
  get metadata(): Record<string, string> {
    const host = this.emulator.endpoint.replace("http://", "");
    return { GCE_METADATA_HOST: host, METADATA_SERVER_DETECTION: "assume-present" };
  }

  /** Makes calls in a separate process. */
  async call({ environment = {}, ...told }: Caller = {}): Promise<Outcome> {
    const calls: Calls = {
      operation,
      config: {},
      args: {},
      service: {},
      count: 1,
      rounds: 1,
      timeout: 10_000,
      ...told,
    };
    const child = fork(join(__dirname, "caller.ts"), {
      execArgv: ["--require", "tsx/cjs"],
      env: {
        PATH: process.env["PATH"],
        HOME: this.folder,
        APPDATA: this.folder,
        METADATA_SERVER_DETECTION: "none",
        HTTPS_PROXY: this.proxy.url,
        NODE_EXTRA_CA_CERTS: join(this.folder, "ca.pem"),
        ...environment,
      },
    });
    return new Promise((resolve, reject) => {
      child.once("message", (outcome: Outcome) => {
        resolve(outcome);
      });
      child.once("error", reject);
      child.once("exit", (code) => {
        reject(new Error(`the caller ended with ${code ?? "a signal"} and said nothing`));
      });
      child.send(calls);
    });
  }

  /** Returns the number of requests to the token endpoint. */
  get tokens(): number {
    return this.emulator.calls.count("token");
  }

  /** Returns the identity of the operation's last read, without the expiry, which changes from run to run. */
  get identity(): Omit<TokenIdentity, "expiresAt"> | undefined {
    const identity = this.emulator.identityOf(this.emulator.calls.last({ method: "get" }));
    if (!identity) return undefined;
    const { email, subject, scopes, source } = identity;
    return { email, ...(subject === undefined ? {} : { subject }), scopes, source };
  }

  header(name: string): unknown {
    return this.emulator.calls.last({ method: "get" })?.headers[name];
  }
}

import { scope, World } from "./world";

/** A world with a security token service at `/sts`, which returns a token of the same principal to every caller. */
export class Federation {
  /** The number of requests for a token. */
  exchanges = 0;

  private constructor(private started?: World) {}

  static async start(): Promise<Federation> {
    const federation = new Federation();
    federation.started = await World.start({ scopes: [scope] }, (request, response) => {
      if (request.url !== "/sts") return false;
      federation.exchanges++;
      const token = federation.world.emulator.issueToken({ email: "principal", scopes: [scope] });
      const body = { access_token: token, issued_token_type: "t", token_type: "Bearer", expires_in: 3600 };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      return true;
    });
    return federation;
  }

  get world(): World {
    if (!this.started) throw new Error("it was not started");
    return this.started;
  }

  /** Returns the credentials of a workload whose own token is in a file. */
  credentials(tokenUrl: string): string {
    return JSON.stringify({
      type: "external_account",
      audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: tokenUrl,
      credential_source: { file: this.world.file("subject-token", "subject token") },
    });
  }
}

import assert from "node:assert/strict";
import type { Outcome } from "./caller";
import type { IdentityEmulatorOptions, ServiceAccountKey } from "./emulator";
import { type Caller, iamScope, scope, World } from "./world";

const subject = "admin@reseller.example";
const target = "target@project.iam.gserviceaccount.com";
const delegate = "delegate@project.iam.gserviceaccount.com";

/** The setup of a call that fails. */
interface Case {
  readonly options?: IdentityEmulatorOptions;
  readonly prepare?: (world: World) => void;
  readonly caller: (key: ServiceAccountKey, world: World) => Caller;
  /** The largest number of HTTP requests to the token endpoint. Default: 1. */
  readonly tokens?: number;
  /** The message matches all of them. */
  readonly says: readonly RegExp[];
}

const withKey = (key: object): Caller => ({ environment: { GOOGLE_CREDENTIALS: JSON.stringify(key) } });

const refused: Record<string, Case> = {
  "no credential at all": {
    caller: () => ({}),
    says: [
      /no credential is configured/,
      /config cancellation:accessToken.*gcp:credentials.*GOOGLE_OAUTH_ACCESS_TOKEN.*GOOGLE_APPLICATION_CREDENTIALS/,
      /apps\.order/,
      /config cancellation:subject/,
    ],
  },
  "another account's key": {
    caller: (key, { emulator }) =>
      withKey({ ...key, private_key: emulator.createServiceAccount({ email: "other@x.example" }).private_key }),
    says: [
      /from GOOGLE_CREDENTIALS for the scope \S+apps\.order: invalid_grant: Invalid JWT Signature/,
      /Create a new key/,
    ],
  },
  "an account that doesn't exist": {
    caller: (key) => withKey({ ...key, client_email: "gone@x.example" }),
    says: [/account not found/, /the account deleted/],
  },
  "a private key that isn't a key": {
    caller: (key) => ({ config: { "gcp:credentials": JSON.stringify({ ...key, private_key: "S3CR3T" }) } }),
    says: [/from config gcp:credentials .*the private key can't be read/, /Set the config/],
  },
  "a wrong clock": {
    options: { now: () => Date.now() + 7_200_000 },
    caller: withKey,
    says: [/invalid_grant: Invalid JWT: Token must be a short-lived token/, /Check this machine's clock/],
  },
  "a user that the account may not act for": {
    caller: (key) => ({ ...withKey(key), args: { subject: "other@reseller.example" } }),
    says: [
      /from GOOGLE_CREDENTIALS, acting for other@reseller\.example/,
      /unauthorized_client/,
      /domain-wide delegation/,
      /config cancellation:subject/,
    ],
  },
  "an impersonation that isn't allowed": {
    caller: (key) => ({ ...withKey(key), args: { impersonateServiceAccount: target } }),
    says: [/GOOGLE_CREDENTIALS, as target@/, /PERMISSION_DENIED/, /getAccessToken/, /Token Creator on target@/],
  },
  "a missing delegate": {
    prepare: ({ emulator }) => {
      emulator.allowImpersonation({ target, delegates: [delegate] });
    },
    caller: (key) => ({ ...withKey(key), args: { impersonateServiceAccount: target } }),
    says: [/PERMISSION_DENIED/, /config cancellation:impersonateServiceAccountDelegates/],
  },
  "one delegate too many": {
    prepare: ({ emulator }) => {
      emulator.allowImpersonation({ target });
    },
    caller: (key) => ({
      ...withKey(key),
      config: { "gcp:impersonateServiceAccountDelegates": JSON.stringify([delegate]) },
      args: { impersonateServiceAccount: target },
    }),
    says: [/as target@\S+ through delegate@/, /PERMISSION_DENIED/],
  },
  "a user, and an account whose signature the caller may not request": {
    caller: (key) => ({ ...withKey(key), args: { impersonateServiceAccount: target, subject } }),
    says: [/signJwt/, /as target@\S+ acting for admin@/, /Token Creator on target@/],
  },
  "a user, and an account that may sign but not act for the user": {
    prepare: ({ emulator }) => {
      emulator.createServiceAccount({ email: target });
      emulator.allowImpersonation({ target });
    },
    caller: (key) => ({ ...withKey(key), args: { impersonateServiceAccount: target, subject } }),
    tokens: 2,
    says: [/unauthorized_client/, /domain-wide delegation/],
  },
  "a user, and an access token that names no account": {
    caller: (_key, { emulator }) => ({
      environment: { GOOGLE_OAUTH_ACCESS_TOKEN: emulator.issueToken() },
      args: { subject },
    }),
    says: [/^GOOGLE_OAUTH_ACCESS_TOKEN: can't act for admin@reseller\.example/, /impersonateServiceAccount/],
  },
  "a user, and the login of another user": {
    caller: (_key, world) => ({ environment: world.login, args: { subject } }),
    says: [/^The application default credentials: can't act for admin@reseller\.example/, /service account's key/],
  },
  "an expired login": {
    caller: (_key, world) => ({ environment: world.login }),
    says: [/from application default credentials for the scope/, /unsupported_grant_type/, /gcloud auth/],
  },
  "an application default credentials file that doesn't exist": {
    caller: () => ({ environment: { GOOGLE_APPLICATION_CREDENTIALS: "/no/such/key.json" } }),
    says: [/GOOGLE_APPLICATION_CREDENTIALS environment variable.*no\/such\/key\.json does not exist/],
  },
  "a user, an account to impersonate, and a key of another universe": {
    options: { universeDomain: "universe.example" },
    caller: (key) => ({ ...withKey(key), args: { subject, impersonateServiceAccount: target } }),
    says: [/GOOGLE_CREDENTIALS: the credentials belong to the universe universe\.example/, /Leave out `subject`/],
  },
  "a user, and another universe in the config": {
    caller: (key) => ({ ...withKey(key), config: { "gcp:universeDomain": "universe.example" }, args: { subject } }),
    says: [/`subject` can't be used in the universe universe\.example/],
  },
  "a user, and a key of another universe": {
    options: { universeDomain: "universe.example" },
    caller: (key) => ({ ...withKey(key), args: { subject } }),
    says: [
      /GOOGLE_CREDENTIALS: the credentials belong to the universe universe\.example/,
      /cancellation:universeDomain/,
    ],
  },
  "an account to impersonate, and an expired token": {
    caller: (_key, { emulator }) => ({
      config: { "gcp:accessToken": emulator.issueToken({ scopes: [iamScope], lifetime: 0 }) },
      args: { impersonateServiceAccount: target },
    }),
    says: [/UNAUTHENTICATED/, /token from the config gcp:accessToken can't be renewed/, /--run-program/],
  },
};

describe("a call without the right credential", function () {
  this.timeout(60_000);
  let world: World;
  afterEach(() => world.stop());

  /** Returns the only error, and asserts that the error contains no credential. */
  function errorOf({ done, errors }: Outcome, key?: ServiceAccountKey) {
    assert.deepEqual([done, errors.length], [0, 1]);
    const [error = assert.fail()] = errors;
    const secrets = ["S3CR3T", "PRIVATE KEY", "ya29.", key?.private_key.split("\n")[1] ?? "PRIVATE KEY"];
    for (const secret of secrets) assert.ok(!error.everything.includes(secret), error.everything);
    return error;
  }

  for (const [what, { options, prepare, caller, tokens = 1, says }] of Object.entries(refused)) {
    it(`fails at once with ${what}`, async () => {
      world = await World.start({ scopes: [scope], ...options });
      const key = world.emulator.createServiceAccount({ subjects: [subject] });
      prepare?.(world);
      const { name, message } = errorOf(await world.call(caller(key, world)), key);
      assert.equal(name, "CredentialError", message);
      for (const words of says) assert.match(message, words);
      assert.ok(!message.endsWith("."), message);
      assert.equal(world.emulator.calls.count("get"), 0);
      assert.ok(world.emulator.calls.count("token") <= tokens, "a definite refusal was asked again");
    });
  }

  describe("the error of a call that the service refuses", () => {
    const start = async (options: IdentityEmulatorOptions = {}) => {
      world = await World.start({ scopes: [scope], callers: [subject], ...options });
      return world.emulator;
    };

    it("explains that Cloud Channel is for resellers, and what to check", async () => {
      const key = (await start()).createServiceAccount();
      const { name, message } = errorOf(await world.call(withKey(key)), key);
      assert.equal(name, "RpcError");
      assert.match(message, /PERMISSION_DENIED .*Cloud Channel serves resellers only.*`subject`.*\(it isn't set\)/);
      assert.match(message, /delegates \S+apps\.order .*Cloud Channel API is enabled/);
    });

    it("doesn't mention resellers for another service", async () => {
      const key = (await start()).createServiceAccount();
      const service = { endpoint: "https://workflows.googleapis.com", scopes: [scope] };
      const { message } = errorOf(await world.call({ ...withKey(key), service }), key);
      assert.match(message, /PERMISSION_DENIED/);
      assert.doesNotMatch(message, /reseller/);
    });

    it("explains that the config's token comes from the last pulumi up", async () => {
      const token = (await start()).issueToken({ subject, scopes: [scope], lifetime: 0 });
      const { message } = errorOf(await world.call({ config: { "gcp:accessToken": token } }));
      assert.match(
        message,
        /UNAUTHENTICATED .*token from the config gcp:accessToken can't be renewed.*config of the last `pulumi up`/,
      );
      assert.match(message, /`pulumi config set --secret gcp:accessToken`/);
    });

    it("advises to renew the environment's token", async () => {
      const token = (await start()).issueToken({ subject, scopes: [scope], lifetime: 0 });
      const { message } = errorOf(await world.call({ environment: { GOOGLE_OAUTH_ACCESS_TOKEN: token } }));
      assert.match(
        message,
        /UNAUTHENTICATED .*token from GOOGLE_OAUTH_ACCESS_TOKEN can't be renewed.*Set the variable to a new token/,
      );
    });

    it("gives no advice about configured tokens when a key fetches the tokens", async () => {
      const emulator = await start();
      emulator.fault({ method: "get", then: { status: 401 } });
      const key = emulator.createServiceAccount({ subjects: [subject] });
      const { message } = errorOf(await world.call({ ...withKey(key), args: { subject } }), key);
      assert.doesNotMatch(message, /can't be renewed/);
    });
  });

  describe("a call whose token endpoint fails", () => {
    for (const [what, spoil] of [
      [
        "is unavailable",
        () => world.emulator.fault({ method: "token", calls: { from: 1, to: 6 }, then: { status: 503 } }),
      ],
      [
        "resets connections",
        () => world.emulator.fault({ method: "token", calls: { from: 1, to: 6 }, then: { reset: "beforeHeaders" } }),
      ],
      [
        "can't be reached",
        () => {
          world.proxy.cut(6);
        },
      ],
    ] as const) {
      it(`succeeds within its time limit when the token endpoint ${what} at first`, async () => {
        world = await World.start({ scopes: [scope] });
        const key = world.emulator.createServiceAccount();
        spoil();
        const { done, errors } = await world.call({ ...withKey(key), count: 5, timeout: 30_000 });
        assert.deepEqual([done, errors], [5, []]);
        assert.equal(world.emulator.calls.count("get"), 5);
      });
    }

    it("fails at its time limit when the token endpoint never responds", async () => {
      world = await World.start({ scopes: [scope] });
      const key = world.emulator.createServiceAccount();
      world.emulator.fault({ method: "token", then: "noAnswer" });
      const { name, message } = errorOf(await world.call({ ...withKey(key), timeout: 1_500 }), key);
      assert.equal(name, "CredentialError");
      assert.match(
        message,
        /from GOOGLE_CREDENTIALS .*: no response within 1\.\d s\. Check the network connection\..*HTTPS_PROXY/,
      );
    });
  });
});

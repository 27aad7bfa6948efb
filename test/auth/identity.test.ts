import assert from "node:assert/strict";
import { isConfigured, resolveIdentity } from "../../provider/auth/identity";

/** Returns the identity for a resource's own arguments, the config and the environment. */
function identity(
  args: { impersonateServiceAccount?: string; subject?: string } = {},
  config: Record<string, string> = {},
  environment: NodeJS.ProcessEnv = {},
) {
  return resolveIdentity(args, (key) => config[key], environment);
}

describe("the identity of a call", () => {
  it("is empty, for application default credentials, when nothing is configured", () => {
    assert.deepEqual(identity(), { delegates: [] });
  });

  it("comes from config cancellation:*, else from gcp:*, else from the environment", () => {
    const layers: [string, Record<string, string>, NodeJS.ProcessEnv][] = [
      ["cancellation", { "cancellation:accessToken": "1", "gcp:accessToken": "2" }, { GOOGLE_OAUTH_ACCESS_TOKEN: "3" }],
      ["gcp", { "gcp:accessToken": "2" }, { GOOGLE_OAUTH_ACCESS_TOKEN: "3" }],
      ["environment", {}, { GOOGLE_OAUTH_ACCESS_TOKEN: "3" }],
    ];
    assert.deepEqual(
      layers.map(([, config, environment]) => identity({}, config, environment)),
      [
        { accessToken: "1", source: "config cancellation:accessToken", delegates: [] },
        { accessToken: "2", source: "config gcp:accessToken", delegates: [] },
        { accessToken: "3", source: "GOOGLE_OAUTH_ACCESS_TOKEN", delegates: [] },
      ],
    );
  });

  it("comes from credentials of an earlier place rather than from a token of a later place", () => {
    const found = identity({}, { "cancellation:credentials": "{}", "gcp:accessToken": "2" });
    assert.deepEqual(found, { credentials: "{}", source: "config cancellation:credentials", delegates: [] });
    const config = identity({}, { "gcp:credentials": "{}" }, { GOOGLE_OAUTH_ACCESS_TOKEN: "3" });
    assert.deepEqual(config, { credentials: "{}", source: "config gcp:credentials", delegates: [] });
  });

  it("comes from a token rather than from credentials of the same place", () => {
    const config = identity({}, { "gcp:accessToken": "2", "gcp:credentials": "{}" });
    assert.deepEqual(config, { accessToken: "2", source: "config gcp:accessToken", delegates: [] });
    const environment = identity({}, {}, { GOOGLE_CREDENTIALS: "{}", GOOGLE_OAUTH_ACCESS_TOKEN: "3" });
    assert.deepEqual(environment, { accessToken: "3", source: "GOOGLE_OAUTH_ACCESS_TOKEN", delegates: [] });
  });

  it("comes from the environment variables that @pulumi/gcp reads, in the same order", () => {
    const all = { GOOGLE_CREDENTIALS: "a", GOOGLE_CLOUD_KEYFILE_JSON: "b", GCLOUD_KEYFILE_JSON: "c" };
    const { GOOGLE_CREDENTIALS, ...others } = all;
    assert.equal(identity({}, {}, all).credentials, GOOGLE_CREDENTIALS);
    assert.equal(identity({}, {}, others).credentials, "b");
    assert.equal(identity({}, {}, { GCLOUD_KEYFILE_JSON: "c" }).credentials, "c");
  });

  it("ignores empty values", () => {
    const config = { "cancellation:accessToken": "", "gcp:credentials": "", "cancellation:subject": "" };
    assert.deepEqual(identity({}, config, { GOOGLE_CREDENTIALS: "" }), { delegates: [] });
  });

  it("has the service account of the resource, else of the config, else of the environment", () => {
    const config = { "cancellation:impersonateServiceAccount": "b@c", "gcp:impersonateServiceAccount": "c@c" };
    const environment = { GOOGLE_IMPERSONATE_SERVICE_ACCOUNT: "d@c" };
    const gcp = { ...config, "cancellation:impersonateServiceAccount": "" };
    assert.deepEqual(
      [
        identity({ impersonateServiceAccount: "a@c" }, config, environment),
        identity({}, config, environment),
        identity({}, gcp, environment),
        identity({}, {}, environment),
      ].map(({ impersonateServiceAccount }) => impersonateServiceAccount),
      ["a@c", "b@c", "c@c", "d@c"],
    );
  });

  it("has the user of the resource, else of the config", () => {
    const config = { "cancellation:subject": "b@c" };
    assert.equal(identity({ subject: "a@c" }, config).subject, "a@c");
    assert.equal(identity({}, config).subject, "b@c");
  });

  it("has the delegates of the config, which are a JSON list", () => {
    const key = "impersonateServiceAccountDelegates";
    const iam = (address: string) => `projects/-/serviceAccounts/${address}`;
    const list = JSON.stringify(["a@b", iam("c@d")]);
    assert.deepEqual(identity({}, { [`gcp:${key}`]: list }).delegates, [iam("a@b"), iam("c@d")]);
    const both = { [`cancellation:${key}`]: '["e@f"]', [`gcp:${key}`]: '["a@b"]' };
    assert.deepEqual(identity({}, both).delegates, [iam("e@f")]);
    assert.deepEqual(identity({}, { ...both, [`cancellation:${key}`]: "" }).delegates, [iam("a@b")]);
  });

  it("has no delegates that aren't a list, and the error names the key that has them", () => {
    for (const key of ["cancellation:impersonateServiceAccountDelegates", "gcp:impersonateServiceAccountDelegates"]) {
      for (const wrong of ["a@b", "{}", "[1]", '[""]', "[", "5"]) {
        assert.throws(() => identity({}, { [key]: wrong, "gcp:impersonateServiceAccountDelegates": wrong }), {
          message:
            `config ${key} must be a list of service account addresses. ` +
            `Set it with \`pulumi config set --path '${key}[0]' ADDRESS\``,
        });
      }
    }
  });

  it("has the billing project when the user project override is on", () => {
    const project = (config: Record<string, string>, environment: NodeJS.ProcessEnv = {}) =>
      identity({}, config, environment).quotaProject;
    const gcp = { "gcp:billingProject": "p" };
    for (const on of ["true", "TRUE", "t", "1"]) assert.equal(project({ ...gcp, "gcp:userProjectOverride": on }), "p");
    for (const off of ["false", "F", "0", ""]) {
      assert.equal(project({ ...gcp, "gcp:userProjectOverride": off }), undefined);
    }
    assert.equal(project(gcp), undefined);
    assert.equal(project(gcp, { USER_PROJECT_OVERRIDE: "true", GOOGLE_BILLING_PROJECT: "q" }), "p");
    assert.equal(project({}, { USER_PROJECT_OVERRIDE: "true", GOOGLE_BILLING_PROJECT: "q" }), "q");
    const own = { "cancellation:billingProject": "o", "cancellation:userProjectOverride": "false" };
    assert.equal(project({ ...gcp, ...own, "gcp:userProjectOverride": "true" }), undefined);
    assert.equal(project({ ...gcp, ...own, "cancellation:userProjectOverride": "true" }), "o");
    assert.throws(
      () => project({ "gcp:userProjectOverride": "yes" }),
      /config gcp:userProjectOverride must be true or/,
    );
  });

  it("has the universe domain of the config, else of the environment", () => {
    const environment = { GOOGLE_CLOUD_UNIVERSE_DOMAIN: "c.example" };
    const gcp = { "gcp:universeDomain": "B.example" };
    const universe = (config: Record<string, string>) => identity({}, config, environment).universeDomain;
    assert.equal(universe({ ...gcp, "cancellation:universeDomain": "a.example" }), "a.example");
    assert.equal(universe(gcp), "b.example");
    assert.equal(universe({}), "c.example");
    assert.equal(identity().universeDomain, undefined);
    for (const wrong of ["example", "a.example/", "https://a.example", "u@a.example", "a.example:80", "a..example"]) {
      assert.throws(() => universe({ "gcp:universeDomain": wrong }), /config gcp:universeDomain must be a domain/);
    }
  });

  it("can't have a user outside of googleapis.com", () => {
    const inUniverse = (domain: string) => identity({ subject: "a@b" }, { "gcp:universeDomain": domain });
    assert.equal(inUniverse("googleapis.com").subject, "a@b");
    assert.throws(() => inUniverse("b.example"), /`subject` can't be used in the universe b\.example/);
  });
});

describe("a credential", () => {
  it("is configured by a token, by credentials, or by an application default credentials file", () => {
    assert.ok(isConfigured(identity({}, { "gcp:accessToken": "t" }), {}));
    assert.ok(isConfigured(identity({}, {}, { GOOGLE_CREDENTIALS: "{}" }), {}));
    assert.ok(isConfigured(identity(), { GOOGLE_APPLICATION_CREDENTIALS: "/file" }));
  });

  it("isn't configured by an address alone, which needs a credential itself", () => {
    assert.equal(isConfigured(identity(), {}), false);
    assert.equal(isConfigured(identity({ subject: "a@b", impersonateServiceAccount: "c@d" }), {}), false);
  });

  it("refuses a configured address that isn't one, and doesn't show it", () => {
    const secret = '{"private_key": "S3CR3T"}';
    for (const [config, environment] of [
      [{ "cancellation:subject": secret }, {}],
      [{ "gcp:impersonateServiceAccount": secret }, {}],
      [{}, { GOOGLE_IMPERSONATE_SERVICE_ACCOUNT: secret }],
    ] as [Record<string, string>, Record<string, string>][]) {
      assert.throws(
        () => resolveIdentity({}, (key) => config[key], environment),
        (error: Error) => /must be an email address/.test(error.message) && !error.message.includes("S3CR3T"),
      );
    }
  });
});

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { checkConfigKeys } from "../provider/programChecks";

describe("the keys of the stack's config", () => {
  const refusal = (config: Record<string, string>, project = "p"): string => {
    const before = pulumi.runtime.allConfig();
    void pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, project);
    pulumi.runtime.setAllConfig(config);
    try {
      checkConfigKeys();
      return "";
    } catch (error) {
      return (error as Error).message;
    } finally {
      pulumi.runtime.setAllConfig(before);
    }
  };

  it("are refused together if the package doesn't know them, with a suggestion for each misspelled one", () => {
    const message = refusal({ "cancellation:endpont": "x", "cancellation:zone": "y", "cancellation:subject": "a@b" });
    assert.match(message, /- cancellation:endpont \(did you mean cancellation:endpoint\?\): pulumi config rm/);
    assert.match(message, /- cancellation:zone: pulumi config rm cancellation:zone/);
    assert.doesNotMatch(message, /- cancellation:subject/);
    assert.match(message, /Known are .*cancellation:accessToken.*cancellation:endpoint.*cancellation:subject/);
  });

  it("are refused if they are the package's settings in a misspelled namespace", () => {
    const namespaces = ["cancelation", "Cancellation", "operation-cancellation", "pulumi-operation-cancellation"];
    const message = refusal(Object.fromEntries(namespaces.map((name) => [`${name}:endpoint`, "x"])));
    for (const name of namespaces) {
      assert.ok(
        message.includes(`- ${name}:endpoint (did you mean cancellation:endpoint?): pulumi config rm ${name}:`),
      );
    }
  });

  it("are accepted in the namespace of the project, also if its name resembles the package's", () => {
    assert.equal(refusal({ "cancellations:endpoint": "x" }, "cancellations"), "");
  });

  it("are accepted if they are documented or belong to another package", () => {
    const documented = ["endpoint", "subject", "accessToken", "credentials", "impersonateServiceAccount"];
    documented.push("impersonateServiceAccountDelegates", "billingProject", "userProjectOverride", "universeDomain");
    const config = Object.fromEntries(documented.map((key) => [`cancellation:${key}`, "x"]));
    assert.equal(refusal({ ...config, "gcp:endpont": "x", "cancellations:endpont": "x" }), "");
  });

  it("aren't checked in a project that is called cancellation", () => {
    assert.equal(refusal({ "cancellation:operations": "x" }, "cancellation"), "");
  });
});

import assert from "node:assert/strict";
import {
  cloudChannelNameIssues,
  encodeName,
  fullName,
  isSameOperation,
  nameIssues,
  parseFullName,
} from "../../provider/operations/resourceName";
import { quote } from "../../provider/common/text";

describe("an operation's name", () => {
  for (const name of [
    "operations/AbC",
    "operations/a/b/c",
    "operations/YWJj+/=.x_y~z",
    "projects/p/locations/l/operations/x",
    "operations/größe-✓-😀",
    "operations/%2e%2e",
    "operations/...",
    "operations/a..b",
    "operations/a\\b",
    "operations/a:cancel",
    "operations/a b",
  ]) {
    it(`can be ${JSON.stringify(name)}`, () => {
      assert.deepEqual(nameIssues(name), []);
    });
  }

  for (const [issue, name, fault] of [
    ["be empty", "", /^is empty/],
    ["be a URL", "https://cloudchannel.googleapis.com/v1/operations/x", /has a scheme or a host/],
    ["be a URL in capitals", "HTTPS://h/v1/operations/x", /has a scheme or a host/],
    ["be a full resource name", "//cloudchannel.googleapis.com/operations/x", /has a scheme or a host/],
    ["begin with a slash", "/operations/x", /begins with a slash/],
    ["have two slashes in a row", "operations//x", /empty segment/],
    ["end with a slash", "operations/x/", /empty segment/],
    ["have a segment of one dot", "operations/./x", /"\." or "\.\." segment/],
    ["have a segment of two dots", "operations/../x", /"\." or "\.\." segment/],
    ["end with a segment of two dots", "operations/..", /"\." or "\.\." segment/],
    ["have a line break", "operations/a\nb", /control character/],
    ["have the character NUL", "operations/a\0b", /control character/],
    ["have the character DEL", "operations/a\x7fb", /control character/],
    ["have a C1 control character", "operations/a\x9bb", /control character/],
    ["have a query", "operations/x?y=z", /"\?" or "#"/],
    ["have a fragment", "operations/x#y", /"\?" or "#"/],
    ["begin with a space", " operations/x", /whitespace/],
    ["end with a space", "operations/x ", /whitespace/],
    ["have an unpaired surrogate", "operations/\ud800", /unpaired surrogate/],
  ] as const) {
    it(`can't ${issue}, which is reported as one issue`, () => {
      const faults = nameIssues(name);
      assert.equal(faults.length, 1, faults.join("; "));
      assert.match(faults[0] ?? "", fault);
    });
  }

  it("has all its issues reported at once", () => {
    const faults = nameIssues("/operations//../x?\u0001\ud800 ");
    for (const fault of [/begins with a slash/, /empty/, /"\.\."/, /control/, /"\?"/, /whitespace/, /surrogate/]) {
      assert.equal(faults.filter((text) => fault.test(text)).length, 1, String(fault));
    }
  });

  it("must begin with operations/ in the Cloud Channel API", () => {
    assert.deepEqual(cloudChannelNameIssues("operations/a/b"), []);
    for (const name of ["operations", "operations/", "projects/p/operations/x", "myoperations/x"]) {
      const [fault = ""] = cloudChannelNameIssues(name);
      assert.ok(fault.includes(JSON.stringify(name)) && fault.includes("`service`"), fault);
    }
  });

  it("is percent-encoded as a path variable of several segments", () => {
    for (const [name, path] of [
      ["operations/AZaz09-_.~", "operations/AZaz09-_.~"],
      ["operations/a/b.c=d", "operations/a/b.c%3Dd"],
      ["operations/YQ+/==", "operations/YQ%2B/%3D%3D"],
      ["operations/ü✓😀", "operations/%C3%BC%E2%9C%93%F0%9F%98%80"],
      ["operations/!'()*", "operations/%21%27%28%29%2A"],
      ["operations/%2e%2e", "operations/%252e%252e"],
      ["operations/a\\b", "operations/a%5Cb"],
      ["operations/a:cancel", "operations/a%3Acancel"],
      ["operations/a b@c$&,;", "operations/a%20b%40c%24%26%2C%3B"],
    ] as const) {
      assert.equal(encodeName(name), path);
      assert.equal(decodeURIComponent(path), name);
    }
  });

  it("forms a full name with the service's host, and can be parsed from it again", () => {
    const full = fullName("cloudchannel.googleapis.com", "operations/a/b");
    assert.equal(full, "//cloudchannel.googleapis.com/operations/a/b");
    assert.deepEqual(parseFullName(full), { host: "cloudchannel.googleapis.com", name: "operations/a/b" });
    assert.deepEqual(parseFullName("//h:8080/operations/x"), { host: "h:8080", name: "operations/x" });
    for (const id of [
      "",
      "operations/x",
      "/operations/x",
      "//h",
      "//h/",
      "///operations/x",
      "https://h/operations/x",
    ]) {
      assert.equal(parseFullName(id), undefined, id);
    }
  });

  for (const [asked, answered] of [
    ["operations/AbC", "operations/AbC"],
    ["projects/my-project/locations/l/operations/1", "projects/123456/locations/l/operations/1"],
    ["projects/123456/operations/1", "projects/example.com:my-project/operations/1"],
    ["services/s/projects/my-project/operations/1", "services/s/projects/1/operations/1"],
  ] as const) {
    it(`${asked} and ${answered} name the same operation`, () => {
      assert.ok(isSameOperation(asked, answered) && isSameOperation(answered, asked));
    });
  }

  for (const [what, asked, answered] of [
    ["another project ID", "projects/a/operations/1", "projects/b/operations/1"],
    ["another project number", "projects/1/operations/1", "projects/2/operations/1"],
    ["a letter in the project number", "projects/my-project/operations/1", "projects/123a/operations/1"],
    ["another operation ID", "projects/a/operations/1", "projects/12/operations/2"],
    ["another location", "projects/a/locations/l/operations/1", "projects/12/locations/m/operations/1"],
    ["an additional segment", "projects/a/operations/1", "projects/12/operations/1/x"],
    ["a missing segment", "projects/a/operations/1", "projects/12/operations"],
    ["an empty project", "projects/a/operations/1", "projects//operations/1"],
    ["another folder", "folders/a/operations/1", "folders/12/operations/1"],
    ["another organization", "organizations/a/operations/1", "organizations/12/operations/1"],
    ["another collection", "projects/a/operations/1", "project/12/operations/1"],
    ["a number in place of its collection", "projects/a/operations/1", "1/a/operations/1"],
    ["another ID after operations/projects", "operations/projects/a", "operations/projects/12"],
    ["a number in place of its operation ID", "operations/a", "operations/12"],
    ["two project numbers", "projects/a/projects/b/operations/1", "projects/1/projects/2/operations/1"],
    ["a project number in another script", "projects/a/operations/1", "projects/١٢/operations/1"],
    ["a host before the name", "operations/a", "//cloudchannel.googleapis.com/operations/a"],
    ["no characters", "operations/a", ""],
  ] as const) {
    it(`names another operation than a name with ${what}`, () => {
      assert.ok(!isSameOperation(asked, answered) && !isSameOperation(answered, asked));
    });
  }

  it("is quoted on one line, and truncated to 120 characters", () => {
    assert.equal(quote("a\nb\x1b"), '"a\\nb\\u001b"');
    assert.equal(quote("x".repeat(120)), `"${"x".repeat(120)}"`);
    assert.equal(quote("x".repeat(121)), `"${"x".repeat(119)}…"`);
  });
});

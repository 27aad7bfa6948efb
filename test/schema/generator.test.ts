import assert from "node:assert/strict";
import { describedValues, descriptionOf } from "../../scripts/schema/description";
import { type Manifest, metadataOf } from "../../scripts/schema/metadata";

describe("the description of a declaration", () => {
  it("has each paragraph and each item of a list on one line", () => {
    const comment = "One line,\nand another.\n\nA list:\n\n- `a`: The first\n  item.\n- `b`: The second.";
    assert.equal(
      descriptionOf(comment),
      "One line, and another.\n\nA list:\n\n- `a`: The first item.\n- `b`: The second.",
    );
  });

  it("has names and texts in place of links", () => {
    assert.equal(descriptionOf("Like {@link getOperation}."), "Like `getOperation`.");
    assert.equal(descriptionOf("See {@link https://example.com the page}."), "See the page.");
    assert.equal(descriptionOf("See {@link Provider | the provider}."), "See the provider.");
  });

  it("has the meanings of values in a list at its end", () => {
    assert.deepEqual(describedValues("When to act:\n\n- `now`: At once.\n- `notNow`: Later: tomorrow."), {
      description: "When to act.",
      values: [
        { value: "now", description: "At once." },
        { value: "notNow", description: "Later: tomorrow." },
      ],
    });
  });
});

describe("the metadata of the schema", () => {
  const manifest: Manifest = { description: "A package.", keywords: ["pulumi"], license: "Apache-2.0" };

  it("says where to download the plugin if package.json names a repository on GitHub", () => {
    for (const repository of [
      "github:owner/some.repo",
      "https://github.com/owner/some.repo",
      { url: "git+https://github.com/owner/some.repo.git" },
      { url: "git@github.com:owner/some.repo.git" },
    ]) {
      const { pluginDownloadURL, repository: page } = metadataOf({ ...manifest, repository });
      assert.equal(pluginDownloadURL, "github://api.github.com/owner/some.repo");
      assert.equal(page, "https://github.com/owner/some.repo");
    }
  });

  it("has no address if package.json names no repository on GitHub", () => {
    for (const given of [manifest, { ...manifest, repository: "https://example.com/owner/repo.git" }]) {
      assert.deepEqual(Object.keys(metadataOf(given)), ["name", "displayName", "description", "keywords", "license"]);
    }
  });
});

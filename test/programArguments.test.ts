import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest, CancellationSweep } from "../provider";

/** The classes as a JavaScript program sees them. */
type Constructor = new (name?: unknown, args?: unknown, opts?: unknown) => unknown;

describe("a resource in a JavaScript program", () => {
  before(() => pulumi.runtime.setMocks({ newResource: () => ({ id: "i", state: {} }), call: () => ({}) }));

  for (const [type, resource, example] of [
    ["CancellationRequest", CancellationRequest, /for example \{ operation: "operations\/AbC" \}$/],
    ["CancellationSweep", CancellationSweep, /for example \{ match: \{ name: "operations\/\*\*" \} \}$/],
  ] as const) {
    const Resource = resource as Constructor;
    for (const [args, issue] of [
      [undefined, "has no arguments"],
      [null, "has no arguments"],
      ["s3cr3t", "has a string as its arguments"],
      [["operations/AbC"], "has a list as its arguments"],
      [() => ({}), "has a function as its arguments"],
      [pulumi.output({ operation: "operations/AbC" }), "has an output or a promise as its arguments"],
      [Promise.resolve({ operation: "operations/AbC" }), "has an output or a promise as its arguments"],
    ] as const) {
      it(`throws an error that explains that the ${type} ${issue} (${typeof args})`, () => {
        assert.throws(
          () => new Resource("x", args),
          (error: Error) => {
            assert.equal(error.constructor, Error);
            assert.ok(error.message.startsWith(`${type} "x" ${issue}. `), error.message);
            assert.match(error.message, example);
            assert.doesNotMatch(error.message, /s3cr3t/);
            return true;
          },
        );
      });
    }

    for (const [name, issue] of [
      [undefined, "has no name"],
      ["", "has no name"],
      [5, "has a number as its name"],
      [{ operation: "operations/AbC" }, "has an object as its name"],
    ] as const) {
      it(`throws an error that explains that the ${type} ${issue} (${JSON.stringify(name)})`, () => {
        assert.throws(
          () => new Resource(name, { operation: "operations/AbC" }),
          new RegExp(`^Error: ${type} ${issue}\\. Give it a string first, for example new ${type}\\("my-name", \\{ `),
        );
      });
    }

    it(`throws an error for a ${type} without a name and arguments`, () => {
      assert.throws(() => new Resource(), new RegExp(`^Error: ${type} has no name\\. Give it a string first`));
    });

    it(`throws an error for a ${type} without arguments`, () => {
      assert.throws(() => new Resource("x"), new RegExp(`^Error: ${type} "x" has no arguments\\. Give it an object`));
    });
  }

  for (const id of [undefined, null, ""]) {
    it(`throws an error instead of creating a request for a get with the id ${JSON.stringify(id)}`, () => {
      assert.throws(
        () => CancellationRequest.get("x", id as unknown as string),
        /^Error: CancellationRequest\.get has no id for "x"\. Give the full resource name/,
      );
    });
  }

  it("treats a state of null in a get as no state", async () => {
    const found = CancellationRequest.get("x", "//cloudchannel.googleapis.com/operations/AbC", null);
    await new Promise((resolve) => found.urn.apply(resolve));
  });
});

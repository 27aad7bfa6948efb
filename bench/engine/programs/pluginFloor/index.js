// The least that a resource of a plugin in Node.js can be, with the outputs of a CancellationRequest.
const pulumi = require("@pulumi/pulumi");

const { operations } = JSON.parse(new pulumi.Config("bench").require("settings"));

class Cancellation extends pulumi.CustomResource {
  constructor(name, args, opts) {
    super("floor:index:Cancellation", name, args, opts);
  }
}

operations.forEach((operation, index) => new Cancellation(`request-${index}`, { operation }));

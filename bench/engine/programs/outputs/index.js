// The floor, with the outputs of a CancellationRequest: what they cost the engine, whoever makes them.
const pulumi = require("@pulumi/pulumi");

const { operations } = JSON.parse(new pulumi.Config("bench").require("settings"));

class Cancellation extends pulumi.CustomResource {
  constructor(name, args, opts) {
    const outputs = {
      outcome: undefined,
      done: undefined,
      error: undefined,
      metadata: undefined,
      response: undefined,
      operationType: undefined,
      requestTime: undefined,
      settleTime: undefined,
    };
    const __provider = 'exports.handler=()=>require(process.cwd()+"/provider")';
    super("pulumi-nodejs:dynamic/bench:Cancellation", name, { ...outputs, ...args, __provider }, opts);
  }
}

operations.forEach((operation, index) => new Cancellation(`request-${index}`, { operation }));

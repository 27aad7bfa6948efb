// The least that a dynamic resource can be: its provider is constant, and needs nothing but Node.js.
const pulumi = require("@pulumi/pulumi");

const { endpoint, operations } = JSON.parse(new pulumi.Config("bench").require("settings"));

class Cancellation extends pulumi.CustomResource {
  constructor(name, args, opts) {
    const outputs = { done: undefined, error: undefined, metadata: undefined };
    const __provider = 'exports.handler=()=>require(process.cwd()+"/provider")';
    super("pulumi-nodejs:dynamic/bench:Cancellation", name, { ...outputs, ...args, __provider }, opts);
  }
}

operations.forEach((operation, index) => new Cancellation(`request-${index}`, { endpoint, operation }));

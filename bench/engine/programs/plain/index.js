// A dynamic resource with axios, as most people would write it.
const pulumi = require("@pulumi/pulumi");
const axios = require("axios");

const { endpoint, operations } = JSON.parse(new pulumi.Config("bench").require("settings"));

const cancellationProvider = {
  async create(inputs) {
    const url = `${inputs.endpoint}/v1/${inputs.operation}`;
    await axios.post(`${url}:cancel`);
    for (;;) {
      const { data } = await axios.get(url);
      if (data.done) return { id: inputs.operation, outs: { ...inputs, ...data } };
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  },
};

class Cancellation extends pulumi.dynamic.Resource {
  constructor(name, args, opts) {
    super(cancellationProvider, name, { done: undefined, error: undefined, metadata: undefined, ...args }, opts);
  }
}

operations.forEach((operation, index) => new Cancellation(`request-${index}`, { endpoint, operation }));

const { cancel } = require("./cancel");

let endpoint;

exports.configure = ({ config }) => {
  endpoint = config.get("cancellation:endpoint");
};

exports.check = (_olds, inputs) => Promise.resolve({ inputs });

exports.create = async ({ operation }) => {
  const requestTime = new Date().toISOString();
  const { name, error, metadata, ...read } = await cancel(endpoint, operation);
  const outs = {
    operation,
    ...read,
    error: { ...error, details: [], status: "CANCELLED" },
    metadata,
    operationType: metadata.operationType,
    outcome: "cancelled",
    requestTime,
    settleTime: new Date().toISOString(),
  };
  return { id: `//cloudchannel.googleapis.com/${name}`, outs };
};

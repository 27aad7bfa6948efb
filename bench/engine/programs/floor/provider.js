const { cancel } = require("./cancel");

exports.check = (_olds, inputs) => Promise.resolve({ inputs });

exports.create = async ({ endpoint, operation }) => {
  const { name, ...read } = await cancel(endpoint, operation);
  return { id: name, outs: { endpoint, operation, ...read } };
};

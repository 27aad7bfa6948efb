const pulumi = require("@pulumi/pulumi");
const { CancellationRequest } = require("pulumi-operation-cancellation/plugin");

const { operations } = JSON.parse(new pulumi.Config("bench").require("settings"));

operations.forEach((operation, index) => new CancellationRequest(`request-${index}`, { operation }));

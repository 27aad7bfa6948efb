const { CancellationSweep } = require("pulumi-operation-cancellation");

new CancellationSweep("sweep", { all: true, cancelOn: "create", limit: 1_000_000 });

"use strict";

// The CLI runs this folder if a program names it in `pulumi package add github.com/OWNER/REPO/plugin@VERSION`.
require("pulumi-operation-cancellation/pulumi-resource-cancellation");

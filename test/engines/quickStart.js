"use strict";

// The engines load this file first into the Node.js processes of a deployment, see environment.ts.
//
// @pulumi/pulumi loads modules when it starts that most programs don't use: the TypeScript compiler and npm's dependency
// resolver for serialized closures, OpenTelemetry for traces, and the Automation API. They take two thirds of a process's
// start-up time. This file loads them when they are first used. It doesn't load the source maps of @pulumi/pulumi, which
// change only the positions in stack traces, and which each program would parse anew.
//
// The CLI's language host is older than the CLI (see scripts/pulumi-install), and ignores the option `typescript: false`
// of Pulumi.yaml. This file follows it, because otherwise each JavaScript program loads the TypeScript compiler.

const fs = require("node:fs");
const Module = require("node:module");

if (process.env.PULUMI_NODEJS_TYPESCRIPT === "true" && isJavaScriptProject()) {
  delete process.env.PULUMI_NODEJS_TYPESCRIPT;
}

/** A process begins in the project's folder. */
function isJavaScriptProject() {
  try {
    return /^\s+typescript: false$/m.test(fs.readFileSync("Pulumi.yaml", "utf8"));
  } catch {
    return false;
  }
}

const deferred =
  /^(typescript|@npmcli\/arborist|@opentelemetry\/.+|normalize-package-data|js-yaml|semver|execa|\.\/automation)$/;
const omitted = "source-map-support/register";
const load = Module._load;

Module._load = function (request, parent, ...rest) {
  const loadNow = () => load.call(this, request, parent, ...rest);
  if (!/[\\/]@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "")) return loadNow();
  if (request === omitted) return {};
  return deferred.test(request) ? loadedOnUse(loadNow) : loadNow();
};

function loadedOnUse(loadNow) {
  return new Proxy(
    // A function, because a module can be one.
    function () {},
    {
      apply: (_target, self, args) => Reflect.apply(loadNow(), self, args),
      construct: (_target, args) => Reflect.construct(loadNow(), args),
      get: (_target, name) => {
        // With `__esModule`, compiled imports use this object itself instead of a copy of its properties.
        if (name === "__esModule") return true;
        return name === "default" ? loadNow() : loadNow()[name];
      },
      has: (_target, name) => name in loadNow(),
    },
  );
}

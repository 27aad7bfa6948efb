"use strict";

// The engines load this file first into the Node.js processes of a deployment, see environment.ts.
//
// @pulumi/pulumi loads the TypeScript compiler and npm's dependency resolver when it starts. It needs them only for
// programs in TypeScript and for serialized closures, and they take more than half of a process's start-up time. This
// file loads them when they are first used.

const Module = require("node:module");

const deferred = new Set(["typescript", "@npmcli/arborist"]);
const load = Module._load;

Module._load = function (request, parent, ...rest) {
  const isDeferred = deferred.has(request) && /[\\/]@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "");
  const loadNow = () => load.call(this, request, parent, ...rest);
  return isDeferred ? loadedOnUse(loadNow) : loadNow();
};

function loadedOnUse(loadNow) {
  return new Proxy(
    {},
    {
      get: (_target, name) => {
        // With `__esModule`, compiled imports use this object itself instead of a copy of its properties.
        if (name === "__esModule") return true;
        return name === "default" ? loadNow() : loadNow()[name];
      },
      has: (_target, name) => name in loadNow(),
    },
  );
}

/** Which folders of provider/ a folder may import. Imports point one way, from the first line to the last. */
const layers = {
  hosts: ["resources", "auth", "operations", "common"],
  resources: ["auth", "operations", "common"],
  auth: ["common"],
  operations: ["common"],
  emulator: ["common"],
  common: [],
};

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "Files that import each other can only be understood together.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    ...Object.entries(layers).map(([layer, allowed]) => ({
      name: `${layer}-imports`,
      comment: `provider/${layer}/ imports only ${allowed.join(", ") || "itself"}: see docs/design.md.`,
      severity: "error",
      from: { path: `^provider/${layer}/` },
      to: { path: "^provider/", pathNot: `^provider/(${[layer, ...allowed].join("|")})/` },
    })),
    {
      name: "heavy-imports",
      comment:
        "A program that imports the package loads neither HTTP nor authentication: lookups load them when first used.",
      severity: "error",
      from: { path: "^provider/[^/]+\\.ts$", pathNot: "^provider/lookups\\.ts$" },
      to: { path: "^provider/(hosts|resources|auth|operations)/", dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};

/** Which folders of provider/ a folder may import. Imports point one way, from the first line to the last. */
const layers = {
  hosts: ["resources", "auth", "common"],
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
      name: "operations-types",
      comment: "A program that imports the package doesn't load HTTP, so these files import only types of operations.",
      severity: "error",
      from: { path: "^provider/[^/]+\\.ts$" },
      to: { path: "^provider/operations/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "classes-imports",
      comment: "A program that imports the package loads neither HTTP nor authentication: see docs/design.md.",
      severity: "error",
      from: { path: "^provider/[^/]+\\.ts$", pathNot: "^provider/(lookups|programChecks)\\.ts$" },
      to: { path: "^provider/[^/]+/", pathNot: "^provider/(operations/|common/requireNode\\.ts$)" },
    },
    {
      name: "plugin-imports",
      comment: "A program that imports the plugin's classes loads neither HTTP nor authentication: see docs/design.md.",
      severity: "error",
      from: { path: "^provider/plugin/" },
      to: { path: "^provider/[^/]+/", pathNot: "^provider/(plugin/|common/requireNode\\.ts$)" },
    },
    {
      name: "hosts-dont-import-each-other",
      comment:
        "The hosts share everything except transport, and that is in provider/resources/ and in provider/hosts/.",
      severity: "error",
      from: { path: "^provider/hosts/[^/]+\\.ts$" },
      to: { path: "^provider/hosts/plugin/" },
    },
    {
      name: "programChecks-imports",
      comment: "A check loads only the names of settings, and only if the stack has settings: see docs/design.md.",
      severity: "error",
      from: { path: "^provider/programChecks\\.ts$" },
      to: {
        path: "^provider/[^/]+/",
        pathNot: "^provider/(common/(suggestion|settingNames)|auth/configSources|resources/endpoint)\\.ts$",
      },
    },
    {
      name: "lookups-imports",
      comment: "A lookup loads only provider/hosts/ and provider/resources/, when it runs: see docs/design.md.",
      severity: "error",
      from: { path: "^provider/lookups\\.ts$" },
      to: { path: "^provider/[^/]+/", pathNot: "^provider/(hosts|resources|operations)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};

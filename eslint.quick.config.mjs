import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Folders of `provider/`, and what each may not import: imports point one way. */
const layers = {
  operations: ["auth", "lifecycle", "hosts", "emulator"],
  auth: ["operations", "lifecycle", "hosts", "emulator"],
  lifecycle: ["hosts", "emulator"],
  emulator: ["operations", "auth", "lifecycle", "hosts"],
};

/** What needs no types, and so takes a second or two: the part of the rules that `npm run check` holds the code to. */
export default tseslint.config(
  // The example with @pulumi/gcp is compiled where that is installed: in the test of the package.
  { ignores: ["dist/", "node_modules/", "examples/gcp-identity/"] },
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: "off" } },
  ...tseslint.configs.strict,
  ...Object.entries(layers).map(([layer, forbidden]) => ({
    files: [`provider/${layer}/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: forbidden.map((other) => ({
            group: [`**/${other}/**`, `**/${other}`],
            message: `${layer}/ must not know ${other}/`,
          })),
        },
      ],
    },
  })),
  {
    // Programs as a user has them, and what is loaded before them, in plain JavaScript.
    files: ["bench/engine/programs/**/*.js", "test/engines/quickStart.js"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { require: "readonly", exports: "writable", process: "readonly", setTimeout: "readonly" },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);

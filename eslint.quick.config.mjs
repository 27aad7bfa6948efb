import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Rules that need no types and take a second or two: the part that `npm run check` runs. */
export default tseslint.config(
  // The example with @pulumi/gcp is compiled where that is installed: in the test of the package.
  { ignores: ["dist/", "node_modules/", "examples/gcp-identity/"] },
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: "off" } },
  ...tseslint.configs.strict,
  {
    files: [".dependency-cruiser.cjs"],
    languageOptions: { sourceType: "commonjs", globals: { module: "writable" } },
  },
  {
    // Programs as a user has them, and what is loaded before them, in plain JavaScript.
    files: ["bench/engine/programs/**/*.js", "plugin/index.js", "test/engines/quickStart.js"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { require: "readonly", exports: "writable", process: "readonly", setTimeout: "readonly" },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);

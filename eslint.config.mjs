import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Folders of `provider/`, and what each may import: imports point one way. */
const layers = {
  operations: ["auth", "lifecycle", "hosts", "emulator"],
  auth: ["operations", "lifecycle", "hosts", "emulator"],
  lifecycle: ["hosts", "emulator"],
  emulator: ["operations", "auth", "lifecycle", "hosts"],
};

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "examples/gcp-identity/"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: "./test/tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
    },
  },
  ...Object.entries(layers).map(([layer, forbidden]) => ({
    files: [`provider/${layer}/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: forbidden.map((other) => ({
            group: [`**/${other}/**`],
            message: `${layer}/ must not know ${other}/`,
          })),
        },
      ],
    },
  })),
  { files: ["**/*.mjs", "**/*.js"], ...tseslint.configs.disableTypeChecked },
);

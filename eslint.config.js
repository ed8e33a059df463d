// ESLint over the programs of the pages: what is wrong, not how it looks.
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["node_modules/", "var/", ".venv/", "webmap/templates/"] },
  js.configs.recommended,
  {
    files: ["webmap/static/**/*.js"],
    languageOptions: { globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-unused-vars": ["error", { args: "after-used", caughtErrors: "all" }],
      "no-irregular-whitespace": ["error", { skipStrings: true, skipTemplates: true }],
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-self-compare": "error",
      "no-unmodified-loop-condition": "error",
      "no-promise-executor-return": "error",
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", { max: 400 }],
    },
  },
  { files: ["tests/**/*.js", "tests/**/*.mjs", "*.config.js"], languageOptions: { globals: globals.node } },
];

/** Bundles `main.ts` as the page is bundled, to be run by Node.js: see `make prediction`. */

import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    ssr: "tests/predict/main.ts",
    outDir: "../build/prediction",
    emptyOutDir: false,
    target: "es2022",
    minify: true,
  },
});

import { defineConfig } from "vitest/config";

const SERVER = process.env.RINGFALL_HTTP ?? "http://127.0.0.1:8000";

export default defineConfig({
  // Relative URLs: the page works from any folder of any static server.
  base: "./",
  build: {
    target: "es2022",
    // No data: URLs, so that a strict Content-Security-Policy can be used.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    license: { fileName: "licenses/dependencies.md" },
  },
  server: {
    // `npm run dev` next to a real or mock server: its HTTP side answers the config.
    proxy: { "/api": SERVER, "/match.json": SERVER },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});

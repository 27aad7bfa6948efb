/** Builds the archive of the provider plugin for this platform. Reads `dist`. */
import { join } from "node:path";
import { buildArchive } from "./plugin-archive/archive";

buildArchive(join(__dirname, "..", "archives")).then(
  (file) => {
    console.log(file);
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);

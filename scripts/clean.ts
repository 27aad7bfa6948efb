/** Removes the build's output, so that a file deleted from `provider/` does not live on in the package. */
import { rmSync } from "node:fs";
import { join } from "node:path";

rmSync(join(__dirname, "..", "dist"), { recursive: true, force: true });

/** Removes the build's output, so that the package has no file that was deleted from `provider/`. */
import { rmSync } from "node:fs";
import { join } from "node:path";

rmSync(join(__dirname, "..", "dist"), { recursive: true, force: true });

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Called in a `describe`: the path of a report, in a folder of its own for each test. The file doesn't exist yet. */
export function reportFile<Line = Record<string, string | undefined>>() {
  const paths = { directory: "", path: "" };
  beforeEach(() => {
    paths.directory = mkdtempSync(join(tmpdir(), "report-"));
    paths.path = join(paths.directory, "report.jsonl");
  });
  afterEach(() => {
    rmSync(paths.directory, { recursive: true, force: true });
  });
  return Object.assign(paths, {
    /** Returns the lines of a report. */
    lines: (path = paths.path): Line[] =>
      readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Line),
  });
}

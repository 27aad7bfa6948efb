import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call } from "../../provider/emulator";
import type { StackOptions } from "../engines/engine";
import { type Canaries, plantCanaries } from "./canaries";

/** The surroundings of a stack: planted secrets, and everything that the stack writes or prints, which is searched. */
export class Surroundings {
  private readonly output: string[] = [];
  private readonly onPrint = new Set<() => void>();
  /** The temporary folder of the runs, with the CLI's home. */
  private readonly folder = mkdtempSync(join(tmpdir(), "cancellation-surroundings-"));
  private readonly canaries: Canaries;

  /** @param accessToken the credential of the calls */
  constructor(accessToken: string) {
    this.canaries = plantCanaries(accessToken);
  }

  get stackOptions(): Required<Pick<StackOptions, "config" | "environment" | "onOutput" | "onEvent">> {
    return {
      config: this.canaries.config,
      environment: { ...this.canaries.environment, TMPDIR: this.folder, PULUMI_HOME: join(this.folder, "home") },
      onOutput: (text) => {
        this.record(text);
      },
      onEvent: (event) => {
        this.record(JSON.stringify(event));
      },
    };
  }

  /** Resolves when the engine's output matches the pattern. */
  printed(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      let seen = "";
      let next = 0;
      const look = () => {
        // A match has no more text than this before the new output.
        seen = seen.slice(-10_000) + this.output.slice(next).join("");
        next = this.output.length;
        if (!pattern.test(seen)) return;
        this.onPrint.delete(look);
        resolve();
      };
      this.onPrint.add(look);
      look();
    });
  }

  private record(text: string): void {
    this.output.push(text);
    for (const look of this.onPrint) look();
  }

  /** The planted secrets, by place. */
  get planted(): Pick<Canaries, "config" | "environment"> {
    return this.canaries;
  }

  /**
   * Asserts that no secret is in the output, in the files of these folders, or in the calls. Only the header
   * `authorization` of a call may have a token.
   */
  expectNoSecretIn(folders: readonly string[], calls: readonly Call[]): void {
    const files = [...folders, this.folder].flatMap(filesIn);
    const found = [
      this.findIn("what the engine printed", this.output.join("")),
      ...files.map((file) => this.findIn(file, readFileSync(file, "utf8"))),
      ...calls.map(({ method, url, body, headers }) => {
        const others = { ...headers, authorization: undefined };
        return this.findIn(`a ${method} call`, JSON.stringify([url, body, others]));
      }),
    ];
    assert.equal(found.filter((finding) => finding !== undefined).join("\n"), "");
  }

  private findIn(place: string, text: string): string | undefined {
    const found = this.canaries.search.find(text);
    return found && `${found.source} is in ${place}: …${found.context}`;
  }

  dispose(): void {
    this.canaries.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Returns the files below a folder, without links and without the files of installed packages. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("/node_modules/"));
}

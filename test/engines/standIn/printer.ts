import type { Op } from "../engine";
import { isDefaultProvider, nameOf, stackType, typeOf } from "../urns";
import { isSecret, type Properties, unknown, type Value } from "./values";

export type Severity = "debug" | "info" | "warning" | "error";

interface Diagnostic {
  readonly urn: string;
  readonly severity: Severity;
  readonly message: string;
}

interface Wording {
  readonly prefix: string;
  readonly doing: string;
  readonly done: string;
  /** The name of its count in the summary. Absent for a part of another step. */
  readonly counted?: string;
}

const wordings: Readonly<Record<Op, Wording>> = {
  same: { prefix: "  ", doing: "", done: "", counted: "unchanged" },
  create: { prefix: "+ ", doing: "creating", done: "created", counted: "created" },
  update: { prefix: "~ ", doing: "updating", done: "updated", counted: "updated" },
  delete: { prefix: "- ", doing: "deleting", done: "deleted", counted: "deleted" },
  replace: { prefix: "+-", doing: "replacing", done: "replaced", counted: "replaced" },
  "create-replacement": { prefix: "++", doing: "creating replacement", done: "created replacement" },
  "delete-replaced": { prefix: "--", doing: "deleting original", done: "deleted original" },
  read: { prefix: "> ", doing: "reading", done: "read", counted: "read" },
  discard: { prefix: "< ", doing: "discarding", done: "discarded", counted: "discarded" },
  import: { prefix: "= ", doing: "importing", done: "imported", counted: "imported" },
  refresh: { prefix: "~ ", doing: "refreshing", done: "refreshed", counted: "refreshed" },
};

/** Prints a deployment like the CLI: a line for each step, then the diagnostics of each resource, then counts. */
export class Printer {
  private readonly diagnostics: Diagnostic[] = [];
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly write: (text: string) => void,
    private readonly dryRun: boolean,
    private readonly rootUrn: string,
  ) {}

  title(text: string): void {
    this.line(`${text}\n`);
    this.line("    This is a stand-in for tests, and not the Pulumi engine.\n");
  }

  stepBegins(op: Op, urn: string): void {
    if (op !== "same" && !this.dryRun) this.step(op, urn, wordings[op].doing);
  }

  stepEnds(op: Op, urn: string): void {
    const { done, counted } = wordings[op];
    if (op !== "same") this.step(op, urn, this.dryRun ? op : done);
    if (counted === undefined || isDefaultProvider(urn)) return;
    const wording = this.dryRun && op !== "same" ? `to ${op}` : counted;
    this.counts.set(wording, (this.counts.get(wording) ?? 0) + 1);
  }

  stepFailed(op: Op, urn: string): void {
    this.step(op, urn, `**${wordings[op].doing} failed**`);
    this.counts.set("errored", (this.counts.get("errored") ?? 0) + 1);
  }

  /** Prints a diagnostic. Without a resource, it belongs to the stack. */
  diagnostic(urn: string, severity: Severity, message: string): void {
    if (severity === "debug") return;
    this.diagnostics.push({ urn: urn === "" ? this.rootUrn : urn, severity, message });
    this.status(urn, severity, message);
  }

  /** Prints the first line of a text once, like a diagnostic. */
  status(urn: string, severity: Severity, message: string): void {
    const about = urn === "" ? this.rootUrn : urn;
    this.line(`    ${typeOf(about)} ${nameOf(about)} ${worded(severity, message).split("\n", 1).join("")}`);
  }

  summary(outputs: Properties | undefined): void {
    this.printDiagnostics();
    this.printOutputs(outputs ?? {});
    if (this.counts.size === 0) return;
    this.line("Resources:");
    for (const [counted, count] of this.counts) this.line(`    ${count} ${counted}`);
    this.line("");
  }

  private printDiagnostics(): void {
    if (this.diagnostics.length === 0) return;
    this.line("Diagnostics:");
    for (const urn of new Set(this.diagnostics.map((diagnostic) => diagnostic.urn))) {
      this.line(`  ${typeOf(urn)} (${nameOf(urn)}):`);
      for (const { severity, message } of this.diagnostics.filter((diagnostic) => diagnostic.urn === urn)) {
        this.line(worded(severity, message).replace(/^/gm, "    "));
      }
      this.line("");
    }
  }

  private printOutputs(outputs: Properties): void {
    const entries = Object.entries(outputs);
    if (entries.length === 0) return;
    this.line("Outputs:");
    for (const [name, value] of entries) {
      this.line(`    ${name}: ${shown(value)}`);
    }
    this.line("");
  }

  private step(op: Op, urn: string, status: string): void {
    // A refresh also visits the stack, which isn't shown. Neither are the providers that the engine adds.
    if ((op === "refresh" && typeOf(urn) === stackType) || isDefaultProvider(urn)) return;
    this.line(` ${wordings[op].prefix} ${typeOf(urn)} ${nameOf(urn)} ${status}`);
  }

  private line(text: string): void {
    this.write(`${text}\n`);
  }
}

/** Returns an output as text, indented as in the CLI. Secrets are hidden at any depth. */
function shown(value: unknown): string {
  const hide = (_key: string, element: Value | undefined) => {
    if (isSecret(element)) return "[secret]";
    return element === unknown ? "[unknown]" : element;
  };
  const json = JSON.stringify(value, hide, 4) as string | undefined;
  return (json ?? "").replace(/"(\[(?:secret|unknown)\])"/g, "$1").replace(/\n/g, "\n    ");
}

function worded(severity: Severity, message: string): string {
  return severity === "info" ? message : `${severity}: ${message}`;
}

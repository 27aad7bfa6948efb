/**
 * Programs that the compiler must accept or refuse. `npm run check:types` compiles them, and nothing runs them. A line
 * with an unused `@ts-expect-error` is an error.
 */
import * as pulumi from "@pulumi/pulumi";
import {
  CancellationRequest,
  type CancellationRequestArgs,
  CancellationSweep,
  type CancellationSweepArgs,
  type CancellationSweepBaseArgs,
} from "../provider";

const operation = "operations/AbC";
const text = pulumi.output("text");
const list = pulumi.output(["text"]);
const mode = pulumi.output<"create" | "delete">("create");

/** A request has triggers only if it cancels when it's created. */
export function requests(when: "create" | "delete", flag: boolean): void {
  new CancellationRequest("minimal", { operation });
  new CancellationRequest("outputs", { operation: text, triggers: list, cancelOn: pulumi.output("create" as const) });
  new CancellationRequest("promise", { operation: Promise.resolve(operation), triggers: [text, Promise.resolve(1)] });
  new CancellationRequest("secret", { operation: pulumi.secret(operation), subject: pulumi.secret("a@b.example") });
  new CancellationRequest("on create", { operation, cancelOn: "create", triggers: [1] });
  new CancellationRequest("on delete", { operation, cancelOn: "delete", triggers: undefined });
  new CancellationRequest("either", { operation, cancelOn: when });
  new CancellationRequest("later", { operation, cancelOn: mode });
  new CancellationRequest("spread", { operation, ...(flag ? { cancelOn: "delete" } : { triggers: [1] }) });

  // @ts-expect-error -- nothing to cancel
  new CancellationRequest("nothing", {});
  // @ts-expect-error -- no arguments
  new CancellationRequest("no arguments");
  // @ts-expect-error -- a request that cancels when it's deleted has no triggers
  new CancellationRequest("triggers", { operation, cancelOn: "delete", triggers: [1] });
  // @ts-expect-error -- a misspelled outcome
  new CancellationRequest("outcome", { operation, expect: ["canceled"] });
  // @ts-expect-error -- a misspelled argument
  new CancellationRequest("argument", { operation, expects: ["cancelled"] });
}

/** A sweep has one selection. */
export function sweeps(common: CancellationSweepBaseArgs, flag: boolean): void {
  new CancellationSweep("filter", { filter: "x" });
  new CancellationSweep("match", { match: { name: "operations/**" } });
  new CancellationSweep("both", { filter: text, match: { operationTypes: [text] } });
  new CancellationSweep("names", { names: [text, operation] });
  new CancellationSweep("listed", { names: list });
  new CancellationSweep("secret", { names: pulumi.secret([operation]) });
  new CancellationSweep("all", { all: true });
  new CancellationSweep("not all", { all: false, filter: "x" });
  new CancellationSweep("match later", { match: pulumi.output({ name: "operations/**" }) });
  new CancellationSweep("undefined", { names: [operation], filter: undefined, match: undefined, all: undefined });
  new CancellationSweep("spread", { ...common, ...(flag ? { filter: "x" } : { names: [operation] }) });
  new CancellationSweep("triggers", { all: true, cancelOn: "create", triggers: [text] });
  new CancellationSweep("on delete", { all: true, cancelOn: "delete" });
  new CancellationSweep("later", { all: true, cancelOn: mode });

  // @ts-expect-error -- no selection
  new CancellationSweep("nothing", {});
  // @ts-expect-error -- no selection
  new CancellationSweep("limit only", { limit: 5, cancelOn: "create" });
  // @ts-expect-error -- no selection
  new CancellationSweep("not all alone", { all: false });
  // @ts-expect-error -- no arguments
  new CancellationSweep("no arguments");
  // @ts-expect-error -- `all` with `filter`
  new CancellationSweep("all, filter", { all: true, filter: "x" });
  // @ts-expect-error -- `all` with `match`
  new CancellationSweep("all, match", { all: true, match: { name: "operations/**" } });
  // @ts-expect-error -- `all` with `names`
  new CancellationSweep("all, names", { all: true, names: [operation] });
  // @ts-expect-error -- `names` with `filter`
  new CancellationSweep("names, filter", { names: [operation], filter: text });
  // @ts-expect-error -- `names` with `match`
  new CancellationSweep("names, match", { names: list, match: { name: "operations/**" } });
  // @ts-expect-error -- a sweep cancels when it's deleted by default, and then has no triggers
  new CancellationSweep("triggers, default", { all: true, triggers: [1] });
  // @ts-expect-error -- a sweep that cancels when it's deleted has no triggers
  new CancellationSweep("triggers, delete", { all: true, cancelOn: "delete", triggers: [1] });
}

/** A subclass that passes its arguments on, with another default. */
export class Teardown extends CancellationSweep {
  constructor(name: string, args: CancellationSweepArgs, opts?: pulumi.CustomResourceOptions) {
    super(name, { limit: 10, ...args, expect: ["cancelled"] }, opts);
  }
}

/** A component whose arguments are a part of a request's. */
export class Stuck extends pulumi.ComponentResource {
  constructor(name: string, args: Partial<CancellationRequestArgs>, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Stuck", name, {}, opts);
    new CancellationRequest(name, { ...args, operation }, { parent: this });
  }
}

/** An output that isn't known while the operation runs is `null`. */
export function outputs(request: CancellationRequest, sweep: CancellationSweep): pulumi.Output<number>[] {
  return [
    request.error.apply((error) => error?.code ?? 0),
    request.settleTime.apply((time) => (time === null ? 0 : Date.parse(time))),
    sweep.acknowledged.apply((acknowledged) => acknowledged?.length ?? 0),
  ];
}

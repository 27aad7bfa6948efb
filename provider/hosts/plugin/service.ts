import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { setMaxListeners } from "node:events";
import { namespace } from "../../common/settingNames";
import { type Context, validateContext } from "../../resources/context";
import { reasonOf } from "../../resources/errors";
import type { Change } from "../../resources/inputs/diff";
import { describeIssue, hasUnknown, type Issue } from "../../resources/inputs/schema";
import { logicalNameKey, withoutLogicalName } from "../../resources/logicalName";
import type { Properties } from "../../resources/state/record";
import { sendable } from "../grpcError";
import type { EngineLog } from "./engineLog";
import { failureOf } from "./failure";
import { functions } from "./functions";
import type { Steps } from "./resources";
import { stepsOf } from "./resources";
import { argumentIssues, ProviderSettings } from "./settings";
import { parseUrn } from "./urn";
import { propertiesIn, structOf } from "./values";

/** What the service needs of its process. */
export interface Process {
  readonly log: EngineLog;
  readonly version: string;
  /** Returns the package's schema as JSON. */
  readonly schema: () => string;
}

/**
 * Arguments and outputs of a resource of the dynamic provider, which the plugin doesn't have. A stack can move from one
 * host to the other.
 */
const ofTheOtherHost = ["__provider", "customTimeouts", logicalNameKey];

/** A request about one resource. */
interface ResourceRequest {
  getUrn(): string;
}

/** Serves `pulumirpc.ResourceProvider` for one provider resource. The engine starts a process for each. */
export class ProviderService {
  private settings = new ProviderSettings();
  private interruption = newInterruption();
  private stepsInFlight = 0;
  private onIdle: (() => void)[] = [];

  constructor(private readonly process: Process) {}

  /** The methods, for the gRPC server. The server answers UNIMPLEMENTED to the others. */
  get methods(): UntypedServiceImplementation {
    const { log, version, schema } = this.process;
    return {
      handshake: this.unary((request: proto.ProviderHandshakeRequest) => {
        log.attach(request.getEngineAddress());
        return new proto.ProviderHandshakeResponse();
      }),
      attach: this.unary((request: { getAddress(): string }) => {
        log.attach(request.getAddress());
        this.beginDeployment();
        return new Empty();
      }),
      getPluginInfo: this.unary(() => new PluginInfo().setVersion(version)),
      getSchema: this.unary(() => new proto.GetSchemaResponse().setSchema(schema())),
      checkConfig: this.unary((request: proto.CheckRequest) => this.checkConfig(request)),
      diffConfig: this.unary((request: proto.DiffRequest) => diffConfig(request)),
      configure: this.unary((request: proto.ConfigureRequest) => this.configure(request)),
      check: this.unary((request: proto.CheckRequest) => this.check(request)),
      diff: this.unary((request: proto.DiffRequest) => this.diff(request)),
      create: this.step((request: proto.CreateRequest) => this.create(request)),
      read: this.step((request: proto.ReadRequest) => this.read(request)),
      update: this.step((request: proto.UpdateRequest) => this.update(request)),
      delete: this.step((request: proto.DeleteRequest) => this.delete(request)),
      invoke: this.unary((request: proto.InvokeRequest) => this.invoke(request)),
      cancel: this.unary(() => {
        this.interrupt();
        return new Empty();
      }),
    };
  }

  /** Interrupts the deployment's steps, those in flight and those that follow. */
  interrupt(): void {
    this.interruption.abort();
  }

  /**
   * Ends an interruption. An engine attaches to a process that a developer started, which serves several deployments.
   * The engine interrupts it at the end of each.
   */
  private beginDeployment(): void {
    if (this.interruption.signal.aborted) this.interruption = newInterruption();
  }

  /** Whether no step is in flight. */
  get isIdle(): boolean {
    return this.stepsInFlight === 0;
  }

  /** Resolves when no step is in flight. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.onIdle.push(resolve));
  }

  private checkConfig(request: proto.CheckRequest): proto.CheckResponse {
    const args = propertiesIn(request.getNews());
    const settings = new ProviderSettings(args);
    const issues = [
      ...(isOfTheProject(request.getUrn()) ? [] : argumentIssues(args)),
      ...(hasUnknown(args) ? [] : this.issuesOf(settings)),
    ];
    const response = new proto.CheckResponse();
    response.setInputs(request.getNews());
    response.setFailuresList(issues.map((reason) => failure(reason)));
    return response;
  }

  private issuesOf({ config }: ProviderSettings): string[] {
    const context = { config, environment: process.env, log: () => undefined };
    return validateContext(context).map(describeIssue);
  }

  private configure(request: proto.ConfigureRequest): proto.ConfigureResponse {
    this.settings = new ProviderSettings(propertiesIn(request.getArgs()));
    // Without secrets, the engine passes them in plain, and keeps outputs secret whose arguments are.
    return new proto.ConfigureResponse().setSupportspreview(true);
  }

  private check(request: proto.CheckRequest): proto.CheckResponse {
    const { steps, context, name } = this.target(request);
    const news = propertiesIn(request.getNews());
    const given = arguments_(news, name);
    const failures: Issue[] = [...steps.check(given, context).failures];
    if ("customTimeouts" in news) {
      const reason = "isn't an argument of this resource. Set the resource option `customTimeouts`";
      failures.push({ property: "customTimeouts", reason });
    }
    const response = new proto.CheckResponse();
    response.setInputs(structOf(withoutLogicalName(given)));
    // For a property the engine shows its value, and finds none below the top level. It may also be a credential.
    response.setFailuresList(failures.map((issue) => failure(describeIssue(issue))));
    return response;
  }

  private diff(request: proto.DiffRequest): proto.DiffResponse {
    const { steps, context, name } = this.target(request);
    const olds = arguments_(propertiesIn(request.getOlds()), name);
    const news = arguments_(propertiesIn(request.getNews()), name);
    const { changes, changed, replaces } = steps.diff(olds, news, context);
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    const response = new proto.DiffResponse();
    response.setChanges(changes ? DIFF_SOME : DIFF_NONE);
    response.setReplacesList(replaces);
    response.setDiffsList(changed.map(({ argument }) => argument));
    // An unfinished cancellation has changed no argument. A detail about an output would replace the resource, and send
    // the cancel again, if the program sets `replaceOnChanges: ["*"]`.
    response.setHasdetaileddiff(changed.length > 0);
    for (const change of changed) response.getDetaileddiffMap().set(change.argument, propertyDiff(change));
    return response;
  }

  private async create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
    const { steps, context, name } = this.target(request, request.getTimeout());
    const inputs = arguments_(propertiesIn(request.getProperties()), name);
    const response = new proto.CreateResponse();
    if (request.getPreview()) {
      response.setProperties(structOf(withoutLogicalName(await this.preview(steps, inputs, context))));
      return response;
    }
    const { id, outputs } = await steps.create(inputs, context);
    response.setId(id);
    response.setProperties(structOf(complete(steps, outputs)));
    return response;
  }

  private async read(request: proto.ReadRequest): Promise<proto.ReadResponse> {
    const { steps, context, name } = this.target(request);
    const id = request.getId();
    const properties = propertiesIn(request.getProperties());
    const response = new proto.ReadResponse();
    if (Object.keys(properties).length > 0) {
      const outputs = await steps.read(id, arguments_(properties, name), context);
      response.setId(id);
      response.setProperties(structOf(complete(steps, outputs)));
      return response;
    }
    const imported = await steps.importById(id, context);
    // Without an id, the response says that there is nothing.
    if (!imported) return response;
    response.setId(id);
    response.setInputs(structOf(imported.inputs));
    response.setProperties(structOf(complete(steps, imported.outputs)));
    return response;
  }

  private async update(request: proto.UpdateRequest): Promise<proto.UpdateResponse> {
    const { steps, context, name } = this.target(request, request.getTimeout());
    const olds = arguments_(propertiesIn(request.getOlds()), name);
    const news = arguments_(propertiesIn(request.getNews()), name);
    const response = new proto.UpdateResponse();
    const outputs = request.getPreview()
      ? await this.preview(steps, news, context, olds)
      : complete(steps, await steps.update(request.getId(), olds, news, context));
    response.setProperties(structOf(withoutLogicalName(outputs)));
    return response;
  }

  private async delete(request: proto.DeleteRequest): Promise<Empty> {
    const { steps, context, name } = this.target(request, request.getTimeout());
    await steps.remove(arguments_(propertiesIn(request.getProperties()), name), context);
    return new Empty();
  }

  private async invoke(request: proto.InvokeRequest): Promise<proto.InvokeResponse> {
    const response = new proto.InvokeResponse();
    const call = functions[request.getTok()];
    if (!call) throw new Error(`The package cancellation has no function ${request.getTok()}.`);
    response.setReturn(structOf(await call(propertiesIn(request.getArgs()), this.context())));
    return response;
  }

  private preview(steps: Steps, inputs: Properties, context: Context, old?: Properties): Promise<Properties> {
    return this.settings.previewReads
      ? steps.preview(inputs, context, old)
      : Promise.resolve(steps.previewWithoutReads(inputs));
  }

  private target(request: ResourceRequest, timeout = 0): { steps: Steps; context: Context; name: string } {
    const urn = request.getUrn();
    const { type, name } = parseUrn(urn);
    const context = { ...this.context(timeout), own: this.process.log.at(urn) };
    return { steps: stepsOf(type), context, name };
  }

  /** @param timeout in seconds; 0 if the engine sets none */
  private context(timeout = 0): Context {
    const { config } = this.settings;
    const interruption = this.interruption.signal;
    const limit = timeout > 0 ? { timeout: timeout * 1_000 } : {};
    return { config, environment: process.env, log: this.process.log.stack, interruption, ...limit };
  }

  /** Handles a call for whose response the end of the process waits. */
  private step<Request extends ResourceRequest, Response>(handle: (request: Request) => Promise<Response>) {
    const handleCall = this.unary(handle);
    return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      this.stepsInFlight++;
      handleCall(call, (...response) => {
        callback(...response);
        this.stepsInFlight--;
        if (this.stepsInFlight === 0) for (const resolve of this.onIdle.splice(0)) resolve();
      });
    };
  }

  private unary<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
    return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      void this.answer(call.request, handle, callback);
    };
  }

  private async answer<Request, Response>(
    request: Request,
    handle: (request: Request) => Response | Promise<Response>,
    callback: sendUnaryData<Response>,
  ): Promise<void> {
    try {
      const response = await handle(request);
      await this.process.log.flush();
      callback(null, response);
    } catch (error) {
      await this.process.log.flush();
      callback(failureOf(error, defaultsOf(request)));
    }
  }
}

/** Returns a controller whose signal each step and each call in flight can listen to. */
function newInterruption(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/**
 * Returns whether the arguments of a provider are the project's own config: those of the default provider in a project
 * that has the name of the package.
 */
function isOfTheProject(urn: string): boolean {
  const { project, name } = parseUrn(urn);
  return `${project}:` === namespace && name.startsWith("default");
}

/** A change of a provider's arguments never replaces its resources. */
function diffConfig(request: proto.DiffRequest): proto.DiffResponse {
  const changes = describe(request.getOlds()) !== describe(request.getNews());
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  return new proto.DiffResponse().setChanges(changes ? DIFF_SOME : DIFF_NONE);
}

function describe(struct: Struct | undefined): string {
  return JSON.stringify(Object.entries(propertiesIn(struct)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function failure(reason: string): proto.CheckFailure {
  return new proto.CheckFailure().setReason(sendable(reason));
}

function propertyDiff({ kind, replaces }: Change): proto.PropertyDiff {
  const kinds = proto.PropertyDiff.Kind;
  const [change, replacement] = {
    add: [kinds.ADD, kinds.ADD_REPLACE] as const,
    update: [kinds.UPDATE, kinds.UPDATE_REPLACE] as const,
    delete: [kinds.DELETE, kinds.DELETE_REPLACE] as const,
  }[kind];
  return new proto.PropertyDiff().setKind(replaces ? replacement : change).setInputdiff(true);
}

/** Returns the properties for a step, with the resource's name. */
function arguments_(properties: Properties, name: string): Properties {
  const kept = Object.entries(properties).filter(([key]) => !ofTheOtherHost.includes(key));
  return { ...Object.fromEntries(kept), [logicalNameKey]: name };
}

/** Returns a step's outputs for the state. One that is absent is null, because it would be unknown in each preview. */
function complete({ optionalOutputs }: Steps, outputs: Properties): Properties {
  const absent = Object.fromEntries(optionalOutputs.map((output) => [output, null]));
  return { ...absent, ...withoutLogicalName(outputs) };
}

/** Returns the values of outputs that an error may lack. */
function defaultsOf(request: unknown): Properties {
  const urn = (request as Partial<ResourceRequest>).getUrn?.();
  if (urn === undefined) return {};
  try {
    return complete(stepsOf(parseUrn(urn).type), {});
  } catch (error) {
    return { error: reasonOf(error) };
  }
}

import assert from "node:assert/strict";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as dynamicProvider from "../../provider/hosts/dynamicProvider";
import type { GrpcError } from "../../provider/hosts/grpcError";
import { EngineLog } from "../../provider/hosts/plugin/engineLog";
import { structOf } from "../../provider/hosts/plugin/values";
import { parseDuration } from "../../provider/resources/inputs/duration";
import { __provider, type Provider, providerFor } from "../reliability/resource";
import { CallError, type Message, type PluginCall, startPluginService } from "../support/pluginService";

export type Properties = Readonly<Record<string, unknown>>;
export type HostName = "dynamic provider" | "plugin";

/** Where the stack of a history lives: in one host, or in both in turn. */
export const courses = ["dynamic provider", "plugin", "both hosts"] as const;
export type Course = (typeof courses)[number];

/** The id and the outputs of a resource. */
export interface Known {
  readonly id: string;
  readonly outputs: Properties;
}

/** A step that failed. With an id, the engine keeps the resource with the properties. */
export type StepFailure = Error & Pick<GrpcError, "id" | "properties">;

/**
 * A host, as the engine calls it. Inputs have `customTimeouts` for both hosts: an argument for the dynamic provider,
 * and for the plugin the option that the engine keeps at the resource. A method rejects with a {@link StepFailure}.
 */
export interface Host {
  check(olds: Properties, news: Properties): Promise<Properties>;
  diff(old: Known, news: Properties): Promise<{ readonly changes: boolean; readonly replaces: readonly string[] }>;
  /** Does what a preview does after the diff. */
  preview(old: Known | undefined, news: Properties): Promise<void>;
  create(news: Properties): Promise<Known>;
  read(old: Known): Promise<Properties>;
  update(old: Known, news: Properties): Promise<Properties>;
  delete(old: Known, inputs: Properties): Promise<void>;
  /** Reads a resource for an import. Returns `undefined` if there is none. */
  import(id: string): Promise<(Known & { readonly inputs: Properties }) | undefined>;
}

/** Where the calls of a deployment go, and with which access token. */
export interface Settings {
  readonly endpoint: string;
  readonly accessToken?: string;
}

/** The hosts of one deployment, which has its own processes. */
export class Hosts {
  readonly "dynamic provider": Host;
  readonly plugin: Host;
  private readonly call = startPluginService(new EngineLog());

  constructor(resource: "request" | "sweep", { endpoint, accessToken }: Settings) {
    const config: Record<string, string> = accessToken === undefined ? {} : { "gcp:accessToken": accessToken };
    this["dynamic provider"] = new DynamicHost(providerFor(endpoint, config, dynamicProvider[resource]));
    const type = resource === "request" ? "CancellationRequest" : "CancellationSweep";
    this.plugin = new PluginHost(`urn:pulumi:dev::p::cancellation:index:${type}::r`, this.call, {
      endpoint,
      ...(accessToken !== undefined && { accessToken }),
    });
  }

  /** Interrupts the deployment. The engine tells only a plugin. */
  interrupt(): void {
    void this.call("cancel", new Empty());
  }
}

/** The dynamic provider with what Pulumi's own host does: it loads the provider from `__provider`, and keeps that. */
class DynamicHost implements Host {
  constructor(private readonly provider: Provider) {}

  async check(olds: Properties, news: Properties) {
    const program = { ...news, __provider };
    const { inputs, failures } = await answer(program, () => this.provider.check(olds, program));
    assert.deepEqual(failures, []);
    return { ...inputs, __provider };
  }

  diff({ id, outputs }: Known, news: Properties) {
    return answer(news, () => this.provider.diff(id, outputs, news));
  }

  preview() {
    return Promise.resolve();
  }

  async create(news: Properties) {
    const { id, outs } = await answer(news, () => this.provider.create(news));
    return { id, outputs: { ...outs, __provider } };
  }

  async read({ id, outputs }: Known) {
    return { ...(await answer(outputs, () => this.provider.read(id, outputs))).props, __provider };
  }

  async update({ id, outputs }: Known, news: Properties) {
    return { ...(await answer(news, () => this.provider.update(id, outputs, news))).outs, __provider };
  }

  async delete({ id, outputs }: Known) {
    await answer(outputs, () => this.provider.delete(id, outputs));
  }

  import(): Promise<never> {
    assert.fail("a dynamic provider has no import");
  }
}

/** Calls the provider of a resource with these properties. */
async function answer<T>(properties: Properties, call: () => Promise<T>): Promise<T> {
  if (properties["__provider"] === undefined) throw new Error("code must be a string, not undefined");
  try {
    return await call();
  } catch (error) {
    const { id, properties: kept } = error as StepFailure;
    if (id !== undefined) assert.equal(kept?.["__provider"], __provider);
    throw error;
  }
}

/** The plugin's service, called with the messages of the engine. */
class PluginHost implements Host {
  private readonly configured: Promise<unknown>;

  constructor(
    private readonly urn: string,
    private readonly call: PluginCall,
    args: Properties,
  ) {
    this.configured = call("configure", new proto.ConfigureRequest().setArgs(structOf(args)));
  }

  async check(olds: Properties, news: Properties) {
    const { inputs, timeouts } = apart(news);
    const message = new proto.CheckRequest().setOlds(structOf(olds)).setNews(structOf(inputs));
    const response = await this.step<proto.CheckResponse>("check", message);
    assert.deepEqual(
      response.getFailuresList().map((failure) => failure.getReason()),
      [],
    );
    return { ...propertiesOf(response.getInputs()), customTimeouts: timeouts };
  }

  async diff({ id, outputs }: Known, news: Properties) {
    const message = new proto.DiffRequest()
      .setId(id)
      .setOlds(structOf(outputs))
      .setNews(structOf(apart(news).inputs));
    const response = await this.step<proto.DiffResponse>("diff", message);
    const changes = response.getChanges() === proto.DiffResponse.DiffChanges.DIFF_SOME;
    return { changes, replaces: response.getReplacesList() };
  }

  async preview(old: Known | undefined, news: Properties) {
    await (old ? this.sendUpdate(old, news, true) : this.sendCreate(news, true));
  }

  async create(news: Properties) {
    const response = await this.sendCreate(news, false);
    return { id: response.getId(), outputs: propertiesOf(response.getProperties()) };
  }

  async read({ id, outputs }: Known) {
    const message = new proto.ReadRequest().setId(id).setProperties(structOf(outputs));
    return propertiesOf((await this.step<proto.ReadResponse>("read", message)).getProperties());
  }

  async update(old: Known, news: Properties) {
    return propertiesOf((await this.sendUpdate(old, news, false)).getProperties());
  }

  async delete({ id, outputs }: Known, inputs: Properties) {
    const message = new proto.DeleteRequest().setId(id).setProperties(structOf(outputs));
    await this.step("delete", message.setTimeout(seconds(inputs, "delete")));
  }

  async import(id: string) {
    const response = await this.step<proto.ReadResponse>("read", new proto.ReadRequest().setId(id));
    if (response.getId() === "") return undefined;
    return { id, inputs: propertiesOf(response.getInputs()), outputs: propertiesOf(response.getProperties()) };
  }

  private sendCreate(news: Properties, preview: boolean): Promise<proto.CreateResponse> {
    const message = new proto.CreateRequest().setProperties(structOf(apart(news).inputs)).setPreview(preview);
    return this.step("create", message.setTimeout(seconds(news, "create")));
  }

  private sendUpdate({ id, outputs }: Known, news: Properties, preview: boolean): Promise<proto.UpdateResponse> {
    const message = new proto.UpdateRequest().setId(id).setOlds(structOf(outputs)).setPreview(preview);
    message.setNews(structOf(apart(news).inputs)).setTimeout(seconds(news, "update"));
    return this.step("update", message);
  }

  private async step<Response extends Message>(
    method: string,
    message: { setUrn(urn: string): Message },
  ): Promise<Response> {
    await this.configured;
    try {
      return await this.call<Response>(method, message.setUrn(this.urn));
    } catch (error) {
      throw error instanceof CallError ? stepFailure(error) : error;
    }
  }
}

function apart({ customTimeouts, ...inputs }: Properties): { inputs: Properties; timeouts: unknown } {
  return { inputs, timeouts: customTimeouts };
}

/** Returns a step's time limit as the engine passes it: 0 if there is none. */
function seconds({ customTimeouts = {} }: Properties, step: "create" | "update" | "delete"): number {
  const text = (customTimeouts as Partial<Record<string, string>>)[step];
  return text === undefined ? 0 : (parseDuration(text) ?? assert.fail(text)) / 1_000;
}

function propertiesOf(struct: Struct | undefined): Properties {
  return (struct ?? assert.fail("there are no properties")).toJavaScript();
}

/** Returns an error with the resource that the engine keeps, which gRPC carries in the metadata. */
function stepFailure({ message, metadata }: CallError): StepFailure {
  const failure = new Error(message);
  const [status] = metadata?.get("grpc-status-details-bin") ?? [];
  if (status === undefined) return failure;
  const [detail] = Status.deserializeBinary(status as Buffer).getDetailsList();
  const kept = proto.ErrorResourceInitFailed.deserializeBinary((detail ?? assert.fail()).getValue_asU8());
  return Object.assign(failure, { id: kept.getId(), properties: propertiesOf(kept.getProperties()) });
}

import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { isDeepStrictEqual } from "node:util";
import { nameOf, typeOf } from "../urns";
import { channelOptions, unary } from "./grpcs";
import {
  type Checked,
  type Created,
  type Difference,
  InitError,
  type Invoked,
  type Provider,
  type Read,
  type StepOptions,
} from "./provider";
import { fromStruct, toStruct } from "./struct";
import { annotateSecrets, containsSecrets, mapChildren, plainProperties, type Properties, secret } from "./values";

/** How long a provider may take to acknowledge its end, in milliseconds. The engine waits for the same time. */
const cancelTimeout = 5_000;

/**
 * Speaks the protocol of providers. Its steps wait until the provider is configured. It passes secrets in plain text,
 * and marks them as secrets again in what the provider returns. The engine does so for providers that accept no secrets.
 */
export class ProviderClient implements Provider {
  private readonly client: ResourceProviderClient;
  private handshaken = false;
  private configured: Promise<messages.ConfigureResponse> | undefined;

  constructor(address: string) {
    this.client = new ResourceProviderClient(address, grpc.credentials.createInsecure(), channelOptions);
  }

  async handshake(engineAddress: string, directory: string): Promise<void> {
    const request = new messages.ProviderHandshakeRequest()
      .setEngineAddress(engineAddress)
      .setRootDirectory(directory)
      .setProgramDirectory(directory)
      .setConfigureWithUrn(true);
    try {
      await unary((done) => this.client.handshake(request, done));
      this.handshaken = true;
    } catch (error) {
      if (!isUnimplemented(error)) throw error;
    }
  }

  async checkConfig(urn: string, olds: Properties, news: Properties): Promise<Checked> {
    const request = identify(new messages.CheckRequest(), urn)
      .setOlds(toPlainStruct(olds))
      .setNews(toPlainStruct(news));
    try {
      return checkedOf(await unary((done) => this.client.checkConfig(request, done)), news);
    } catch (error) {
      if (isUnimplemented(error)) return { inputs: news, failures: [] };
      throw error;
    }
  }

  async diffConfig(urn: string, oldInputs: Properties, oldOutputs: Properties, news: Properties): Promise<Difference> {
    const request = identify(new messages.DiffRequest(), urn)
      .setOldInputs(toPlainStruct(oldInputs))
      .setOlds(toPlainStruct(oldOutputs))
      .setNews(toPlainStruct(news));
    const unknownDifference = { changes: !isDeepStrictEqual(oldOutputs, news), replaces: false };
    try {
      return differenceOf(await unary((done) => this.client.diffConfig(request, done))) ?? unknownDifference;
    } catch (error) {
      if (isUnimplemented(error)) return unknownDifference;
      throw error;
    }
  }

  /** Configures the provider. The next step fails if the provider refuses the arguments, as in the engine. */
  configure(urn: string, id: string, args: Properties): void {
    const request = new messages.ConfigureRequest()
      .setUrn(urn)
      .setName(nameOf(urn))
      .setType(typeOf(urn))
      .setId(id)
      .setArgs(toStruct(args))
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSendsOldInputs(true)
      .setSendsOldInputsToDelete(true);
    this.configured = unary((done) => this.client.configure(request, done));
    this.configured.catch(() => undefined);
  }

  async check(urn: string, olds: Properties, news: Properties): Promise<Checked> {
    await this.configured;
    const request = identify(new messages.CheckRequest(), urn)
      .setOlds(toPlainStruct(olds))
      .setNews(toPlainStruct(news));
    return checkedOf(await unary((done) => this.client.check(request, done)), news);
  }

  async diff(
    urn: string,
    id: string,
    oldInputs: Properties,
    oldOutputs: Properties,
    news: Properties,
  ): Promise<Difference> {
    await this.configured;
    const request = identify(new messages.DiffRequest(), urn)
      .setId(id)
      .setOldInputs(toPlainStruct(oldInputs))
      .setOlds(toPlainStruct(oldOutputs))
      .setNews(toPlainStruct(news));
    const response = await unary<messages.DiffResponse>((done) => this.client.diff(request, done));
    const difference = differenceOf(response);
    if (difference === undefined || response.getDeletebeforereplace()) {
      throw new Error("The stand-in doesn't know this answer to a diff: it needs the Pulumi CLI.");
    }
    return difference;
  }

  async create(urn: string, inputs: Properties, { timeout = 0, preview = false }: StepOptions = {}): Promise<Created> {
    if (preview && !(await this.supportsPreview())) return { id: "", outputs: inputs };
    const request = identify(new messages.CreateRequest(), urn)
      .setProperties(toPlainStruct(inputs))
      .setTimeout(timeout)
      .setPreview(preview);
    const response = await this.initializing<messages.CreateResponse>(inputs, (done) =>
      this.client.create(request, done),
    );
    const id = response.getId();
    if (id === "" && !preview) throw new Error(`plugin returned empty resource.ID from create '${urn}'`);
    return { id, outputs: annotateSecrets(fromStruct(response.getProperties()), inputs) };
  }

  async read(
    urn: string,
    id: string,
    inputs: Properties,
    outputs: Properties,
    { timeout = 0 }: StepOptions = {},
  ): Promise<Read> {
    await this.configured;
    const request = identify(new messages.ReadRequest(), urn)
      .setId(id)
      .setInputs(toPlainStruct(inputs))
      .setProperties(toPlainStruct(outputs))
      .setTimeout(timeout);
    const response = await unary<messages.ReadResponse>((done) => this.client.read(request, done));
    const newInputs = response.getInputs();
    return {
      id: response.getId(),
      outputs: annotateSecrets(fromStruct(response.getProperties()), outputs),
      inputs: newInputs === undefined ? undefined : annotateSecrets(fromStruct(newInputs), inputs),
    };
  }

  async update(
    urn: string,
    id: string,
    oldInputs: Properties,
    oldOutputs: Properties,
    news: Properties,
    { timeout = 0, preview = false }: StepOptions = {},
  ): Promise<Properties> {
    if (preview && !(await this.supportsPreview())) return news;
    const request = identify(new messages.UpdateRequest(), urn)
      .setId(id)
      .setOldInputs(toPlainStruct(oldInputs))
      .setOlds(toPlainStruct(oldOutputs))
      .setNews(toPlainStruct(news))
      .setTimeout(timeout)
      .setPreview(preview);
    const response = await this.initializing<messages.UpdateResponse>(news, (done) =>
      this.client.update(request, done),
    );
    return annotateSecrets(fromStruct(response.getProperties()), news);
  }

  async delete(
    urn: string,
    id: string,
    inputs: Properties,
    outputs: Properties,
    { timeout = 0 }: StepOptions = {},
  ): Promise<void> {
    await this.configured;
    const request = identify(new messages.DeleteRequest(), urn)
      .setId(id)
      .setOldInputs(toPlainStruct(inputs))
      .setProperties(toPlainStruct(outputs))
      .setTimeout(timeout);
    await unary((done) => this.client.delete(request, done));
  }

  async invoke(token: string, args: Properties, preview: boolean): Promise<Invoked> {
    await this.configured;
    const request = new messages.InvokeRequest().setTok(token).setArgs(toPlainStruct(args)).setPreview(preview);
    const response = await unary<messages.InvokeResponse>((done) => this.client.invoke(request, done));
    const outputs = fromStruct(response.getReturn());
    return {
      outputs: containsSecrets(args) ? (mapChildren(outputs, secret) as Properties) : outputs,
      failures: response.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  /** Announces the provider's end. Returns whether the provider acknowledges it. */
  async cancel(): Promise<boolean> {
    const deadline = Date.now() + cancelTimeout;
    try {
      await unary((done) => this.client.cancel(new Empty(), new grpc.Metadata(), { deadline }, done));
      return true;
    } catch (error) {
      return isUnimplemented(error);
    }
  }

  close(): void {
    this.client.close();
  }

  /** A provider that answers a handshake supports previews. */
  private async supportsPreview(): Promise<boolean> {
    const response = await this.configured;
    return this.handshaken || response?.getSupportspreview() === true;
  }

  private async initializing<Response>(
    given: Properties,
    call: Parameters<typeof unary<Response>>[0],
  ): Promise<Response> {
    await this.configured;
    try {
      return await unary<Response>(call);
    } catch (error) {
      throw initErrorOf(error as grpc.ServiceError, given) ?? error;
    }
  }
}

interface Identified {
  setUrn(urn: string): unknown;
  setName?(name: string): unknown;
  setType?(type: string): unknown;
}

function identify<Request extends Identified>(request: Request, urn: string): Request {
  request.setUrn(urn);
  // Older versions have only the URN.
  request.setName?.(nameOf(urn));
  request.setType?.(typeOf(urn));
  return request;
}

function isUnimplemented(error: unknown): boolean {
  return (error as Partial<grpc.ServiceError>).code === grpc.status.UNIMPLEMENTED;
}

function checkedOf(response: messages.CheckResponse, news: Properties): Checked {
  return {
    inputs: annotateSecrets(fromStruct(response.getInputs()), news),
    failures: response.getFailuresList().map((failure) => failure.toObject()),
  };
}

/** Returns `undefined` when the provider doesn't know whether there is a difference. */
function differenceOf(response: messages.DiffResponse): Difference | undefined {
  const { DIFF_UNKNOWN, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  if (response.getChanges() === DIFF_UNKNOWN) return undefined;
  return {
    changes: response.getChanges() === DIFF_SOME,
    replaces: response.getReplacesList().length > 0,
  };
}

function toPlainStruct(properties: Properties): ReturnType<typeof toStruct> {
  return toStruct(plainProperties(properties));
}

/** Returns the error for a partial creation or update, which this header has by convention as a google.rpc.Status. */
function initErrorOf(error: grpc.ServiceError, given: Properties): InitError | undefined {
  const [header] = (error.metadata as grpc.Metadata | undefined)?.get("grpc-status-details-bin") ?? [];
  if (header === undefined) return undefined;
  for (const detail of Status.deserializeBinary(Buffer.from(header)).getDetailsList()) {
    const failure = detail.unpack(
      (bytes) => messages.ErrorResourceInitFailed.deserializeBinary(bytes),
      "pulumirpc.ErrorResourceInitFailed",
    );
    if (failure === null) continue;
    const outputs = annotateSecrets(fromStruct(failure.getProperties()), given);
    return new InitError(failure.getId(), outputs, failure.getReasonsList());
  }
  return undefined;
}

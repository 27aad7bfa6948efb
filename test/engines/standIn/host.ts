import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { channelOptions, unary } from "./grpcs";
import { NodeProcess } from "./processes";
import { type Project, resolvePulumi } from "./project";
import { type Checked, type Created, type Difference, InitError, type Provider, type Read } from "./provider";
import { fromStruct, toStruct } from "./struct";
import { nameOf, typeOf } from "../urns";
import { annotateSecrets, plainProperties, type Properties } from "./values";

export interface HostOptions {
  readonly project: Project;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The stack's whole config, which the dynamic provider receives. */
  readonly config: Properties;
  readonly onLine: (line: string) => void;
}

/**
 * Pulumi's own host of dynamic resources, in a separate process. The host accepts no secrets, so this class unwraps
 * them before a call, and wraps them again after it.
 */
export class DynamicProviderHost implements Provider {
  static async start({ project, environment, config, onLine }: HostOptions): Promise<DynamicProviderHost> {
    let onPort: (port: string) => void;
    const port = new Promise<string>((resolve) => (onPort = resolve));
    let listens = false;
    const child = new NodeProcess([resolvePulumi(project, "cmd/dynamic-provider"), "127.0.0.1:0"], {
      directory: project.programDirectory,
      environment: { ...environment, PULUMI_NODEJS_PROJECT: project.name },
      onLine: (line) => {
        if (listens || !/^\d+$/.test(line)) {
          onLine(line);
          return;
        }
        listens = true;
        onPort(line);
      },
    });
    const died = child.ended.then((code) => {
      throw new Error(`The host of dynamic resources ended (${code}) before it was ready.`);
    });
    try {
      const address = `127.0.0.1:${await Promise.race([port, died])}`;
      const host = new DynamicProviderHost(child, address);
      await host.configure(config);
      return host;
    } catch (error) {
      await child.stop();
      throw error;
    } finally {
      died.catch(() => undefined);
    }
  }

  private readonly client: ResourceProviderClient;

  private constructor(
    private readonly child: NodeProcess,
    address: string,
  ) {
    this.client = new ResourceProviderClient(address, grpc.credentials.createInsecure(), channelOptions);
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<number | string> {
    return this.child.ended;
  }

  /** Stops reading the process's output, as an engine that is killed does. */
  closeOutput(): void {
    this.child.closeOutput();
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.child.stop();
  }

  async check(urn: string, olds: Properties, news: Properties): Promise<Checked> {
    const request = identify(new messages.CheckRequest(), urn)
      .setOlds(toPlainStruct(olds))
      .setNews(toPlainStruct(news));
    const response = await unary<messages.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: annotateSecrets(fromStruct(response.getInputs()), news),
      failures: response.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  async diff(
    urn: string,
    id: string,
    oldInputs: Properties,
    oldOutputs: Properties,
    news: Properties,
  ): Promise<Difference> {
    const request = identify(new messages.DiffRequest(), urn)
      .setId(id)
      .setOldInputs(toPlainStruct(oldInputs))
      .setOlds(toPlainStruct(oldOutputs))
      .setNews(toPlainStruct(news));
    const response = await unary<messages.DiffResponse>((done) => this.client.diff(request, done));
    const { DIFF_UNKNOWN, DIFF_SOME } = messages.DiffResponse.DiffChanges;
    if (response.getChanges() === DIFF_UNKNOWN || response.getDeletebeforereplace()) {
      throw new Error("The stand-in doesn't know this answer to a diff: it needs the Pulumi CLI.");
    }
    return {
      changes: response.getChanges() === DIFF_SOME,
      replaces: response.getReplacesList().length > 0,
    };
  }

  async create(urn: string, inputs: Properties): Promise<Created> {
    const request = identify(new messages.CreateRequest(), urn).setProperties(toPlainStruct(inputs));
    const response = await this.initializing<messages.CreateResponse>(inputs, (done) =>
      this.client.create(request, done),
    );
    if (response.getId() === "") throw new Error(`plugin returned empty resource.ID from create '${urn}'`);
    return { id: response.getId(), outputs: annotateSecrets(fromStruct(response.getProperties()), inputs) };
  }

  async read(urn: string, id: string, inputs: Properties, outputs: Properties): Promise<Read> {
    const request = identify(new messages.ReadRequest(), urn)
      .setId(id)
      .setInputs(toPlainStruct(inputs))
      .setProperties(toPlainStruct(outputs));
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
  ): Promise<Properties> {
    const request = identify(new messages.UpdateRequest(), urn)
      .setId(id)
      .setOldInputs(toPlainStruct(oldInputs))
      .setOlds(toPlainStruct(oldOutputs))
      .setNews(toPlainStruct(news));
    const response = await this.initializing<messages.UpdateResponse>(news, (done) =>
      this.client.update(request, done),
    );
    return annotateSecrets(fromStruct(response.getProperties()), news);
  }

  async delete(urn: string, id: string, inputs: Properties, outputs: Properties): Promise<void> {
    const request = identify(new messages.DeleteRequest(), urn)
      .setId(id)
      .setOldInputs(toPlainStruct(inputs))
      .setProperties(toPlainStruct(outputs));
    await unary((done) => this.client.delete(request, done));
  }

  private async configure(config: Properties): Promise<void> {
    const request = new messages.ConfigureRequest().setArgs(toPlainStruct(config)).setAcceptsecrets(true);
    await unary((done) => this.client.configure(request, done));
  }

  private async initializing<Response>(
    given: Properties,
    call: Parameters<typeof unary<Response>>[0],
  ): Promise<Response> {
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

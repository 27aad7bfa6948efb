import * as grpc from "@grpc/grpc-js";
import { CheckFailure, InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Goal, goalOf, type InvokeGoal, invokeGoalOf, type ReadGoal, readGoalOf } from "./goal";
import { answer, channelOptions, listen } from "./grpcs";
import type { Invoked } from "./provider";
import type { State } from "./resourceState";
import { fromStruct, toStruct } from "./struct";
import { type Properties, withoutOutputValues } from "./values";

/** The functions of a deployment for its program. */
export interface Registrar {
  register(goal: Goal): Promise<State>;
  read(goal: ReadGoal): Promise<State>;
  registerOutputs(urn: string, outputs: Properties): Promise<void>;
  invoke(goal: InvokeGoal): Promise<Invoked>;
  /** The program calls this after its last registration. Resolves when the program may end. */
  finish(): Promise<void>;
}

/** The supported features of values. Without the first one, the program would send secrets in plain text. */
const features = ["secrets", "resourceReferences", "outputValues", "aliasSpecs"];

/** The engine's service `ResourceMonitor`, for the program. */
export class Monitor {
  static async serve(registrar: Registrar): Promise<Monitor> {
    const server = new grpc.Server(channelOptions);
    // The server returns UNIMPLEMENTED for any other method.
    server.addService(ResourceMonitorService, resourceMonitor(registrar));
    return new Monitor(server, await listen(server));
  }

  private constructor(
    private readonly server: grpc.Server,
    readonly address: string,
  ) {}

  stop(): void {
    this.server.forceShutdown();
  }
}

function resourceMonitor(registrar: Registrar): grpc.UntypedServiceImplementation {
  return {
    supportsFeature: answer((request: messages.SupportsFeatureRequest) =>
      Promise.resolve(new messages.SupportsFeatureResponse().setHassupport(features.includes(request.getId()))),
    ),

    getDeploymentInfo: answer(() => {
      const feature = messages.ResourceMonitorFeature;
      return Promise.resolve(
        new messages.DeploymentInfo().setSupportedfeaturesList([
          feature.RESOURCE_MONITOR_FEATURE_SECRETS,
          feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
          feature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
          feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
        ]),
      );
    }),

    registerResource: answer(async (request: messages.RegisterResourceRequest) => {
      const { urn, id, outputs, custom } = await registrar.register(goalOf(request));
      // The outputs of a component may refer to resources that aren't registered yet.
      const object = toStruct(custom ? outputs : {});
      return new messages.RegisterResourceResponse().setUrn(urn).setId(id).setObject(object);
    }),

    registerResourceOutputs: answer(async (request: messages.RegisterResourceOutputsRequest) => {
      await registrar.registerOutputs(request.getUrn(), withoutOutputValues(fromStruct(request.getOutputs())));
      return new Empty();
    }),

    readResource: answer(async (request: messages.ReadResourceRequest) => {
      const { urn, outputs } = await registrar.read(readGoalOf(request));
      return new messages.ReadResourceResponse().setUrn(urn).setProperties(toStruct(outputs));
    }),

    invoke: answer(async (request: messages.ResourceInvokeRequest) => {
      const { outputs, failures } = await registrar.invoke(invokeGoalOf(request));
      const failed = failures.map(({ property, reason }) => new CheckFailure().setProperty(property).setReason(reason));
      return new InvokeResponse().setReturn(toStruct(outputs)).setFailuresList(failed);
    }),

    signalAndWaitForShutdown: answer(async () => {
      await registrar.finish();
      return new Empty();
    }),
  };
}

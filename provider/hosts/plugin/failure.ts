import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { GrpcError } from "../grpcError";
import { structOf } from "./values";

/**
 * Returns an error in the form that gRPC sends. If the step left a resource, the engine keeps it with the error's
 * outputs, and the next `pulumi up` continues with an update.
 *
 * @param defaults the values of outputs that the error may lack
 */
export function failureOf(error: unknown, defaults: Readonly<Record<string, unknown>>): Partial<ServiceError> {
  const { message, id, properties = {}, reasons = [] } = new GrpcError(error, defaults);
  const metadata = new Metadata();
  if (id !== undefined) {
    const kept = new ErrorResourceInitFailed();
    kept.setId(id);
    kept.setProperties(structOf(properties));
    kept.setReasonsList(reasons);
    const detail = new Any();
    detail.pack(kept.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const details = new Status();
    details.setCode(status.UNKNOWN);
    details.setMessage(message);
    details.addDetails(detail);
    metadata.add("grpc-status-details-bin", Buffer.from(details.serializeBinary()));
  }
  return { code: status.UNKNOWN, details: message, message, metadata };
}

import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { isObject } from "../../resources/inputs/commonInputs";
import type { Properties } from "../../resources/state/record";
import { toJson } from "../plain";

/** The property that marks a secret, and the value that it has. Source: `rpc.ts` of Pulumi's Node.js SDK. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Returns the properties in a message. `null` and an absent property mean the same. */
export function propertiesIn(struct: Struct | undefined): Properties {
  const properties = struct?.toJavaScript() ?? {};
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

/** Returns a message with these properties. */
export function structOf(properties: Properties): Struct {
  return Struct.fromJavaScript(toJson(properties) as Record<string, JavaScriptValue>);
}

/** Returns a value without the envelope of a secret. */
export function revealed(value: unknown): unknown {
  return isObject(value) && value[signatureKey] === secretSignature ? value["value"] : value;
}

/** A property value in messages and in the state. It is JSON, in which a signature marks special objects. */
export type Value = null | boolean | number | string | readonly Value[] | Properties;

export interface Properties {
  readonly [name: string]: Value;
}

/** The placeholder for a value that a preview can't know. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key that marks a special object, and its value for each kind of object. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const referenceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

export function isObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: Value | undefined): value is Properties {
  return isObject(value) && value[signatureKey] === secretSignature;
}

export function secret(value: Value): Value {
  return isSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

export function containsSecrets(value: Value): boolean {
  return isSecret(value) || children(value).some(containsSecrets);
}

export function containsUnknown(value: Value): boolean {
  return value === unknown || children(value).some(containsUnknown);
}

/** Returns the value for a provider that accepts neither secrets nor resource references. */
export function plain(value: Value): Value {
  if (isSecret(value)) return plain(value["value"] ?? null);
  if (isObject(value) && value[signatureKey] === referenceSignature) return value["id"] ?? value["urn"] ?? null;
  return mapChildren(value, plain);
}

export function plainProperties(properties: Properties): Properties {
  return plain(properties) as Properties;
}

/** Replaces output values, which have their own dependencies, by secrets, unknown values or plain values. */
export function withoutOutputValues(properties: Properties): Properties {
  const flatten = (value: Value): Value => {
    if (!isObject(value) || value[signatureKey] !== outputSignature) return mapChildren(value, flatten);
    const inner = value["value"] === undefined ? unknown : flatten(value["value"]);
    return value["secret"] === true ? secret(inner) : inner;
  };
  return flatten(properties) as Properties;
}

/** Marks returned properties as secrets when the given properties of the same names contain secrets. */
export function annotateSecrets(returned: Properties, given: Properties): Properties {
  const annotated: Record<string, Value> = { ...returned };
  for (const [name, value] of Object.entries(given)) {
    const own = annotated[name];
    if (own === undefined || isSecret(own)) continue;
    if (isObject(own) && isObject(value) && !isSecret(value)) annotated[name] = annotateSecrets(own, value);
    else if (containsSecrets(value)) annotated[name] = secret(own);
  }
  return annotated;
}

export function mapChildren(value: Value, map: (child: Value) => Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map(map);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, map(child)]));
}

function children(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value as readonly Value[];
  return isObject(value) ? Object.values(value) : [];
}

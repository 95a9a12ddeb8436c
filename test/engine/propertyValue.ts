/** A property as it crosses Pulumi's protocols: plain data plus the signature objects and the unknown marker. */
export type PropertyValue = null | boolean | number | string | PropertyValue[] | PropertyMap;
export interface PropertyMap {
  [key: string]: PropertyValue;
}

/** What an unknown value looks like on the wire, in previews only. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
export const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

export function isPropertyMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Signed = PropertyMap & { [SIGNATURE_KEY]: string };

function hasSignature(value: PropertyValue | undefined, signature: string): value is Signed {
  return isPropertyMap(value) && value[SIGNATURE_KEY] === signature;
}

export function isSecret(value: PropertyValue | undefined): value is Signed {
  return hasSignature(value, SECRET_SIGNATURE);
}

export function makeSecret(value: PropertyValue): PropertyMap {
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

/** Rebuilds a map with `change` applied to each entry; the prototype is null-safe for keys such as `__proto__`. */
export function mapEntries(
  map: PropertyMap,
  change: (value: PropertyValue, key: string) => PropertyValue,
): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

/** What the engine keeps of a value the program sent: output values become secrets and unknowns, nulls go. */
export function fromProgram(map: PropertyMap): PropertyMap {
  return dropNulls(mapEntries(map, fromProgramValue));
}

function fromProgramValue(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(fromProgramValue);
  if (!isPropertyMap(value)) return value;
  if (hasSignature(value, OUTPUT_SIGNATURE)) {
    const inner = value.value === undefined ? UNKNOWN : fromProgramValue(value.value);
    return value.secret === true && !isSecret(inner) ? makeSecret(inner) : inner;
  }
  if (isSecret(value)) {
    const inner = fromProgramValue(value.value ?? null);
    return isSecret(inner) ? inner : makeSecret(inner);
  }
  return dropNulls(mapEntries(value, fromProgramValue));
}

function dropNulls(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}

/** The same value without secret marks, at any depth. */
export function withoutSecrets(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isPropertyMap(value)) return value;
  if (isSecret(value)) return withoutSecrets(value.value ?? null);
  return mapEntries(value, withoutSecrets);
}

/** What a provider that accepts neither secrets nor resources gets: plain text, and ids in place of references. */
export function forProvider(map: PropertyMap): PropertyMap {
  return mapEntries(map, forProviderValue);
}

function forProviderValue(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(forProviderValue);
  if (!isPropertyMap(value)) return value;
  if (isSecret(value)) return forProviderValue(value.value ?? null);
  if (hasSignature(value, RESOURCE_SIGNATURE)) {
    const reference = value.id === undefined ? value.urn : value.id === "" ? UNKNOWN : value.id;
    return reference ?? null;
  }
  return mapEntries(value, forProviderValue);
}

export function containsSecret(value: PropertyValue): boolean {
  return isSecret(value) || children(value).some(containsSecret);
}

export function containsUnknown(value: PropertyValue): boolean {
  return value === UNKNOWN || children(value).some(containsUnknown);
}

function children(value: PropertyValue): PropertyValue[] {
  if (Array.isArray(value)) return value;
  return isPropertyMap(value) ? Object.values(value) : [];
}

/**
 * Marks results that stand under the name of a secret input. Objects are compared key by key; anything else, an
 * array above all, becomes secret as a whole, since providers may reorder arrays.
 */
export function annotateSecrets(results: PropertyMap, inputs: PropertyMap): PropertyMap {
  return mapEntries(results, (result, key) => {
    const input = inputs[key];
    if (input === undefined || isSecret(result)) return result;
    if (isPropertyMap(result) && isPropertyMap(input) && !isSecret(input)) {
      return annotateSecrets(result, input);
    }
    return containsSecret(input) ? makeSecret(result) : result;
  });
}

/** Text in place of every secret, for anything that a person or a log may see. */
export function maskSecrets(value: PropertyValue): PropertyValue {
  if (isSecret(value)) return "[secret]";
  if (Array.isArray(value)) return value.map(maskSecrets);
  return isPropertyMap(value) ? mapEntries(value, maskSecrets) : value;
}

export function equalValues(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => equalValues(item, right[index]));
  }
  if (!isPropertyMap(left) || !isPropertyMap(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equalValues(left[key], right[key]))
  );
}

import { type Parsed, refused } from "../data/parsed.js";
import { shown, textOf } from "../data/problem.js";

// Istio sets these by `valueFrom`; with a `value` as well, Kubernetes rejects the pod
const fromThePod = [
  "POD_NAME",
  "POD_NAMESPACE",
  "INSTANCE_IP",
  "SERVICE_ACCOUNT",
  "HOST_IP",
  "ISTIO_CPU_LIMIT",
  "ISTIO_META_NODE_NAME",
  "GOMEMLIMIT",
  "GOMAXPROCS",
];
const istiosOwn = [
  ...fromThePod,
  "PROXY_CONFIG",
  "ISTIO_META_POD_PORTS",
  "ISTIO_META_APP_CONTAINERS",
  "ISTIO_META_INTERCEPTION_MODE",
];

/** Validates the name of a variable that users may set. `taken`: variable -> the setting to use instead. */
export function environmentName(
  taken: ReadonlyMap<string, string> = new Map(),
): (name: string) => Parsed<string> {
  return (name) => {
    const expected = "the name of an environment variable";
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,252}$/.test(name))
      return refused(name, expected, "use letters, digits and _, and don't start with a digit");
    if (istiosOwn.includes(name))
      return refused(
        name,
        `${expected} that Istio doesn't set itself`,
        "remove it: Istio needs its own value",
      );
    const setting = taken.get(name);
    return setting === undefined
      ? { value: name }
      : refused(name, `${expected} that no setting controls`, `use the setting ${setting} instead`);
  };
}

/** A variable's value. Numbers and booleans are converted to text. */
export function parseVariable(value: unknown): Parsed<string> {
  if (typeof value === "string") return { value };
  if (typeof value === "boolean" || (typeof value === "number" && isExact(value)))
    return { value: String(value) };
  if (value === null) return refused(value, "text", 'write "" for an empty one, or remove it');
  return refused(value, "text", `write it in quotes: ${shown(textOf(value))}`);
}

// a longer whole number has other digits by now
function isExact(value: number): boolean {
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
}

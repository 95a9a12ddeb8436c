import { type Parsed, refused } from "../data/parsed.js";
import { containsUnknown } from "../data/unknown.js";

/** A Kubernetes seccomp profile. It is one setting, since its two fields belong together. */
export interface SeccompProfile {
  type: "RuntimeDefault" | "Unconfined" | "Localhost";
  /** Path relative to the kubelet's seccomp profiles. Required with `Localhost`, otherwise not allowed. */
  localhostProfile?: string;
}

export function parseSeccompProfile(value: unknown): Parsed<SeccompProfile> {
  const expected =
    '{ type: "RuntimeDefault" }, { type: "Unconfined" } or { type: "Localhost", localhostProfile }';
  if (typeof value !== "object" || value === null)
    return refused(value, expected, "write an object with a type");
  if (containsUnknown(value)) return { value: value as SeccompProfile };
  const { type, localhostProfile, ...rest } = value as Record<string, unknown>;
  if (Object.keys(rest).length > 0) return refused(Object.keys(rest), expected, "remove the other keys");
  if (type === "Localhost") {
    return typeof localhostProfile === "string" &&
      localhostProfile !== "" &&
      !/^\/|\.\./.test(localhostProfile)
      ? { value: { type, localhostProfile } }
      : refused(value, expected, "set localhostProfile to a path relative to the kubelet's seccomp profiles");
  }
  if (type !== "RuntimeDefault" && type !== "Unconfined")
    return refused(value, expected, "use one of Kubernetes' types");
  return localhostProfile === undefined
    ? { value: { type } }
    : refused(value, expected, "remove localhostProfile, which is only for type Localhost");
}

import { type Parsed, refused } from "../data/parsed.js";

/** Kubernetes' seccomp profile. A profile is one setting: its two fields make no sense apart. */
export interface SeccompProfile {
  type: "RuntimeDefault" | "Unconfined" | "Localhost";
  /** The file below the kubelet's profiles; with `Localhost`, and only there. */
  localhostProfile?: string;
}

export function parseSeccompProfile(value: unknown): Parsed<SeccompProfile> {
  const expected =
    '{ type: "RuntimeDefault" }, { type: "Unconfined" } or { type: "Localhost", localhostProfile }';
  if (typeof value !== "object" || value === null)
    return refused(value, expected, "write an object with a type");
  const { type, localhostProfile, ...rest } = value as Record<string, unknown>;
  if (Object.keys(rest).length > 0) return refused(Object.keys(rest), expected, "take the other keys out");
  if (type === "Localhost") {
    return typeof localhostProfile === "string" &&
      localhostProfile !== "" &&
      !/^\/|\.\./.test(localhostProfile)
      ? { value: { type, localhostProfile } }
      : refused(value, expected, "name the profile's file, relative to the kubelet's profiles");
  }
  if (type !== "RuntimeDefault" && type !== "Unconfined")
    return refused(value, expected, "use one of Kubernetes' types");
  return localhostProfile === undefined
    ? { value: { type } }
    : refused(value, expected, "localhostProfile goes with Localhost only");
}

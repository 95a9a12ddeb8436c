import type { ResourceValidationPolicy } from "@pulumi/policy";
import { type LayerProperties, settingsLayerTypes, targetOf, unlessUnknown } from "./settingsLayer";

const everything = ["0.0.0.0/0", "::/0"];
const excludes = [
  ["capture", "excludeOutboundIPRanges"],
  ["alwaysExclude", "outboundIPRanges"],
] as const;
const includes = ["includeOutboundIPRanges", "includeInboundPorts"] as const;

/** Nobody takes all traffic past the sidecar, which would leave a mesh without policies, telemetry and mutual TLS. */
export const captureSomething: ResourceValidationPolicy = {
  name: "capture-something",
  description: "Not all traffic of a namespace goes past the sidecar.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, reportViolation) => {
    if (!settingsLayerTypes.includes(type)) return;
    const layer = props as LayerProperties;
    unlessUnknown(() => {
      for (const [group, list] of excludes) {
        const found = (layer[group]?.[list] ?? "").split(",").filter((range) => everything.includes(range));
        if (found.length > 0)
          reportViolation(
            `${targetOf(layer)}: ${group}.${list} has ${found.join(" and ")}, which is everything: name the ranges`,
          );
      }
      for (const list of includes) {
        // an empty list is a value of its own: nothing is captured
        if (layer.capture?.[list] === "")
          reportViolation(
            `${targetOf(layer)}: capture.${list} is empty, which captures nothing: name what is captured`,
          );
      }
    });
  },
};

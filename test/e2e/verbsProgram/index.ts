import * as pulumi from "@pulumi/pulumi";
import { NamespaceSidecarSettings } from "pulumi-istio-sidecar";
import type { Component } from "./Component";

class Team extends pulumi.ComponentResource {
  constructor(name: string) {
    super("verbs:index:Team", name);
  }
}

const config = new pulumi.Config();
const components = JSON.parse(config.require("components")) as Component[];
const secret = config.getSecret("variable");
const logLevel = config.get("transformedLogLevel");

// what a platform team does for all components of a stack
if (logLevel !== undefined)
  pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
    type === "istio-sidecar:index:NamespaceSidecarSettings" || type.includes("SettingsLayer")
      ? { props: { ...props, logLevel }, opts }
      : undefined,
  );

/** Component -> workloads that its last rollout restarted. */
export const rolledOut: Record<string, pulumi.Output<number>> = {};
const parents = new Map<string, Team>();
for (const { name, namespace, cpu, parent, aliases, protect, ignoreChanges, rollout } of components) {
  const team = parent === undefined ? undefined : (parents.get(parent) ?? new Team(parent));
  if (parent !== undefined && team) parents.set(parent, team);
  const settings = new NamespaceSidecarSettings(
    name,
    {
      namespace,
      injectorTimeout: "30s",
      proxyResources: { limits: { cpu } },
      rollout: rollout ?? {},
      ...(secret ? { env: { TOKEN: secret } } : {}),
    },
    {
      ...(team ? { parent: team } : {}),
      ...(aliases
        ? { aliases: aliases.map((former) => ({ name: former, parent: pulumi.rootStackResource })) }
        : {}),
      ...(protect ? { protect } : {}),
      ...(ignoreChanges ? { ignoreChanges } : {}),
    },
  );
  rolledOut[name] = settings.rollout.apply((summary) => summary?.restarted);
}

import * as pulumi from "@pulumi/pulumi";
import { GlobalSidecarSettings, NamespaceSidecarSettings } from "pulumi-istio-sidecar";
import { namespaceSettings } from "../exampleSettings";
import { namespaceNames } from "../namespaceNames";
import { Nothing } from "./Nothing";

const config = new pulumi.Config();
const names = namespaceNames(config.requireNumber("namespaces"), config.require("prefix"));

/** A component as ours is, with as many resources below it, in the same order. */
class NothingAtAll extends pulumi.ComponentResource {
  constructor(name: string, settings: object) {
    super("bench:index:NothingAtAll", name);
    const layer = new Nothing(`${name}-layer`, { namespace: name, ...settings }, { parent: this });
    new Nothing(`${name}-rollout`, { namespace: name }, { parent: this, dependsOn: [layer] });
  }
}

if (config.require("resources") === "global")
  new GlobalSidecarSettings("mesh", { proxyResources: { limits: { cpu: config.require("cpu") } } });
else createForNamespaces();

function createForNamespaces(): void {
  for (const [at, namespace] of names.entries()) {
    const settings = namespaceSettings(at % 50);
    // published ConfigMaps are the Kubernetes provider's work: they are left out of both
    if (config.require("resources") === "settings")
      new NamespaceSidecarSettings(namespace, { namespace, publish: false, ...settings });
    else new NothingAtAll(namespace, settings);
  }
}

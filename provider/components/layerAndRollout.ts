import * as pulumi from "@pulumi/pulumi";
import { recordOf } from "../data/isRecord.js";
import { urnParts } from "../data/urnParts.js";
import { type RolloutOptions, rolloutOptionNames } from "../levels/RolloutOptions.js";
import { settingsAmong } from "../settings/settingsInputs.js";
import { clusterOf } from "./clusterOf.js";
import { SettingsLayer, SidecarRollout } from "./ProvidedResource.js";
import type { GlobalSidecarSettingsArgs } from "./SidecarSettingsArgs.js";
import { withDefault } from "./withDefault.js";
import { withoutSecrets } from "./withoutSecrets.js";

/** The two resources of each level: its settings in the injector, and the rollout that follows. */
export function layerAndRollout(
  component: pulumi.ComponentResource,
  name: string,
  namespace: pulumi.Input<unknown> | undefined,
  args: GlobalSidecarSettingsArgs,
  { ignoreChanges }: Pick<pulumi.ComponentResourceOptions, "ignoreChanges"> = {},
  picker: pulumi.Inputs = {},
): { target: pulumi.Inputs; layer: SettingsLayer; rollout: SidecarRollout } {
  const ignored = ignoredInputs(ignoreChanges);
  const otherwise = () => clusterOf(component, name);
  const { workloadName, ...plain } = withoutSecrets(component, name, {
    ...settingsAmong({ ...args }),
    ...(namespace === undefined ? {} : { namespace }),
    ...picker,
    injector: args.injector ?? {},
    rollout: args.rollout ?? {},
    ...(args.injectorTimeout === undefined ? {} : { injectorTimeout: args.injectorTimeout }),
  });
  const target = {
    ...(namespace === undefined ? {} : { namespace: plain.namespace }),
    injector: plain.injector,
    cluster: args.cluster === undefined ? otherwise() : withDefault(args.cluster, otherwise),
  };
  const workload = workloadName === undefined ? {} : { workload: workloadName };
  const layer = new SettingsLayer(
    `${name}-layer`,
    { ...target, ...plain, ...workload, owner: ownerOf(name, component) },
    { parent: component, ignoreChanges: ignored.layer },
  );
  const rollout = new SidecarRollout(
    `${name}-rollout`,
    { ...target, ...workload, ...(args.rollout === undefined ? {} : spread(plain.rollout)) },
    { parent: component, dependsOn: [layer], ignoreChanges: ignored.rollout },
  );
  return { target, layer, rollout };
}

/** The `ignoreChanges` of a component for each of its resources, which Pulumi applies to the component alone. */
function ignoredInputs(given: readonly string[] = []): { layer: string[]; rollout: string[] } {
  const layer = given.map((path) => path.replace(/^workloadName$/, "workload"));
  const rollout = layer.flatMap((path): readonly string[] => {
    if (path === "rollout") return rolloutOptionNames;
    if (path.startsWith("rollout.")) return [path.slice("rollout.".length)];
    // a workload's selector is no option of its rollout
    return /^(\*|namespace|workload|injector|cluster)(?![a-z])/i.test(path) ? [path] : [];
  });
  return { layer, rollout };
}

/**
 * The owner of a component's layer: its name in this stack. Includes the types of its parents, like its URN: to Pulumi, a component that
 * moves is a new resource, and the old one is deleted after the new one has written.
 */
export function ownerOf(name: string, component: pulumi.Resource): pulumi.Output<string> {
  // a promise, since with an Output the child would depend on its component, which to Pulumi means all children, including itself
  const urn = new Promise<string>((resolve) => {
    component.urn.apply(resolve);
  });
  return pulumi.output(
    urn.then((known) => {
      const parents = urnParts(known).types.slice(0, -1);
      return stackOwner([...parents, name].join("/"));
    }),
  );
}

/** The owner of a component without a parent. */
export function stackOwner(name: string): string {
  return `${organization()}/${pulumi.getProject()}/${pulumi.getStack()}:${name}`;
}

/** Mocks in programs' unit tests have none, and the SDK throws then; a backend without organizations calls its own so. */
function organization(): string {
  try {
    return pulumi.getOrganization();
  } catch {
    return "organization";
  }
}

/** Makes the arguments' kubeconfig secret, so that neither the component nor its children show credentials. */
export function withSealedKubeconfig<Args extends GlobalSidecarSettingsArgs>(args: Args): Args {
  if (args.cluster === undefined) return args;
  const cluster = pulumi
    .output(args.cluster as pulumi.Input<object | string>)
    // text is a kubeconfig in the wrong place, which Pulumi quotes when it is refused
    .apply((access) =>
      typeof access === "string" || recordOf(access).kubeconfig !== undefined
        ? pulumi.secret(access)
        : pulumi.output(access),
    );
  return { ...args, cluster };
}

function spread(rollout: pulumi.Input<RolloutOptions>): pulumi.Inputs {
  const options = pulumi.output(rollout);
  return Object.fromEntries(
    rolloutOptionNames.map((name) => [name, options.apply((value) => value?.[name])]),
  );
}

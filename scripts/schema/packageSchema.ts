import type { RolloutOptions } from "../../provider/levels/RolloutOptions";
import type { JsonSchema } from "../../provider/settings/JsonSchema";
import { explainSchema, type FunctionSpec } from "./explainSchema";
import { helmValuesSchema } from "./helmValuesSchema";
import { platformSchema } from "./platformSchema";
import {
  anyMap,
  capital,
  type NamedType,
  names,
  type PropertySpec,
  plain,
  SchemaTypes,
  text,
  typed,
  whole,
} from "./schemaTypes";

/** A component in Pulumi's package schema. */
interface ComponentSpec {
  isComponent: true;
  description: string;
  inputProperties: Record<string, PropertySpec>;
  requiredInputs?: string[];
  properties: Record<string, PropertySpec>;
  required: string[];
}

/** The parts of the schema that tests read. */
interface PackageSpec extends Readonly<Record<string, unknown>> {
  config: { variables: Record<string, PropertySpec> };
  types: Record<string, NamedType>;
  resources: Record<string, ComponentSpec>;
  functions: Record<string, FunctionSpec>;
}

/** Pulumi's schema of the package, from which its SDKs are generated: every setting follows from its declaration. */
export function packageSchema(version: string): PackageSpec {
  const { $defs, properties } = platformSchema() as {
    $defs: Record<string, JsonSchema>;
    properties: Record<string, JsonSchema>;
  };
  const definitions: Record<string, JsonSchema> = {
    ...$defs,
    rollout: describedRollout($defs.rollout ?? {}),
  };
  const types = new SchemaTypes(
    definitions,
    (definition) => typeNames[definition] ?? settingType(definition),
  );
  const inputs = (schema: JsonSchema): Record<string, PropertySpec> =>
    Object.fromEntries(
      Object.entries(schema.properties as Record<string, JsonSchema>).map(([key, value]) => [
        key,
        types.property({ ...definitions[definitionOf(value)], ...value }, settingType(key)),
      ]),
    );
  types.types["istio-sidecar:index:Cluster"] = cluster;
  const target = {
    cluster: typed("Cluster", "Default: the cluster in the provider's configuration."),
  };
  const level = (schema: JsonSchema | undefined, more: Record<string, PropertySpec> = {}) => ({
    ...inputs(schema ?? {}),
    ...target,
    ...more,
  });
  const namespace = text("The namespace of the pods. Changing it moves the settings.");
  const publish: PropertySpec = {
    ...plain({ type: "boolean" }),
    description:
      "Whether the effective settings are published as ConfigMap `sidecar-settings` in the namespace, for teams without access to Istio's.",
    default: true,
  };
  const mesh = Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      key === "cluster"
        ? plain(target.cluster)
        : plain(types.property({ ...definitions[definitionOf(value)], ...value }, meshType(key))),
    ]),
  );
  const outputs: Record<string, PropertySpec> = {
    effective: anyMap("Settings after merging with the weaker levels, in canonical form."),
    sources: names("Setting path to the level that its effective value comes from."),
    rollout: typed(
      "RolloutSummary",
      "What this level's last rollout did: how many workloads it restarted, which are waiting and why.",
    ),
  };
  const component = (
    description: string,
    inputProperties: Record<string, PropertySpec>,
    requiredInputs: string[],
    its: Record<string, PropertySpec> = outputs,
  ): ComponentSpec => ({
    isComponent: true,
    description,
    inputProperties,
    ...(requiredInputs.length > 0 ? { requiredInputs } : {}),
    properties: its,
    required: Object.keys(its),
  });
  types.types["istio-sidecar:index:RolloutSummary"] = rolloutSummary;
  const explain = explainSchema(types);
  return {
    name: "istio-sidecar",
    displayName: "Istio sidecar settings",
    version,
    description: "Istio sidecar settings for the mesh, a namespace or a workload, as Pulumi resources",
    keywords: [
      "pulumi",
      "istio",
      "sidecar",
      "kubernetes",
      "service-mesh",
      "category/infrastructure",
      "kind/component",
    ],
    license: "Apache-2.0",
    meta: { moduleFormat: "(.*)" },
    // with names, which Pulumi would otherwise derive from the owner of the repository that a plugin is cloned from
    language: {
      csharp: { respectSchemaVersion: true, rootNamespace: "Pulumi" },
      go: {
        respectSchemaVersion: true,
        generateResourceContainerTypes: true,
        modulePath: "example.com/pulumi-istio-sidecar/sdk/go",
      },
      java: { basePackage: "com.pulumi" },
      nodejs: { respectSchemaVersion: true, packageName: "@pulumi/istio-sidecar" },
      python: {
        respectSchemaVersion: true,
        packageName: "pulumi_istio_sidecar",
        pyproject: { enabled: true },
      },
    },
    config: { variables: configuration },
    provider: {
      description: "Configuration shared by all sidecar settings of a program: the cluster, and which Istio.",
      inputProperties: configuration,
    },
    types: types.types,
    resources: {
      "istio-sidecar:index:GlobalSidecarSettings": component(
        "Sidecar settings for every namespace of the mesh. Weaker than a namespace's, stronger than what Istio was installed with.",
        level(properties.global),
        [],
      ),
      "istio-sidecar:index:NamespaceSidecarSettings": component(
        "Sidecar settings for one namespace. Stronger than the global ones, weaker than a pod's own annotations.",
        level($defs.namespace, { namespace, publish }),
        ["namespace"],
      ),
      "istio-sidecar:index:WorkloadSidecarSettings": component(
        "Sidecar settings for the pods in a namespace that a label selector matches, including pods created later. Stronger than the namespace's, " +
          "weaker than a pod's own annotations.",
        level($defs.workload, {
          namespace,
          workloadName: text(
            "Its name, unique among the namespace's workload settings, no matter who manages them. Default: the resource's name.",
          ),
        }),
        ["namespace", "selector"],
      ),
      "istio-sidecar:index:SidecarMesh": component(
        "All levels of a mesh as plain data, optionally rolled out in waves: the contents of a settings.yaml.",
        mesh,
        [],
        {
          effective: {
            type: "object",
            additionalProperties: { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" } },
            description: "Settings after merging, by the name of the level's component.",
          },
          rollouts: {
            type: "object",
            additionalProperties: { $ref: "#/types/istio-sidecar:index:RolloutSummary" },
            description: "What the last rollout did, by the name of the level's component.",
          },
        },
      ),
    },
    functions: {
      "istio-sidecar:index:explain": explain,
      "istio-sidecar:index:helmValues": helmValuesSchema(types, mesh),
    },
  };
}

/** Definition in the JSON Schema -> its type here. */
const typeNames: Readonly<Record<string, string>> = {
  injector: "Injector",
  rollout: "RolloutOptions",
  selector: "LabelSelector",
  injectorTimeout: "InjectorTimeout",
  namespace: "MeshNamespace",
  workload: "MeshWorkload",
};

function settingType(definition: string): string {
  return capital(definition.replace("settings.", ""));
}

function meshType(part: string): string {
  return part === "global" ? "MeshGlobal" : settingType(part);
}

function definitionOf({ $ref }: JsonSchema): string {
  return typeof $ref === "string" ? $ref.replace("#/$defs/", "") : "";
}

const configuration: Record<string, PropertySpec> = {
  context: text(
    "A context of the kubeconfig. Default: the stack's `kubernetes:context`, then the kubeconfig's current one.",
  ),
  kubeconfig: {
    type: "string",
    secret: true,
    description:
      "The contents or the path of a kubeconfig. Default: the stack's `kubernetes:kubeconfig`, then the same as kubectl.",
  },
  injectorNamespace: text("Where istiod runs. Default: istio-system."),
  injectorRevision: text("As in `istioctl install --revision`. Default: none."),
};

const cluster: NamedType = {
  type: "object",
  description: "Which cluster, and with which credentials.",
  properties: {
    context: text("Default: the kubeconfig's current context."),
    kubeconfig: {
      type: "string",
      secret: true,
      description: "The contents or the path of a kubeconfig.",
    },
  },
};

const rolloutSummary: NamedType = {
  type: "object",
  description: "What a rollout did.",
  properties: {
    restarted: whole("How many workloads it restarted."),
    current: whole("How many workloads already had the settings."),
    masked: whole("How many workloads' own annotations win."),
    waiting: names("`namespace/Kind/name` to why a stale workload was not restarted."),
    failed: names("`namespace/Kind/name` to why it failed."),
    notStarted: whole("How many stale workloads were not started because another one failed."),
    overruled: names("`namespace/Kind/name` to what its settings promise and its new pods don't show."),
    unmanaged: names(
      "`namespace/Kind/name` to pods with earlier settings that no restart replaces, and why.",
    ),
  },
  required: ["restarted", "current", "masked", "waiting", "failed", "notStarted"],
};

const duration = { anyOf: [{ type: "integer" }, { type: "string" }] };

/** Values that are checked at run time may be any text. Without defaults, which SDKs would send: options of weaker levels would never apply. */
function describedRollout({ properties, ...rollout }: JsonSchema): JsonSchema {
  const own = properties as Record<keyof RolloutOptions, JsonSchema>;
  return {
    ...rollout,
    properties: Object.fromEntries(
      Object.entries(optionTexts).map(([name, description]) => {
        if (name === "selector") return [name, { $ref: "#/$defs/selector", description }];
        const { default: _, ...schema } = own[name as keyof RolloutOptions];
        return [name, { ...(Object.keys(schema).length === 0 ? duration : schema), description }];
      }),
    ),
  };
}

const optionTexts: Record<keyof RolloutOptions, string> = {
  strategy:
    "`restart`: sets an annotation on the pod template, like `kubectl rollout restart`. `evict`: evicts stale pods one at a time through the " +
    "Eviction API. `none`: restarts nothing; pods get the settings when they are next created. Default: restart.",
  maxConcurrent: "How many workloads of this level restart at once. Default: 3.",
  pauseBetween: "How long to wait after each workload before the next one starts. Default: 0s.",
  timeoutPerWorkload:
    "How long a workload may go without another pod being replaced and ready. Default: 10m.",
  onFailure:
    "What to do after a workload fails. `stop`: start no more restarts. `continue`: restart the others anyway. `rollback`: stop, and roll " +
    "back the settings. Default: stop.",
  restartOn:
    "What else counts as a difference: `image`, so that Istio upgrades are rolled out. Default: nothing.",
  selector: "Selects by their labels the workloads to restart. Default: every workload.",
  restartUnhealthy: "Whether to restart workloads that are not ready, too. Default: false.",
  deleteBarePods:
    "Whether to delete pods without a controller if their sidecar has earlier settings. Default: false.",
};

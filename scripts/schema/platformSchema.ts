import { z } from "zod";
import { Rollout } from "../../provider/levels/RolloutOptions";
import { type LevelPlace, levelKeys } from "../../provider/platformFile/levelArguments";
import type { platformFileKeys } from "../../provider/platformFile/platformFileKeys";
import { declarations } from "../../provider/settings/declarations";
import type { JsonSchema } from "../../provider/settings/JsonSchema";
import { releasesText } from "../../provider/settings/releaseFacts";

const empty = (schema: JsonSchema): JsonSchema => ({ ...schema, type: [schema.type, "null"] });
const text = (description: string): JsonSchema => ({ type: "string", minLength: 1, description });

/** The JSON Schema of settings files, for editors. Settings are derived from their declarations. */
export function platformSchema(): JsonSchema {
  const parts: Record<(typeof platformFileKeys)[number], JsonSchema> = {
    injector: { $ref: "#/$defs/injector" },
    cluster: object("Which cluster. Default: the stack's kubernetes:context, then the same as kubectl.", {
      context: text("A context of the kubeconfig. Default: the current one."),
      kubeconfig: text("The path of a kubeconfig. Default: KUBECONFIG, then ~/.kube/config."),
    }),
    injectorTimeout: { $ref: "#/$defs/injectorTimeout" },
    rollout: { $ref: "#/$defs/rollout" },
    global: empty({ ...level("global"), description: "Settings for all namespaces of the mesh." }),
    namespaces: empty({
      type: "object",
      description: "Settings for namespaces, by name. They override the global ones.",
      propertyNames: { pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" },
      additionalProperties: { $ref: "#/$defs/namespace" },
    }),
    workloads: empty({
      type: "object",
      description:
        "Settings for the pods that a selector matches, by a name of your choice. They override the namespace's.",
      propertyNames: { pattern: "^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$" },
      additionalProperties: { $ref: "#/$defs/workload" },
    }),
    waves: empty({
      type: "array",
      description:
        "Lists of namespaces to roll out one after the other: a wave starts once the workloads of the previous one have their new pods. Namespaces in no wave follow, then the global settings.",
      items: { type: "array", items: { type: "string" } },
      examples: [[["canary"], ["shop", "cart"]]],
    }),
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Istio sidecar settings",
    ...empty(object("What pulumi up applies to a mesh.", parts)),
    $defs: {
      injector: object("Which Istio. Default: istio-system, no revision.", {
        namespace: text("Where istiod runs. Default: istio-system."),
        revision: text("As in istioctl install --revision. Default: none."),
      }),
      injectorTimeout: {
        description: "How long the injector may take to apply new settings. Default: 300s.",
        anyOf: [
          { type: "integer", minimum: 1, maximum: 86400 },
          { type: "string", pattern: "^([0-9]+(ms|h|m|s))+$" },
        ],
      },
      rollout: rolloutSchema(),
      namespace: empty(level("namespace")),
      workload: { ...level("workload"), required: ["namespace", "selector"] },
      selector: labelSelector,
      ...settingDefinitions(),
    },
  };
}

function rolloutSchema(): JsonSchema {
  const { $schema, properties, ...schema } = z.toJSONSchema(Rollout, { io: "input" }) as JsonSchema;
  return {
    ...schema,
    properties: {
      ...(properties as object),
      selector: {
        ...labelSelector,
        description: "Selects by their labels the workloads to restart. Default: all.",
        minProperties: 0,
      },
    },
    description: "How workloads whose sidecar changes are restarted.",
  };
}

const labels: JsonSchema = { type: "object", additionalProperties: { type: "string" } };
const labelSelector: JsonSchema = {
  ...object("The pods' labels, as in a Deployment's selector.", {
    matchLabels: labels,
    matchExpressions: {
      type: "array",
      items: {
        ...object(undefined, {
          key: { type: "string" },
          operator: { enum: ["In", "NotIn", "Exists", "DoesNotExist"] },
          values: { type: "array", items: { type: "string" } },
        }),
        required: ["key", "operator"],
      },
    },
  }),
  minProperties: 1,
};

function level(is: LevelPlace["is"]): JsonSchema {
  const others: Record<string, JsonSchema> = {
    injector: { $ref: "#/$defs/injector" },
    injectorTimeout: { $ref: "#/$defs/injectorTimeout" },
    rollout: { $ref: "#/$defs/rollout" },
    namespace: { type: "string", description: "The namespace of the pods." },
    selector: { $ref: "#/$defs/selector" },
    priority: {
      type: "integer",
      minimum: 0,
      maximum: 1_000_000,
      description:
        "If several workload settings of a namespace match a pod, the higher priority wins. Default: 0.",
    },
    publish: {
      type: "boolean",
      description: "Whether the namespace gets a ConfigMap with its effective settings. Default: true.",
    },
  };
  const groups = new Set(declarations.map(({ path }) => groupOf(path)));
  return object(undefined, {
    ...Object.fromEntries([...groups].map((group) => [group, { $ref: `#/$defs/settings.${group}` }])),
    ...Object.fromEntries(levelKeys(is).map((key) => [key, others[key] ?? {}])),
  });
}

/** `settings.<group>` -> the schema of everything below it, as shared definitions. */
function settingDefinitions(): Record<string, JsonSchema> {
  const definitions: Record<string, JsonSchema> = {};
  for (const { path, schema, about, open } of declarations) {
    const releases = releasesText(path);
    const described = { description: `${sentence(about.summary)}${releases ? ` Istio ${releases}.` : ""}` };
    const value = open
      ? { type: "object", additionalProperties: schema, ...described }
      : { ...schema, ...described };
    const keys = path.split(".");
    let at = definitions;
    for (const [depth, key] of keys.entries()) {
      const name = depth === 0 ? `settings.${key}` : key;
      if (depth === keys.length - 1) at[name] = value;
      else {
        at[name] ??= object(undefined, {});
        at = at[name].properties as Record<string, JsonSchema>;
      }
    }
  }
  return definitions;
}

function object(description: string | undefined, properties: Record<string, JsonSchema>): JsonSchema {
  return { type: "object", ...(description ? { description } : {}), properties, additionalProperties: false };
}

function groupOf(path: string): string {
  return path.split(".")[0] ?? path;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

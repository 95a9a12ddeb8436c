import { stringify } from "yaml";
import { z } from "zod";
import { compose } from "../../configMap/compose.js";
import { layersOf } from "../../configMap/layersOf.js";
import { InjectorRefusal, named } from "../../data/InjectorRefusal.js";
import { yamlData } from "../../data/spliceMap.js";
import { type InjectorConfigMap, injectorName, readInjector } from "../../injector/Injector.js";
import { layersOfFile } from "../../platformFile/layersOfFile.js";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import { connectAs, type GlobalOptions, type OutputFormat } from "../GlobalOptions.js";
import type { Io } from "../Io.js";
import { readSettingsFile, readText } from "../readText.js";

export const renderFormats = ["yaml", "json"] as const;

/** Prints the injector's ConfigMap as it would be with a settings file; layers of other owners are kept. */
export async function render(
  io: Io,
  file: string,
  options: GlobalOptions & { output: OutputFormat; configmap?: string },
): Promise<ExitCode> {
  const plans = layersOfFile(await readSettingsFile(io, file), () => file);
  const rendered: object[] = [];
  for (const { injector, layers } of plans) {
    const found: Found =
      options.configmap === undefined
        ? await readInjector(await connectAs(io, options), injector)
        : await configMapIn(io, options.configmap);
    // existing layers keep their owners: rendering claims nothing
    const current = layersOf(found.data);
    const owned = Object.fromEntries(
      Object.entries(layers).map(([target, layer]) => [
        target,
        { ...layer, owner: current[target]?.owner ?? layer.owner },
      ]),
    );
    const { name, namespace, labels } = found.metadata;
    rendered.push({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: namespace ?? injector.namespace, ...(labels ? { labels } : {}) },
      data: {
        ...found.others,
        ...named(`${namespace ?? injector.namespace}/${name}`, () =>
          compose(found.data, { ...current, ...owned }),
        ),
      },
    });
    if (options.configmap !== undefined && plans.length > 1)
      throw new InjectorRefusal(
        `${file} has settings for ${plans.map((plan) => injectorName(plan.injector)).join(" and ")}, and --configmap is one of them: render from the cluster`,
      );
  }
  io.out(
    options.output === "json"
      ? rendered.map((one) => `${JSON.stringify(one, undefined, 2)}\n`).join("")
      : rendered.map((one) => stringify(one, { lineWidth: 0, blockQuote: "literal" })).join("---\n"),
  );
  return exitCodes.done;
}

const ConfigMap = z.object({
  metadata: z
    .object({
      name: z.string().optional(),
      namespace: z.string().optional(),
      labels: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  data: z.object({ config: z.string(), values: z.string() }).catchall(z.string()),
});

type Found = Pick<InjectorConfigMap, "metadata" | "data"> & { others?: Record<string, string> };

async function configMapIn(io: Io, path: string): Promise<Found> {
  const read = ConfigMap.safeParse(yamlData(await readText(io, path), path));
  if (!read.success) {
    throw new InjectorRefusal(
      `${path}: expected the ConfigMap of an injector, as kubectl get configmap istio-sidecar-injector -n istio-system -o yaml prints it, got no data.config and data.values`,
    );
  }
  const { metadata, data } = read.data;
  const { config, values, ...others } = data;
  return {
    metadata: { name: "istio-sidecar-injector", ...metadata } as InjectorConfigMap["metadata"],
    data: { config, values },
    others,
  };
}

import { randomUUID } from "node:crypto";
import { DynamicProvider } from "./dynamicProvider";
import type { Journal } from "./journal";
import { KubernetesProvider } from "./kubernetesProvider";
import type { ProgramSettings } from "./programSettings";
import { diffInputs } from "./propertyDiff";
import { forProvider, type PropertyMap } from "./propertyValue";
import { ProviderProcess } from "./providerProcess";
import type { ExistingResource, ResourceProvider } from "./resourceProvider";
import { providerUrn, type ResourceState } from "./resourceState";
import { urnType } from "./urn";

const PROVIDER_TYPE_PREFIX = "pulumi:providers:";

export interface RegistryParts {
  settings: ProgramSettings;
  journal: Journal;
  /** The address given to provider processes; they print it in errors and call nothing on it. */
  engineAddress: () => string;
  onProviderStart?: ((pid: number) => void) | undefined;
}

/** Finds the provider of a type, starting it when it is first needed. */
export class ProviderRegistry {
  private dynamic: Promise<ProviderProcess> | undefined;
  private readonly explicit = new Map<string, ResourceProvider>();
  private defaultKubernetes: ResourceProvider | undefined;

  constructor(private readonly parts: RegistryParts) {}

  async forResource(type: string, reference: string | undefined): Promise<ResourceProvider> {
    if (type.startsWith(PROVIDER_TYPE_PREFIX)) return providerResources;
    const wanted = type.split(":", 1)[0] ?? "";
    if (reference) {
      const found = urnType(providerUrn(reference)).slice(PROVIDER_TYPE_PREFIX.length);
      if (found !== wanted) throw new Error(`a provider for package "${found}" can't be used for ${type}`);
    }
    if (wanted === "pulumi-nodejs") return new DynamicProvider(await this.dynamicProcess());
    if (wanted === "kubernetes") return this.kubernetes(reference);
    throw new Error(`the test engine has no provider for package "${wanted}" (${type})`);
  }

  /** Makes a provider resource usable for the resources that name it. */
  adopt(state: ResourceState): void {
    if (!state.type.startsWith(PROVIDER_TYPE_PREFIX)) return;
    if (state.type === "pulumi:providers:kubernetes") {
      this.explicit.set(state.urn, new KubernetesProvider(this.withAmbient(forProvider(state.inputs))));
    }
  }

  async close(): Promise<void> {
    const running = await this.dynamic?.catch(() => undefined);
    await running?.close();
  }

  private dynamicProcess(): Promise<ProviderProcess> {
    const { settings, journal, engineAddress, onProviderStart } = this.parts;
    this.dynamic ??= ProviderProcess.start(settings, engineAddress(), {
      onLine: (line) => journal.diagnose("info", line),
      onStart: onProviderStart,
    });
    return this.dynamic;
  }

  // the environment of the program and of the providers, which need not be this process's
  private withAmbient(config: PropertyMap): PropertyMap {
    const { KUBECONFIG } = this.parts.settings.env;
    return KUBECONFIG && !config.kubeconfig ? { ...config, kubeconfig: KUBECONFIG } : config;
  }

  private kubernetes(reference: string | undefined): ResourceProvider {
    if (!reference) {
      this.defaultKubernetes ??= new KubernetesProvider(
        this.withAmbient(kubernetesConfig(this.parts.settings.config)),
      );
      return this.defaultKubernetes;
    }
    const provider = this.explicit.get(providerUrn(reference));
    if (!provider) throw new Error(`unknown provider ${reference}`);
    return provider;
  }
}

function kubernetesConfig(config: Record<string, string>): PropertyMap {
  const entries = Object.entries(config).filter(([key]) => key.startsWith("kubernetes:"));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice("kubernetes:".length), value]));
}

/** Explicit providers are resources themselves: created at once, changed in place. */
const providerResources: ResourceProvider = {
  check: async (_urn, _olds, news) => ({ inputs: news, failures: [] }),
  diff: async (old: ExistingResource, news: PropertyMap) => {
    const detailedDiff = diffInputs(old.inputs, news);
    const changes = Object.keys(detailedDiff).length > 0 ? "some" : "none";
    return { changes, replaces: [], deleteBeforeReplace: false, detailedDiff };
  },
  create: async (_urn, inputs) => ({ id: randomUUID(), outputs: inputs }),
  update: async (_old, news) => news,
  read: async (resource) => resource,
  delete: async () => undefined,
};

import type { Container } from "../../provider/cluster/podTemplate";
import type { Layers } from "../../provider/levels/Layer";
import { type CanonicalSettings, settingEntries } from "../../provider/settings/canonicalSettings";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";
import type { IstioPod } from "./istioPods";
import { everything, otherwise } from "./lawSettings";
import { ofRelease } from "./ofRelease";

/** Numbers in [0, 1), the same ones for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// every request below every limit, so that few combinations are pods that Kubernetes refuses
const amounts: SidecarSettings[] = [
  {
    proxyResources: { limits: { cpu: 3, memory: "2Gi" }, requests: { cpu: "200m", memory: "256Mi" } },
    initResources: { limits: { cpu: "900m", memory: "512Mi" }, requests: { cpu: "20m", memory: "20Mi" } },
  },
  {
    proxyResources: { limits: { cpu: "1500m", memory: "700Mi" }, requests: { cpu: "50m", memory: "64Mi" } },
    initResources: { limits: { cpu: 1, memory: "600Mi" }, requests: { cpu: "30m", memory: "30Mi" } },
  },
];

const pools: readonly CanonicalSettings[] = [
  { ...parsed(everything), ...parsed(amounts[0] ?? {}) },
  { ...parsed(otherwise), ...parsed(amounts[1] ?? {}) },
];
const paths = [...new Set(pools.flatMap((pool) => settingEntries(pool).map(({ path }) => path)))];

export class RandomMesh {
  /**
   * @param release The release of Istio whose settings are taken.
   * @param cni Whether the init container is that of Istio CNI.
   */
  constructor(
    private readonly random: () => number,
    private readonly release?: string,
    private readonly cni = false,
  ) {}

  /** Layers of all levels for these namespaces; each namespace has workload layers that overlap. */
  layers(namespaces: readonly string[]): Layers {
    const layers: Record<string, Layers[string]> = {};
    if (this.chance(0.8)) layers["*"] = { owner: "acme/mesh/prod:global", settings: this.settings(0.15) };
    for (const namespace of namespaces) {
      if (this.chance(0.8))
        layers[namespace] = { owner: `acme/${namespace}/prod:own`, settings: this.settings(0.2) };
      for (const priority of [1, 2]) {
        if (!this.chance(0.7)) continue;
        layers[`${namespace}/w${priority}`] = {
          owner: `acme/${namespace}/prod:w${priority}`,
          settings: this.settings(0.15),
          picks: {
            selector: [
              { key: this.pick(["app", "tier"]), operator: "In", values: [this.pick(["a", "b", "x"])] },
            ],
            priority,
          },
        };
      }
    }
    return layers;
  }

  pod(name: string): IstioPod {
    const annotations: Record<string, string> = {};
    const say = (probability: number, key: string, ...values: string[]) => {
      if (this.chance(probability)) annotations[key] = this.pick(values);
    };
    if (this.chance(0.15)) {
      for (const [key, value] of Object.entries({
        proxyCPU: "111m",
        proxyMemory: "111Mi",
        proxyCPULimit: "2222m",
        proxyMemoryLimit: "2222Mi",
      }))
        say(0.6, `sidecar.istio.io/${key}`, value);
    }
    say(0.1, "traffic.sidecar.istio.io/includeOutboundIPRanges", "*", "10.1.0.0/16");
    say(0.1, "traffic.sidecar.istio.io/excludeOutboundIPRanges", "10.2.0.0/16", "");
    say(0.1, "traffic.sidecar.istio.io/includeInboundPorts", "*", "80,81", "");
    say(0.1, "traffic.sidecar.istio.io/excludeInboundPorts", "7001", "7001,9191");
    say(0.1, "traffic.sidecar.istio.io/includeOutboundPorts", "7002");
    say(0.1, "traffic.sidecar.istio.io/excludeOutboundPorts", "7003");
    say(0.1, "traffic.sidecar.istio.io/excludeInterfaces", "eth7");
    say(0.1, "sidecar.istio.io/logLevel", "info", "error");
    say(0.1, "sidecar.istio.io/componentLogLevel", "dns:debug");
    say(0.1, "sidecar.istio.io/agentLogLevel", "debug");
    say(0.1, "sidecar.istio.io/interceptionMode", "REDIRECT", "TPROXY", "NONE");
    say(0.1, "sidecar.istio.io/nativeSidecar", "true", "false");
    say(0.1, "sidecar.istio.io/proxyImageType", "debug", "distroless", "default");
    say(0.05, "status.sidecar.istio.io/port", "0", "15999");
    for (const field of ["initialDelaySeconds", "periodSeconds", "failureThreshold"])
      say(0.05, `readiness.status.sidecar.istio.io/${field}`, "4", "5");
    if (this.chance(0.4)) annotations["proxy.istio.io/config"] = this.proxyConfig();
    const labels: Record<string, string> = {};
    if (this.chance(0.7)) labels.app = this.pick(["a", "b", "c"]);
    if (this.chance(0.5)) labels.tier = this.pick(["x", "y"]);
    const own = this.ownContainers();
    return {
      name,
      template: {
        metadata: { annotations, labels },
        spec: {
          containers: [...this.application(), ...own.filter(({ name: one }) => one === "istio-proxy")],
          ...(own.some(({ name: one }) => one === this.init)
            ? { initContainers: own.filter(({ name: one }) => one === this.init) }
            : {}),
        },
      },
    };
  }

  private settings(density: number): CanonicalSettings {
    const chosen = paths.flatMap((path) => {
      const values = pools.flatMap((pool) => (pool[path] === undefined ? [] : [pool[path]]));
      return this.chance(density) ? [[path, this.pick(values)] as const] : [];
    });
    const settings = Object.fromEntries(chosen);
    // refused by the check of inputs
    if (settings.holdApplicationUntilProxyStarts === true) settings.nativeSidecar = true;
    return ofRelease(settings, this.release);
  }

  private proxyConfig(): string {
    const lines: string[] = [];
    const say = (...texts: string[]) => {
      if (this.chance(0.25)) lines.push(this.pick(texts));
    };
    say("terminationDrainDuration: 33s", "termination_drain_duration: 34s");
    say("drainDuration: 35s");
    say("concurrency: 7");
    say("holdApplicationUntilProxyStarts: true", "hold_application_until_proxy_starts: false");
    say("tracing:\n  sampling: 44");
    say("proxyStatsMatcher:\n  inclusionPrefixes: [own]");
    say("extraStatTags: [own]");
    say("runtimeValues:\n  mine: '1'");
    say("interceptionMode: TPROXY", "interceptionMode: REDIRECT");
    say(
      "proxyMetadata:\n  GREETING: own\n  MINE: x",
      'proxyMetadata:\n  ISTIO_META_DNS_CAPTURE: "false"\n  MINIMUM_DRAIN_DURATION: 9s',
    );
    return lines.join("\n");
  }

  private application(): Container[] {
    return Array.from({ length: 1 + Math.floor(this.random() * 3) }, (_, index) => {
      const limits = { cpu: this.pick(["700m", "1", "1500m"]), memory: this.pick(["300Mi", "1Gi"]) };
      const requests = { cpu: this.pick(["101m", "333m"]), memory: this.pick(["100M", "77Mi"]) };
      const some = (amount: Record<string, string>) =>
        Object.fromEntries(Object.entries(amount).filter(() => this.chance(0.5)));
      return {
        name: `app${index}`,
        image: "app",
        ...(this.chance(0.6) ? { resources: { limits: some(limits), requests: some(requests) } } : {}),
      };
    });
  }

  private get init(): string {
    return this.cni ? "istio-validation" : "istio-init";
  }

  private ownContainers(): Container[] {
    const containers: Container[] = [];
    if (this.chance(0.15)) {
      containers.push({
        name: "istio-proxy",
        image: "auto",
        ...(this.chance(0.5) ? { resources: { limits: { cpu: "2500m" }, requests: { cpu: "40m" } } } : {}),
        ...(this.chance(0.5) ? { lifecycle: { preStop: { exec: { command: ["own"] } } } } : {}),
        ...(this.chance(0.5) ? { env: [{ name: "GREETING", value: "mine" }] } : {}),
        ...(this.chance(0.3) ? { imagePullPolicy: "Never" } : {}),
      });
    }
    if (this.chance(0.1)) {
      containers.push({
        name: this.init,
        image: "auto",
        ...(this.chance(0.7) ? { resources: { limits: { cpu: "800m" }, requests: { cpu: "15m" } } } : {}),
        ...(this.chance(0.2) ? { args: ["istio-iptables", "-i", "10.9.0.0/16"] } : {}),
      });
    }
    return containers;
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.random() * items.length)] as Item;
  }
}

function parsed(settings: SidecarSettings): CanonicalSettings {
  return parseSettings(settings).value;
}

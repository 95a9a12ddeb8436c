import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { allContainers, type Pod } from "../../provider/cluster/podTemplate";
import { compose, installedGlobal } from "../../provider/configMap/compose";
import { usesCni } from "../../provider/configMap/usesCni";
import { canonicalJson } from "../../provider/data/canonicalJson";
import { valueAt } from "../../provider/data/valueAt";
import { explainSidecar } from "../../provider/explain/explainSidecar";
import type { Layers } from "../../provider/levels/Layer";
import { installedSettings } from "../../provider/levels/Profile";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";
import { agentReadings } from "../agent/agentReadings";
import { type Cluster, kindsOfCluster, startCluster } from "../cluster/cluster";
import { capturedBy } from "./capturedBy";
import { Injection } from "./injection";
import { type IstioPod, istioPods } from "./istioPods";
import { everything, otherwise } from "./lawSettings";

/** Ports that Istio adds to the excluded ones. */
const istiosPorts = ["15090", "15021", "15020"];

const cases: Record<string, SidecarSettings> = {
  "no settings": {},
  everything,
  otherwise,
  "some ports and ranges": {
    capture: {
      includeOutboundIPRanges: ["10.0.0.0/8"],
      excludeOutboundIPRanges: ["10.1.0.0/16"],
      excludeOutboundPorts: [53],
      includeInboundPorts: "*",
      excludeInboundPorts: [9200, 9300],
    },
    alwaysExclude: { inboundPorts: [9200, 15081], outboundIPRanges: ["169.254.169.254/32"] },
  },
  "a list of captured ports, some of them excluded": {
    capture: { includeInboundPorts: [8080, 9200, 9300], excludeInboundPorts: [9300] },
    alwaysExclude: { inboundPorts: [9200, 15081] },
  },
  "nothing outbound, by its ranges": {
    capture: { excludeOutboundIPRanges: ["0.0.0.0/0"], includeInboundPorts: [] },
  },
  "nothing inbound, ports outbound": {
    capture: { includeOutboundIPRanges: [], includeOutboundPorts: [443], includeInboundPorts: [] },
  },
};

/** What a pod says itself, by a name for it. */
const own: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "no interception": { "sidecar.istio.io/interceptionMode": "NONE" },
  "no outbound ranges": { "traffic.sidecar.istio.io/includeOutboundIPRanges": "" },
};

const kinds = kindsOfCluster([
  { name: "istio-init", options: {} },
  { name: "Istio CNI", options: { istioValues: ["components.cni.enabled=true"] } },
]);

for (const kind of kinds)
  describe(`explain says what Istio's own agent makes of the pod, ${kind.name}`, () => {
    let cluster: Cluster;
    let injection: Injection;
    let pods: IstioPod[];

    before(async () => {
      cluster = await startCluster(kind.options);
      injection = await Injection.open(cluster.kubeconfig, ["n1"]);
      pods = [
        ...(await istioPods()).filter(
          ({ template }) => template.metadata?.annotations?.["sidecar.istio.io/status"] === undefined,
        ),
        ...Object.entries(own).map(([name, annotations]) => ({
          name,
          template: {
            metadata: { annotations },
            spec: { containers: [{ name: "app", image: "app" }] },
          },
        })),
      ];
    });
    after(() => cluster?.stop());

    for (const [name, settings] of Object.entries(cases)) {
      test(name, async (context) => {
        const layers: Layers = { n1: { owner: "o/p/s:n1", settings: parseSettings(settings).value } };
        const { alwaysExclude, ...rest } = settings;
        const split: Layers = alwaysExclude
          ? {
              "*": { owner: "o/p/s:mesh", settings: parseSettings({ alwaysExclude }).value },
              n1: { owner: "o/p/s:n1", settings: parseSettings(rest).value },
            }
          : layers;
        const cni = usesCni(injection.installed);
        const answers = await injection.inject(compose(injection.installed, split), "n1", pods);
        const injected = pods.flatMap(({ name: pod, template }) => {
          const answer = answers.get(pod) ?? "";
          if (answer.startsWith("denied")) return [];
          const { spec, ...metadata } = JSON.parse(answer) as Omit<Pod["metadata"], "name"> &
            Pick<Pod, "spec">;
          const proxy = allContainers(spec).find((one) => one.name === "istio-proxy");
          const init = allContainers(spec).find((one) => one.name === "istio-init");
          const node: Pod = { metadata: { name: pod, ...metadata }, spec };
          const own = template.metadata?.annotations ?? {};
          return proxy
            ? [{ name: pod, template, proxy, init, annotations: own, ...(cni ? { node } : {}) }]
            : [];
        });
        const readings = await agentReadings(injected);
        const installed = installedSettings(installedGlobal(injection.installed));
        const wrong: string[] = [];
        let compared = 0;
        for (const [at, { name: pod, template }] of injected.entries()) {
          const { proxyConfig, rules, refusal } = readings[at] ?? { proxyConfig: {}, rules: null };
          const captured = rules ? capturedBy(rules) : undefined;
          const { settings: explained, warnings } = explainSidecar(template, {
            namespace: "n1",
            layers: split,
            installed,
            config: injection.installed.config,
            native: true,
            cni,
          });
          const isLeftAlone = cni && template.spec.initContainers?.some((one) => one.name === "istio-init");
          if (isLeftAlone && !warnings.some((warning) => /none of its traffic is captured/.test(warning)))
            wrong.push(`${pod}: nothing is captured, and no warning says so`);
          if (refusal && !warnings.some((warning) => /CNI plugin.* lets no pod/.test(warning)))
            wrong.push(`${pod}: ${refusal}, and no warning says so`);
          for (const { path, shows } of explained) {
            for (const [field, said] of Object.entries(shows)) {
              const read = readAt(field, proxyConfig, captured);
              if (read === undefined) continue;
              compared++;
              // which nothing shows but the rules: with a list of captured ports istio-iptables reads no excluded ones
              if (field === "istio-init excludeInboundPorts" && captured?.includeInboundPorts !== "*") {
                const included = captured?.includeInboundPorts?.split(",") ?? [];
                for (const port of (said ?? "")
                  .split(",")
                  .filter((one) => one !== "" && included.includes(one)))
                  if (!warnings.some((warning) => hasNoEffect(warning, port)))
                    wrong.push(
                      `${pod}: ${path}: port ${port} is captured, and no warning says so: ${warnings}`,
                    );
                continue;
              }
              // as Istio's CNI plugin takes no ranges for all
              if (cni && field === "istio-init includeOutboundIPRanges" && said === "" && read === "*") {
                if (
                  !warnings.some((warning) => /includeOutboundIPRanges is empty.* takes for \*/.test(warning))
                )
                  wrong.push(`${pod}: ${path}: all outbound traffic is captured, and no warning says so`);
                continue;
              }
              // a pod that says an empty mode has istio-iptables' own
              const meant = field.endsWith("interceptionMode") && said === "" ? "REDIRECT" : said;
              const extended =
                field.endsWith("excludeInboundPorts") || (cni && field.endsWith("excludeOutboundPorts"));
              const [wanted, is] = extended
                ? [withoutIstios(meant, template), withoutIstios(read, template)]
                : [meant, read];
              if (wanted !== is)
                wrong.push(`${pod}: ${path}: ${field}: explained ${said}, the agent reads ${read}`);
            }
          }
        }
        context.diagnostic(`${injected.length} pods, ${compared} values compared`);
        assert.deepEqual(wrong.slice(0, 40), []);
      });
    }
  });

function hasNoEffect(warning: string, port: string): boolean {
  const [, ports = ""] = /nboundPorts (\S+) has no effect/.exec(warning) ?? [];
  return ports.split(",").includes(port);
}

/** What the agent makes of a field; undefined where it does not read it. */
function readAt(
  field: string,
  proxyConfig: Record<string, unknown>,
  captured: Readonly<Record<string, string>> | undefined,
): string | null | undefined {
  const [, label = ""] = /^istio-init (\w+)$/.exec(field) ?? [];
  // without captured ports no rule tells of the mode
  if (label === "interceptionMode" && captured?.includeInboundPorts === "") return undefined;
  if (label !== "") return captured?.[label];
  const [, path] = /^PROXY_CONFIG (.+)$/.exec(field) ?? [];
  if (path === undefined) return undefined;
  const read = below(proxyConfig, path);
  return read === undefined ? null : typeof read === "string" ? read : canonicalJson(read);
}

/** A value by a path whose last names may have dots themselves. */
function below(object: unknown, path: string): unknown {
  const [first = "", ...rest] = path.split(".");
  const whole = valueAt(object, [path]);
  return whole !== undefined || rest.length === 0 ? whole : below(valueAt(object, [first]), rest.join("."));
}

function withoutIstios(list: string | null, { metadata }: IstioPod["template"]): string | null {
  const added = [...istiosPorts, metadata?.annotations?.["status.sidecar.istio.io/port"]];
  return list === null
    ? null
    : list
        .split(",")
        .filter((port) => !added.includes(port))
        .join(",");
}

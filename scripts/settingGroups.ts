/** Settings that belong together, for the reference. */
export interface SettingGroup {
  heading: string;
  /** The first segment of its settings' paths. */
  keys: readonly string[];
  about: string;
  /** Example settings of a namespace, as YAML. */
  example: string;
  danger?: string;
  /** The values without any of our settings, by path; `""` is for the whole group. */
  defaults: Readonly<Record<string, string>>;
}

const installedValue = "what Istio was installed with";

/** Every setting is in exactly one group, which a test enforces, along with the chart's values given as defaults. */
export const settingGroups: readonly SettingGroup[] = [
  {
    heading: "proxyResources",
    keys: ["proxyResources"],
    about:
      "CPU and memory of istio-proxy, and of istio-init where `initResources` says nothing. Each of the four amounts is a setting by itself: a limit may come from the namespace and the request from the global settings.",
    example: "proxyResources:\n  requests: { cpu: 100m, memory: 128Mi }\n  limits: { cpu: 2, memory: 1Gi }",
    danger:
      "a single resource annotation on a pod (`sidecar.istio.io/proxyCPU` and its like) makes Istio drop all four for that pod. A request above its limit is refused, whichever levels the two come from. A changed request changes what an HPA computes from CPU percentages, and what nodes have room for.",
    defaults: {
      "proxyResources.limits.cpu": "`2000m`",
      "proxyResources.limits.memory": "`1024Mi`",
      "proxyResources.requests.cpu": "`100m`",
      "proxyResources.requests.memory": "`128Mi`",
    },
  },
  {
    heading: "initResources",
    keys: ["initResources"],
    about:
      "CPU and memory of istio-init alone, or of istio-validation with Istio CNI. istio-proxy keeps its own.",
    example: "initResources:\n  requests: { cpu: 10m, memory: 32Mi }\n  limits: { cpu: 500m, memory: 128Mi }",
    danger: "with a very low CPU limit, setting up iptables takes long, and so does the start of every pod.",
    defaults: { "": "those of istio-proxy" },
  },
  {
    heading: "scaledResources",
    keys: ["scaledResources"],
    about:
      "CPU and memory of istio-proxy as a percentage of the application's containers: of the `largest`, of their `sum`, or of one `container` that is named. Computed when a pod is injected.",
    example: "scaledResources: { percent: 10, of: largest }",
    defaults: { "": "none: amounts are absolute" },
  },
  {
    heading: "capture",
    keys: ["capture", "interceptionMode"],
    about:
      "Which traffic goes through the sidecar. A list takes the place of a weaker level's list. Excluded outbound ranges and ports come before included ones; excluded inbound ports count only where `includeInboundPorts` is `*`. An entry in both lists is refused. With Istio CNI, the empty `includeOutboundIPRanges` of a level captures everything, since Istio does not hand it to the plugin: exclude `0.0.0.0/0` and `::/0` instead.",
    example:
      'capture:\n  excludeOutboundIPRanges: [169.254.169.254/32]\n  excludeInboundPorts: [9090]\n  excludeOutboundPorts: "3306,5432"',
    danger:
      "what is not captured has no mTLS, no authorization policy and no telemetry. TPROXY gives istio-proxy more capabilities.",
    defaults: {
      "capture.includeOutboundIPRanges": "`*`",
      "capture.excludeOutboundIPRanges": "none",
      "capture.includeInboundPorts": "`*`",
      "capture.excludeInboundPorts": "none",
      "capture.includeOutboundPorts": "none",
      "capture.excludeOutboundPorts": "none",
      "capture.excludeInterfaces": "none",
      interceptionMode: "`REDIRECT`",
    },
  },
  {
    heading: "alwaysExclude",
    keys: ["alwaysExclude"],
    about:
      "Never captured, whatever stronger levels list: these are added to the excluded lists of every level, those of a pod's own annotations included. The one setting that adds to others.",
    example: "alwaysExclude:\n  outboundIPRanges: [169.254.169.254/32]\n  inboundPorts: [9191]",
    danger:
      "as a global setting it reaches every namespace, and changes istio-init of every pod: previews list all restarts.",
    defaults: { "": "none" },
  },
  {
    heading: "lifecycle",
    keys: ["lifecycle"],
    about: "Hooks of istio-proxy, as Kubernetes has them: `exec`, `httpGet`, `tcpSocket` or `sleep`.",
    example:
      "lifecycle:\n  preStop: { exec: { command: [pilot-agent, request, --debug-port=15020, POST, drain] } }",
    danger:
      "any hook takes all of Istio's own away: the drain of native sidecars, and the wait of `holdApplicationUntilProxyStarts`. `explain` warns where that matters. A hook runs its command with the workload's mesh identity.",
    defaults: { "": "Istio's own hooks" },
  },
  {
    heading: "Draining",
    keys: [
      "terminationDrainDuration",
      "drainDuration",
      "minimumDrainDuration",
      "exitOnZeroActiveConnections",
    ],
    about: "How a sidecar ends. Durations are whole seconds, written as `10s`, `1m30s` or 90.",
    example: "terminationDrainDuration: 20s",
    danger:
      "keep `terminationDrainDuration` below the pod's `terminationGracePeriodSeconds`, 30 by default, or Kubernetes kills the sidecar first; [the policy pack](../examples/policy) has a rule for it.",
    defaults: {
      terminationDrainDuration: "`5s`",
      drainDuration: "`45s`",
      minimumDrainDuration: "`5s`",
      exitOnZeroActiveConnections: "`false`",
    },
  },
  {
    heading: "Starting",
    keys: ["nativeSidecar", "holdApplicationUntilProxyStarts"],
    about:
      "Whether istio-proxy is a native sidecar, an init container that runs on, and whether the application's containers wait for it.",
    example: "nativeSidecar: true\nholdApplicationUntilProxyStarts: true",
    danger:
      "native sidecars need Kubernetes 1.29 or newer on every node that pods may run on. Above the pod level, `holdApplicationUntilProxyStarts: true` needs `nativeSidecar: true` beside it.",
    defaults: {
      nativeSidecar: "what istiod decides from the versions of the nodes",
      holdApplicationUntilProxyStarts: "`false`",
    },
  },
  {
    heading: "dnsProxy",
    keys: ["dnsProxy"],
    about:
      "Whether the sidecar answers the pod's DNS requests, and gives addresses to hosts of ServiceEntries that have none. `false` turns off for one namespace what is on for the mesh.",
    example: "dnsProxy: true",
    defaults: { "": "`false`" },
  },
  {
    heading: "Probes",
    keys: ["readinessProbe", "startupProbe"],
    about: "The numbers of istio-proxy's probes. Its startup probe asks once a second.",
    example:
      "readinessProbe: { periodSeconds: 5, failureThreshold: 3 }\nstartupProbe: { failureThreshold: 120 }",
    defaults: {
      "readinessProbe.initialDelaySeconds": "`0`",
      "readinessProbe.periodSeconds": "`15`",
      "readinessProbe.failureThreshold": "`4`",
      "startupProbe.enabled": "`true`",
      "startupProbe.failureThreshold": "`600`",
    },
  },
  {
    heading: "Logging",
    keys: ["logLevel", "componentLogLevel", "agentLogLevel"],
    about: "What Envoy and the agent log.",
    example:
      'logLevel: info\ncomponentLogLevel: { upstream: debug }\nagentLogLevel: "default:info,ads:debug"',
    danger: "`debug` and `trace` of a whole namespace fill disks and log budgets, and may show headers.",
    defaults: {
      logLevel: "`warning`",
      componentLogLevel: "`misc:error`",
      agentLogLevel: "`default:info`",
    },
  },
  {
    heading: "Process",
    keys: ["concurrency", "runtimeValues", "env"],
    about:
      "Envoy's worker threads, Envoy's runtime, and variables of istio-proxy and istio-init. Maps are merged by name across levels.",
    example:
      'concurrency: 2\nruntimeValues: { overload.global_downstream_max_connections: "50000" }\nenv: { GODEBUG: netdns=go }',
    danger:
      "`env` can turn features of the agent off, or point it to another istiod. Names that Istio fills in itself are refused. Never put a secret there: settings are stored in plain text in the cluster, and secrets are refused.",
    defaults: { concurrency: "from the CPU limit", runtimeValues: "none", env: "none" },
  },
  {
    heading: "Telemetry",
    keys: ["statsMatcher", "extraStatTags", "tracing"],
    about:
      "Statistics that Envoy keeps beside Istio's own, tags of metrics, and traces. A Telemetry resource wins over `tracing`.",
    example:
      "statsMatcher: { inclusionPrefixes: [cluster.outbound] }\ntracing:\n  sampling: 5\n  customTags: { team: { literal: { value: shop } } }",
    danger:
      "each kept statistic costs memory in every sidecar. Tags from headers and variables show what they hold.",
    defaults: { "": installedValue },
  },
  {
    heading: "Container",
    keys: ["privileged", "seccompProfile", "enableCoreDump", "imageType", "imagePullPolicy"],
    about: "How the containers run. There is no setting for the image itself: that is an upgrade of Istio.",
    example: "imageType: distroless\nseccompProfile: { type: RuntimeDefault }",
    danger:
      "`privileged` gives the node to istio-proxy, unless Pod Security forbids it. Core dumps hold memory, keys included. `debug` images have a shell.",
    defaults: {
      privileged: "`false`",
      seccompProfile: "none",
      enableCoreDump: "`false`",
      imageType: installedValue,
      imagePullPolicy: "Kubernetes' own",
    },
  },
];

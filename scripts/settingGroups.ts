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
      "CPU and memory of istio-proxy, and of istio-init where `initResources` doesn't set them. Each of the four amounts is a setting of its own: a limit may come from the namespace and the request from the global settings.",
    example: "proxyResources:\n  requests: { cpu: 100m, memory: 128Mi }\n  limits: { cpu: 2, memory: 1Gi }",
    danger:
      "a single resource annotation on a pod (such as `sidecar.istio.io/proxyCPU`) makes Istio drop all four for that pod. A request above its limit is refused, whichever levels the two come from. Changing a request changes what an HPA computes from CPU utilization, and how many pods fit on a node.",
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
      "CPU and memory of istio-init only, or of istio-validation with Istio CNI. istio-proxy keeps its own.",
    example: "initResources:\n  requests: { cpu: 10m, memory: 32Mi }\n  limits: { cpu: 500m, memory: 128Mi }",
    danger: "a very low CPU limit slows down the iptables setup, and with it the start of every pod.",
    defaults: { "": "same as istio-proxy" },
  },
  {
    heading: "scaledResources",
    keys: ["scaledResources"],
    about:
      "CPU and memory of istio-proxy as a percentage of the application's containers: of the `largest` one, of their `sum`, or of one named `container`. Computed when a pod is injected.",
    example: "scaledResources: { percent: 10, of: largest }",
    defaults: { "": "none: amounts are absolute" },
  },
  {
    heading: "capture",
    keys: ["capture", "interceptionMode"],
    about:
      "Which traffic goes through the sidecar. A list replaces a weaker level's list. Excluded outbound ranges and ports take precedence over included ones; excluded inbound ports only have an effect if `includeInboundPorts` is `*`. An entry in both lists is refused. With Istio CNI, an empty `includeOutboundIPRanges` above the pod level captures everything, because Istio doesn't pass it to the plugin: exclude `0.0.0.0/0` and `::/0` instead.",
    example:
      'capture:\n  excludeOutboundIPRanges: [169.254.169.254/32]\n  excludeInboundPorts: [9090]\n  excludeOutboundPorts: "3306,5432"',
    danger:
      "traffic that is not captured gets no mTLS, no authorization policy and no telemetry. TPROXY gives istio-proxy more capabilities.",
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
      "Never captured, whatever stronger levels list: these entries are added to the exclude lists of every level, including those in a pod's own annotations. The only setting that adds to others instead of replacing them.",
    example: "alwaysExclude:\n  outboundIPRanges: [169.254.169.254/32]\n  inboundPorts: [9191]",
    danger:
      "as a global setting it reaches every namespace and changes istio-init in every pod; previews list all the restarts.",
    defaults: { "": "none" },
  },
  {
    heading: "lifecycle",
    keys: ["lifecycle"],
    about: "Kubernetes lifecycle hooks of istio-proxy: `exec`, `httpGet`, `tcpSocket` or `sleep`.",
    example:
      "lifecycle:\n  preStop: { exec: { command: [pilot-agent, request, --debug-port=15020, POST, drain] } }",
    danger:
      "any hook removes all of Istio's own: the one that drains native sidecars, and the one that `holdApplicationUntilProxyStarts` waits with. `explain` warns where that matters. A hook runs its command with the workload's mesh identity.",
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
    about: "How a sidecar shuts down. Durations are whole seconds, written as `10s`, `1m30s` or 90.",
    example: "terminationDrainDuration: 20s",
    danger:
      "keep `terminationDrainDuration` below the pod's `terminationGracePeriodSeconds` (30 by default), or Kubernetes kills the sidecar first; [the policy pack](../examples/policy) has a rule for it.",
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
      "Whether istio-proxy is a native sidecar (an init container that keeps running), and whether the application's containers wait for it.",
    example: "nativeSidecar: true\nholdApplicationUntilProxyStarts: true",
    danger:
      "native sidecars need Kubernetes 1.29 or newer on every node that the pods may run on. Above the pod level, `holdApplicationUntilProxyStarts: true` also needs `nativeSidecar: true`.",
    defaults: {
      nativeSidecar: "istiod decides from the nodes' versions",
      holdApplicationUntilProxyStarts: "`false`",
    },
  },
  {
    heading: "dnsProxy",
    keys: ["dnsProxy"],
    about:
      "Whether the sidecar answers the pod's DNS queries, and allocates addresses for ServiceEntry hosts that have none. `false` turns it off for one namespace if it is on for the mesh.",
    example: "dnsProxy: true",
    defaults: { "": "`false`" },
  },
  {
    heading: "Probes",
    keys: ["readinessProbe", "startupProbe"],
    about: "Timing of istio-proxy's readiness and startup probes. The startup probe runs once per second.",
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
    danger: "`debug` and `trace` for a whole namespace fill disks, use up log budgets, and may log headers.",
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
      "Envoy's worker threads and runtime values, and environment variables of istio-proxy and istio-init. Maps are merged by name across levels.",
    example:
      'concurrency: 2\nruntimeValues: { overload.global_downstream_max_connections: "50000" }\nenv: { GODEBUG: netdns=go }',
    danger:
      "`env` can turn off features of the agent or point it to another istiod. Variables that Istio sets itself are refused. Never put a secret here: settings are stored in plain text in the cluster, and Pulumi secrets are refused.",
    defaults: { concurrency: "derived from the CPU limit", runtimeValues: "none", env: "none" },
  },
  {
    heading: "Telemetry",
    keys: ["statsMatcher", "extraStatTags", "tracing"],
    about:
      "Which Envoy statistics are kept in addition to Istio's defaults, metric tags, and tracing. Telemetry resources take precedence over `tracing`.",
    example:
      "statsMatcher: { inclusionPrefixes: [cluster.outbound] }\ntracing:\n  sampling: 5\n  customTags: { team: { literal: { value: shop } } }",
    danger:
      "every additional statistic costs memory in every sidecar. Span tags from headers and variables expose their contents.",
    defaults: { "": installedValue },
  },
  {
    heading: "Container",
    keys: ["privileged", "seccompProfile", "enableCoreDump", "imageType", "imagePullPolicy"],
    about:
      "How the containers run. There is no setting for the image itself: changing it means upgrading Istio.",
    example: "imageType: distroless\nseccompProfile: { type: RuntimeDefault }",
    danger:
      "`privileged` gives istio-proxy the node, unless Pod Security forbids it. Core dumps contain memory, including keys. `debug` images have a shell.",
    defaults: {
      privileged: "`false`",
      seccompProfile: "none",
      enableCoreDump: "`false`",
      imageType: installedValue,
      imagePullPolicy: "Kubernetes' default",
    },
  },
];

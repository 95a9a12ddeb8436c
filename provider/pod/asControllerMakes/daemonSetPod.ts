import type { Toleration } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import { type LikePod, labelLike, type MadePod, ownerFrom, podFrom } from "./MadePod.js";

const unknownNode = "any";

/** A DaemonSet's pod has affinity to its node, and tolerates the taints of unhealthy nodes. */
export function daemonSetPod(workload: Workload, like?: LikePod): MadePod {
  const { metadata, spec } = workload;
  const { metadata: made, spec: pod } = podFrom(spec.template, metadata.name, ownerFrom(workload), {
    "controller-revision-hash": labelLike(like, "controller-revision-hash", "new"),
    "pod-template-generation": labelLike(
      like,
      "pod-template-generation",
      String(metadata.annotations?.["deprecated.daemonset.template.generation"] ?? metadata.generation ?? 1),
    ),
  });
  const fields = [{ key: "metadata.name", operator: "In", values: [like?.spec?.nodeName ?? unknownNode] }];
  const { nodeAffinity, ...affinity } = pod.affinity ?? {};
  return {
    metadata: made,
    spec: {
      ...pod,
      affinity: {
        ...affinity,
        nodeAffinity: {
          ...nodeAffinity,
          // replaces the template's own terms, which this node already satisfies
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: fields }] },
        },
      },
      tolerations: withTolerations(pod.tolerations ?? [], pod.hostNetwork === true),
    },
  };
}

function withTolerations(given: readonly Toleration[], hostNetwork: boolean): Toleration[] {
  const added: Toleration[] = [
    ...["not-ready", "unreachable"].map((taint) => tolerationOf(taint, "NoExecute")),
    ...["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map((taint) =>
      tolerationOf(taint, "NoSchedule"),
    ),
    ...(hostNetwork ? [tolerationOf("network-unavailable", "NoSchedule")] : []),
  ];
  const isSame = (a: Toleration, b: Toleration) =>
    a.key === b.key &&
    a.effect === b.effect &&
    (a.operator ?? "Equal") === (b.operator ?? "Equal") &&
    (a.value ?? "") === (b.value ?? "");
  const replaced = given.map((one) => added.find((other) => isSame(one, other)) ?? one);
  return [...replaced, ...added.filter((one) => !given.some((other) => isSame(one, other)))];
}

function tolerationOf(taint: string, effect: string): Toleration {
  return { key: `node.kubernetes.io/${taint}`, operator: "Exists", effect };
}

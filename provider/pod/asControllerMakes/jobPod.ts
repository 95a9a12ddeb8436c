import { allContainers } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import { type LikePod, type MadePod, ownerFrom, podFrom } from "./MadePod.js";

const indexName = "batch.kubernetes.io/job-completion-index";

/** A Job's pod. The template already has the Job's labels, from the API server; an indexed Job adds the completion index. */
export function jobPod(workload: Workload, like?: LikePod): MadePod {
  const { metadata, spec } = workload;
  const owner = { ...ownerFrom(workload), apiVersion: workload.apiVersion ?? "batch/v1" };
  if (spec.completionMode !== "Indexed") return podFrom(spec.template, metadata.name, owner);
  const index = like?.metadata.annotations?.[indexName] ?? "0";
  const label = like ? like.metadata.labels?.[indexName] : index;
  const name = `${metadata.name}-${index}`;
  const pod = podFrom(spec.template, name, owner, { [indexName]: label });
  const variable = {
    name: "JOB_COMPLETION_INDEX",
    valueFrom: {
      fieldRef: {
        fieldPath:
          label === undefined ? `metadata.annotations['${indexName}']` : `metadata.labels['${indexName}']`,
      },
    },
  };
  const named = new Set(
    allContainers(pod.spec)
      .filter(({ env = [] }) => env.every((one) => one.name !== variable.name))
      .map(({ name: container }) => container),
  );
  const withIndex = (containers: typeof pod.spec.containers) =>
    containers.map((one) => (named.has(one.name) ? { ...one, env: [...(one.env ?? []), variable] } : one));
  const { containers, initContainers } = pod.spec;
  return {
    metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, [indexName]: index } },
    spec: {
      ...pod.spec,
      containers: withIndex(containers),
      ...(initContainers ? { initContainers: withIndex(initContainers) } : {}),
      hostname: name,
    },
  };
}

import type { Plan } from "../e2e/Mesh";
import type { Wanted } from "./FaultScript";
import { resourceName } from "./Operation";

const rollout = { maxConcurrent: 2, timeoutPerWorkload: "25s" };

/** The plan of the end-to-end tests' program that wants these layers. */
export function stackPlan(wanted: Wanted): Plan {
  const plan: Required<Pick<Plan, "namespaces" | "workloads">> & Plan = { namespaces: {}, workloads: {} };
  for (const [target, settings] of Object.entries(wanted)) {
    const [namespace = "", name] = target.split("/");
    if (target === "*") plan.global = { ...settings, rollout };
    else if (name === undefined) plan.namespaces[namespace] = { ...settings, rollout, publish: false };
    else {
      const selector = { matchLabels: { app: name } };
      plan.workloads[resourceName(target)] = {
        ...settings,
        rollout,
        namespace,
        selector,
        workloadName: name,
      };
    }
  }
  return plan;
}

import { connect } from "./connect.js";
import type { ClusterAccess, KubernetesApi } from "./KubernetesApi.js";

/** What a provider process has besides its inputs: the stack's configuration, connections, clocks, output. */
export interface Session {
  api(access: ClusterAccess | undefined): Promise<KubernetesApi>;
  report: (line: string) => void;
  /** The wall clock, for times of day. It may be set at any time. */
  now: () => number;
  /** A monotonic clock in ms, for deadlines and durations. */
  elapsed: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1. */
  random: () => number;
  /** Whether Pulumi has asked its providers to cancel, as after Ctrl-C. */
  isCancelled: () => boolean;
}

/** The stack's configuration, under the keys of Pulumi's Kubernetes provider. */
export interface StackConfig {
  get(key: string): string | undefined;
}

const connections = new Map<string, Promise<KubernetesApi>>();
let stackAccess: ClusterAccess = {};
let cancelled = false;

export function cancelSession(): void {
  cancelled = true;
}

/** Sends lines there instead of to stdout: Pulumi doesn't show what a plugin prints. */
export function reportTo(report: (line: string) => void): void {
  session.report = report;
}

export function configureSession(config: StackConfig): void {
  const [kubeconfig, context] = [config.get("kubernetes:kubeconfig"), config.get("kubernetes:context")];
  useCluster({ ...(kubeconfig ? { kubeconfig } : {}), ...(context ? { context } : {}) });
}

/** Makes this the cluster of all resources that name no other. */
export function useCluster(access: ClusterAccess): void {
  stackAccess = access;
}

export const session: Session = {
  api(access) {
    const effective = { ...stackAccess, ...access };
    const key = JSON.stringify(effective);
    const known = connections.get(key) ?? connect(effective);
    connections.set(key, known);
    // a missing kubeconfig may be there at the next try
    known.catch(() => connections.delete(key));
    return known;
  },
  // the CLI shows a provider's lines under the stack as they are printed
  report: (line) => console.log(line),
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: () => Math.random(),
  isCancelled: () => cancelled,
};

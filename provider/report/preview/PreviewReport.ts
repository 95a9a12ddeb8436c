/** What a `pulumi preview` says of sidecar settings: plain data, from which the comment is made. */
export interface PreviewReport {
  /** `organization/project/stack`, as far as the preview names it. */
  stack: string;
  changes: PreviewChange[];
  /** Each workload once, though several levels may restart it. */
  restarts: PreviewRestart[];
  /** Why the list of restarts may lack some that happen; empty where it is complete. */
  unforeseen: string[];
  /** Restarts that the preview counted and did not name. */
  unnamed: { workloads: number; pods: number };
  /** `namespace/Kind/name` -> why it keeps its present sidecar for now. */
  waiting: Record<string, string>;
  /** How restarts go; undefined without any. */
  pace?: Pace;
  /** What the preview said on the way: what could not be looked up, what was lost. */
  warnings: string[];
  /** The preview itself failed. */
  errors: string[];
}

export interface PreviewChange {
  /** `global`, `namespace`, `workload`. */
  level: string;
  /** The namespace, and for a workload level its name; empty for the whole mesh. */
  target: string;
  setting: string;
  /** Undefined: not known, or set by nobody. */
  from?: string;
  /** Where the former value came from, where it was another level. */
  fromSource?: string;
  /** Undefined: the level says nothing of it any more, and a weaker one decides. */
  to?: string;
}

export interface PreviewRestart {
  namespace: string;
  /** `Deployment/api`. */
  workload: string;
  pods: number;
  /** `istio-proxy limits.cpu 1 -> 2`. */
  why: string;
}

export interface Pace {
  maxConcurrent: number;
  strategy: string;
  /** Seconds, if each workload takes a minute. */
  typical: number;
  /** Seconds, if each takes as long as it may. */
  longest: number;
}

/** What a `pulumi preview` shows about sidecar settings: plain data, from which the comment is made. */
export interface PreviewReport {
  /** `organization/project/stack`, as far as the preview has it. */
  stack: string;
  changes: PreviewChange[];
  /** What changes besides settings: whom they are for, and how workloads restart. */
  options: string[];
  /** Each workload once, though several levels may restart it. */
  restarts: PreviewRestart[];
  /** Why the list of restarts may be incomplete; empty if it is complete. */
  unforeseen: string[];
  /** Restarts that the preview counted but did not name. */
  unnamed: { workloads: number; pods: number };
  /** `namespace/Kind/name` -> why it keeps its present sidecar for now. */
  waiting: Record<string, string>;
  /** How fast restarts proceed; undefined if there are none. */
  pace?: Pace;
  /** Which levels' settings were lost or changed in the cluster, and how. They are restored, and only that shows what restarts. */
  restored: string[];
  /** Messages of the preview, such as lookups that failed. */
  warnings: string[];
  /** Errors that made the preview fail. */
  errors: string[];
}

export interface PreviewChange {
  /** `global`, `namespace`, `workload`. */
  level: string;
  /** The namespace, and for a workload level its name; empty for the whole mesh. */
  target: string;
  setting: string;
  /** Undefined if unknown or not set. */
  from?: string;
  /** The level of the former value, if it was another one. */
  fromSource?: string;
  /** Undefined if the level no longer sets it, and a weaker one decides. */
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
  /** Seconds, if each uses up its timeout. */
  longest: number;
}

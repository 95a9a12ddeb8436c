/** One component of the stack. */
export interface Component {
  name: string;
  namespace: string;
  /** The limit of the sidecar's CPU. */
  cpu: number;
  parent?: string;
  /** Former names. */
  aliases?: string[];
  protect?: boolean;
  ignoreChanges?: string[];
  rollout?: { maxConcurrent?: number; pauseBetween?: string };
}

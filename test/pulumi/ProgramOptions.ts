import type { Language } from "./toolchain";

/** A program's stack, and how one operation on it is done. */
export interface ProgramOptions {
  /** The folder of Pulumi.yaml. */
  cwd: string;
  stack: string;
  /** Configuration; without a namespace, a key belongs to the project. */
  config?: Record<string, string>;
  secretConfig?: Record<string, string>;
  /** The folder of the stack's backend, configuration and event log. Default: `.state/<stack>` in `cwd`. */
  state?: string;
  /** Whether the program has resources of Pulumi's Kubernetes plugin, which is then built if need be. Default: false. */
  kubernetes?: boolean;
  /** What the program is written in, whose language host is then built if need be. Default: TypeScript. */
  language?: Language;
  /** Whether Node starts as it does for users, since this is measured. Default: no, as quickly as it can. */
  measured?: boolean;
  /** Folders that go first on PATH. */
  path?: readonly string[];
  /** Added to the environment of the CLI, the program and the providers. */
  env?: Record<string, string>;
  parallel?: number;
  /** Property-level differences in the text. */
  diff?: boolean;
  /** Go to the real thing at once; default is a preview first, as `pulumi up` does. */
  skipPreview?: boolean;
  /** More flags of the CLI, such as `["--target", urn]`. */
  flags?: readonly string[];
  /** Aborted: the CLI gets SIGINT, as by Ctrl-C; with the reason "SIGKILL", that signal. */
  signal?: AbortSignal;
  /** Every line of text, as it happens. */
  onLine?: (line: string) => void;
  /** The process of dynamic providers, so that a test can end it. */
  onProviderStart?: (pid: number) => void;
}

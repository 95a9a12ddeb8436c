import type { ClusterAccess, KubernetesApi } from "../cluster/KubernetesApi.js";

/** Everything that a command touches outside of its arguments. */
export interface Io {
  out: (text: string) => void;
  err: (text: string) => void;
  /** Whether people watch the output, so that it may be coloured and drawn over. */
  isTerminal: boolean;
  /** The terminal's width in characters. */
  columns?: number;
  env: Readonly<Record<string, string | undefined>>;
  /** A file's text; `-` is the standard input. */
  readFile: (path: string) => Promise<string>;
  exists: (path: string) => Promise<boolean>;
  /** Writes a file that is not there yet, with the folders it needs. */
  writeNewFile: (path: string, text: string) => Promise<void>;
  /** The folder of this package's package.json. */
  packageFolder: string;
  connect: (access: ClusterAccess) => Promise<KubernetesApi>;
  now: () => number;
  /** Ends early, with false, when the person has had enough. */
  sleep: (milliseconds: number) => Promise<boolean>;
}

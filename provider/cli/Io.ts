import type { ClusterAccess, KubernetesApi } from "../cluster/KubernetesApi.js";

/** Everything that a command accesses besides its arguments. */
export interface Io {
  out: (text: string) => void;
  err: (text: string) => void;
  /** Whether the output goes to a terminal, so that it may be coloured and redrawn. */
  isTerminal: boolean;
  /** The terminal's width in characters. */
  columns?: number;
  env: Readonly<Record<string, string | undefined>>;
  /** A file's text; `-` is standard input. */
  readFile: (path: string) => Promise<string>;
  exists: (path: string) => Promise<boolean>;
  /** Creates a file, and the folders it needs; fails if it exists. */
  writeNewFile: (path: string, text: string) => Promise<void>;
  /** The folder of this package's package.json. */
  packageFolder: string;
  connect: (access: ClusterAccess) => Promise<KubernetesApi>;
  now: () => number;
  /** Resolves early, with false, on Ctrl-C. */
  sleep: (milliseconds: number) => Promise<boolean>;
}

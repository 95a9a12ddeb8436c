import { type ExecFileException, execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Cluster, User } from "@kubernetes/client-node";
import { isRecord, recordOf } from "../data/isRecord.js";
import { UnreachableError } from "./KubernetesApi.js";

/** How long a plugin may take: somebody may have to log in with a browser. */
const patience = 120_000;
/** How much of what a plugin says in an error is shown, in characters. */
const mostSaid = 500;

/** A user of a kubeconfig whose credentials come from a plugin. Source: `exec` in Kubernetes' client authentication API. */
export interface ExecPlugin {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  apiVersion: string;
  installHint?: string;
  provideClusterInfo: boolean;
}

export interface ExecCredential {
  token: string | undefined;
  cert: string | undefined;
  key: string | undefined;
  /** As `Date.now()`; undefined if they are good until the server refuses them. */
  expires: number | undefined;
}

/** A cluster of a kubeconfig, with what its extension has for plugins. */
export type ExecCluster = Cluster & { execConfig?: unknown };

/** The plugin did not give credentials, so the API server could not be asked. */
export class NoCredentials extends UnreachableError {}

const plugins = new WeakMap<User, ExecPlugin>();

/** Remembers the plugin of a user: the library would run it without what kubectl tells plugins, wait for it forever, and not say what failed. */
export function rememberPlugin(user: User, exec: unknown): void {
  const { command, args, env, apiVersion, installHint, provideClusterInfo } = recordOf(exec);
  const pairs = (Array.isArray(env) ? env : []).map(recordOf).map(({ name, value }) => [name, value]);
  Reflect.deleteProperty(user, "exec");
  plugins.set(user, {
    command: String(command ?? ""),
    args: (Array.isArray(args) ? args : []).map(String),
    env: Object.fromEntries(pairs),
    apiVersion: String(apiVersion ?? ""),
    ...(typeof installHint === "string" ? { installHint } : {}),
    provideClusterInfo: provideClusterInfo === true,
  });
}

export function pluginOf(user: User): ExecPlugin | undefined {
  return plugins.get(user);
}

/** Runs a plugin as kubectl does without a terminal. `timeout` is in ms. Throws `NoCredentials`, which shows nothing of its answer. */
export async function runExecPlugin(
  plugin: ExecPlugin,
  cluster: ExecCluster | null,
  timeout = patience,
): Promise<ExecCredential> {
  const where = `the kubeconfig's exec plugin ${plugin.command}`;
  if (plugin.command === "") throw new NoCredentials("the kubeconfig's exec plugin has no command.");
  const info = { KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(plugin, cluster)) };
  const env = { ...process.env, ...plugin.env, ...info };
  const stdout = await new Promise<string>((resolve, reject) => {
    const child = execFile(plugin.command, plugin.args, { env, timeout }, (error, answer, said) => {
      if (error) reject(new NoCredentials(`${where} ${whyFailed(error, said, plugin, timeout)}`));
      else resolve(answer);
    });
    // one that asks a question would wait for the answer forever
    child.stdin?.end();
  });
  return credentialIn(stdout, where, plugin.apiVersion);
}

function whyFailed(
  { code, killed, message }: ExecFileException,
  stderr: string,
  { installHint }: ExecPlugin,
  timeout: number,
): string {
  const line = stripVTControlCharacters(stderr).replaceAll(/[\p{Cc}\s]+/gu, " ");
  const text = line.trim().slice(0, mostSaid);
  const said = text === "" ? "." : `: ${text}${text.endsWith(".") ? "" : "."}`;
  // Node's types don't know the texts of errors before the start
  switch (code as unknown) {
    case "ENOENT":
      return `was not found. Install it, or add its folder to PATH.${installHint === undefined ? "" : ` ${installHint.trim()}`}`;
    case "EACCES":
      return "can't be run: permission denied.";
  }
  if (killed && typeof code !== "string")
    return `did not end in ${timeout / 1000} s${said} If it needs a login, log in first, such as by running kubectl.`;
  return typeof code === "number" ? `failed with exit code ${code}${said}` : `failed: ${message}`;
}

function credentialIn(stdout: string, where: string, apiVersion: string): ExecCredential {
  const answer = jsonOf(stdout);
  if (!isRecord(answer))
    throw new NoCredentials(`${where} printed no JSON: expected an ExecCredential on its standard output.`);
  if (answer.apiVersion !== apiVersion)
    throw new NoCredentials(
      `${where}: expected an ExecCredential of apiVersion ${apiVersion}, as the kubeconfig says, got ${String(answer.apiVersion ?? "none")}. Write the kubeconfig again with its current tool.`,
    );
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = recordOf(answer.status);
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const given = { token: text(token), cert: text(clientCertificateData), key: text(clientKeyData) };
  if ((given.cert === undefined) !== (given.key === undefined) || !(given.token ?? given.cert))
    throw new NoCredentials(`${where}: expected a token or a certificate with its key, got neither.`);
  const expires = Date.parse(String(expirationTimestamp));
  return { ...given, expires: Number.isNaN(expires) ? undefined : expires };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What client-go tells plugins. */
function execInfo({ apiVersion, provideClusterInfo }: ExecPlugin, cluster: ExecCluster | null): object {
  const about = provideClusterInfo && cluster ? { cluster: clusterInfo(cluster) } : {};
  return { kind: "ExecCredential", apiVersion, spec: { ...about, interactive: false } };
}

function clusterInfo(cluster: ExecCluster): object {
  const { server, tlsServerName, skipTLSVerify, caFile, proxyUrl, execConfig } = cluster;
  const caData = cluster.caData ?? (caFile ? readFileSync(caFile).toString("base64") : undefined);
  return {
    server,
    ...(tlsServerName ? { "tls-server-name": tlsServerName } : {}),
    ...(skipTLSVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(caData ? { "certificate-authority-data": caData } : {}),
    ...(proxyUrl ? { "proxy-url": proxyUrl } : {}),
    ...(execConfig === undefined ? {} : { config: execConfig }),
  };
}

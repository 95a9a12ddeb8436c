import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import type { User } from "@kubernetes/client-node";
import { isRecord, recordOf } from "../data/isRecord.js";
import type { Properties } from "../data/Properties.js";
import { contentOf, yamlText } from "../data/yamlText.js";
import { type ExecCluster, rememberPlugin } from "./execPlugin.js";
import { impersonate } from "./impersonation.js";
import { type ClusterAccess, UnreachableError } from "./KubernetesApi.js";
import { KubeConfig } from "./kubeConfig.js";
import { proxyFor } from "./proxyFor.js";

/** Finds the kubeconfig and its context as kubectl does. `source`: where it is from, without any of its content. */
export function readKubeconfig({ kubeconfig, context }: ClusterAccess): {
  config: KubeConfig;
  server: string;
  source: string;
} {
  const isText = kubeconfig !== undefined && (kubeconfig.includes("\n") || !existsSync(kubeconfig));
  const source = isText
    ? "the given kubeconfig"
    : (kubeconfig ?? (process.env.KUBECONFIG || "~/.kube/config"));
  const config = readable(source, () => {
    if (isText) return parsed(kubeconfig, process.cwd());
    return merged(kubeconfig === undefined ? defaultFiles() : [kubeconfig]);
  });
  if (context !== undefined) config.setCurrentContext(context);
  // the library knows only a proxy that the kubeconfig names
  config.clusters = config.clusters.map((cluster) => {
    const proxyUrl = cluster.proxyUrl || proxyFor(cluster.server, process.env);
    // without TLS, as through `kubectl proxy`, there is nothing to verify: the library refuses to go on
    const plain = cluster.server.startsWith("http:") ? { skipTLSVerify: true } : {};
    return { ...cluster, ...plain, ...(proxyUrl ? { proxyUrl } : {}) };
  });
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new UnreachableError(noCluster(context, config));
  return { config, server: cluster.server.replace(/\/$/, ""), source };
}

function readable(source: string, read: () => KubeConfig): KubeConfig {
  try {
    return read();
  } catch (error) {
    // only the first line: the rest of a YAML error quotes the file, which has credentials
    const [message = ""] = (error as Error).message.split("\n");
    // the library's error for an empty file
    const isEmpty = message.startsWith("Cannot read properties of");
    throw new UnreachableError(
      `${source}: ${isEmpty ? "empty, not a kubeconfig" : `the kubeconfig can't be read: ${message}`}`,
    );
  }
}

function noCluster(context: string | undefined, config: KubeConfig): string {
  const there = config.getContexts().map(({ name }) => name);
  const known = there.length > 0 ? `; there are: ${there.join(", ")}` : "";
  if (context !== undefined) return `no context "${context}"${known}`;
  return `no kubeconfig with a current context was found${known}. Set KUBECONFIG, or name a context.`;
}

/** The files that kubectl reads: of several in KUBECONFIG, those that exist. */
function defaultFiles(): readonly string[] {
  const named = (process.env.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
  const there = (named.length > 0 ? named : [join(homedir(), ".kube", "config")]).filter((file) =>
    existsSync(file),
  );
  return there.length > 0 ? there : named;
}

/**
 * Merges files like kubectl does: of entries with one name, and of current contexts, the first counts. The library takes the last
 * current context, which may be of another cluster, and fails if a name is repeated.
 */
function merged(files: readonly string[]): KubeConfig {
  const config = new KubeConfig();
  // in a pod, its service account
  if (files.length === 0) config.loadFromDefault();
  for (const file of files) {
    const one = parsed(readFileSync(file, "utf8"), dirname(file));
    for (const cluster of one.getClusters()) if (!config.getCluster(cluster.name)) config.addCluster(cluster);
    for (const user of one.getUsers()) if (!config.getUser(user.name)) config.addUser(user);
    for (const context of one.getContexts())
      if (!config.getContextObject(context.name)) config.addContext(context);
    config.setCurrentContext(config.getCurrentContext() || one.getCurrentContext());
  }
  return config;
}

/** `folder`: what relative paths in the kubeconfig are relative to. */
function parsed(text: string, folder: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(text);
  config.makePathsAbsolute(folder);
  complete(config, text, folder);
  return config;
}

/** Adds what the library leaves out of a kubeconfig. */
function complete(config: KubeConfig, text: string, folder: string): void {
  if (!/tokenFile|exec|as-/.test(text)) return;
  const read = contentOf(yamlText(text));
  const { users, clusters } = recordOf("content" in read ? read.content : undefined);
  for (const { name, user } of Array.isArray(users) ? users.map(recordOf) : []) {
    const found = config.getUsers().find((one) => one.name === name);
    if (found) completeUser(found, recordOf(user), folder);
  }
  for (const { name, cluster } of Array.isArray(clusters) ? clusters.map(recordOf) : []) {
    const found: ExecCluster | undefined = config.getClusters().find((one) => one.name === name);
    const { extensions } = recordOf(cluster);
    const named = (Array.isArray(extensions) ? extensions : []).map(recordOf);
    const ofPlugins = named.find((one) => one.name === "client.authentication.k8s.io/exec");
    if (found && ofPlugins) found.execConfig = ofPlugins.extension;
  }
}

/** Tokens in files, which may be replaced at any time, exec plugins, and all of impersonation but the name. */
function completeUser(found: User, { tokenFile, exec, ...about }: Properties, folder: string): void {
  if (typeof tokenFile === "string" && tokenFile !== "") {
    const path = resolve(folder, tokenFile);
    Object.defineProperty(found, "token", { get: () => readFileSync(path, "utf8").trim() });
  }
  if (isRecord(exec)) {
    const { command } = exec;
    // as kubectl: a bare name is looked up in PATH
    const isPath = typeof command === "string" && basename(command) !== command;
    rememberPlugin(found, isPath ? { ...exec, command: resolve(folder, command) } : exec);
  }
  impersonate(found, about);
}

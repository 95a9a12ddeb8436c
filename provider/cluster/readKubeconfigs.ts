import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { recordOf } from "../data/isRecord.js";
import { contentOf, yamlText } from "../data/yamlText.js";
import { impersonate } from "./impersonation.js";
import { KubeConfig } from "./kubeConfig.js";

/**
 * Kubeconfigs merged like kubectl does: of entries with one name, and of current contexts, the first counts. The library takes the last
 * current context, which may be of another cluster, and fails if a name is repeated.
 */
export function readKubeconfigs(files: readonly string[]): KubeConfig {
  const merged = new KubeConfig();
  for (const file of files) {
    const one = new KubeConfig();
    one.loadFromFile(file);
    readUsers(one, readFileSync(file, "utf8"), dirname(file));
    for (const cluster of one.getClusters()) if (!merged.getCluster(cluster.name)) merged.addCluster(cluster);
    for (const user of one.getUsers()) if (!merged.getUser(user.name)) merged.addUser(user);
    for (const context of one.getContexts())
      if (!merged.getContextObject(context.name)) merged.addContext(context);
    merged.setCurrentContext(merged.getCurrentContext() || one.getCurrentContext());
  }
  return merged;
}

/**
 * Adds what the library leaves out of users: tokens in files, which may be replaced at any time, commands relative to the kubeconfig, and all
 * of impersonation but the name.
 */
export function readUsers(config: KubeConfig, text: string, folder: string): void {
  if (!/tokenFile|exec|as-/.test(text)) return;
  const read = contentOf(yamlText(text));
  const { users } = recordOf("content" in read ? read.content : undefined);
  for (const { name, user } of Array.isArray(users) ? users.map(recordOf) : []) {
    const found = config.getUsers().find((one) => one.name === name);
    if (!found) continue;
    const { tokenFile, ...about } = recordOf(user);
    if (typeof tokenFile === "string" && tokenFile !== "") {
      const path = resolve(folder, tokenFile);
      Object.defineProperty(found, "token", { get: () => readFileSync(path, "utf8").trim() });
    }
    // as kubectl: a bare name is looked up in PATH
    const command: unknown = found.exec?.command;
    if (typeof command === "string" && basename(command) !== command)
      found.exec.command = resolve(folder, command);
    impersonate(found, about);
  }
}

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { recordOf } from "../data/isRecord.js";
import { contentOf, yamlText } from "../data/yamlText.js";
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
    readTokenFiles(one, file);
    for (const cluster of one.getClusters()) if (!merged.getCluster(cluster.name)) merged.addCluster(cluster);
    for (const user of one.getUsers()) if (!merged.getUser(user.name)) merged.addUser(user);
    for (const context of one.getContexts())
      if (!merged.getContextObject(context.name)) merged.addContext(context);
    merged.setCurrentContext(merged.getCurrentContext() || one.getCurrentContext());
  }
  return merged;
}

/** Adds what the library leaves out: users whose token is in a file, which may be replaced at any time. */
function readTokenFiles(config: KubeConfig, file: string): void {
  const text = readFileSync(file, "utf8");
  if (!text.includes("tokenFile")) return;
  const read = contentOf(yamlText(text));
  const { users } = recordOf("content" in read ? read.content : undefined);
  for (const { name, user } of Array.isArray(users) ? users.map(recordOf) : []) {
    const { tokenFile } = recordOf(user);
    const found = config.getUsers().find((one) => one.name === name);
    if (!found || typeof tokenFile !== "string" || tokenFile === "") continue;
    const path = resolve(dirname(file), tokenFile);
    Object.defineProperty(found, "token", { get: () => readFileSync(path, "utf8").trim() });
  }
}

import { readFile, writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";

interface Kubeconfig {
  "current-context": string;
  contexts: { name: string; context: { user: string } }[];
  users: { name: string; user: Record<string, unknown> }[];
}

export async function writeKubeconfig(
  path: string,
  access: { name: string; server: string; ca: string; token: string },
): Promise<void> {
  const name = `sidecar-test-${access.name}`;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: {
          server: access.server,
          "certificate-authority-data": Buffer.from(access.ca).toString("base64"),
        },
      },
    ],
    users: [{ name, user: { token: access.token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  await writeFile(path, stringify(config), { mode: 0o600 });
}

/** A copy of a kubeconfig whose current context acts as somebody else. */
export async function writeImpersonatingKubeconfig(
  path: string,
  original: string,
  user: string,
  groups: readonly string[],
): Promise<void> {
  const config = parse(await readFile(original, "utf8")) as Kubeconfig;
  const context = config.contexts.find(({ name }) => name === config["current-context"]);
  const entry = config.users.find(({ name }) => name === context?.context.user);
  if (entry === undefined) throw new Error(`${original} has no user for its current context`);
  entry.user = { ...entry.user, as: user, ...(groups.length === 0 ? {} : { "as-groups": [...groups] }) };
  await writeFile(path, stringify(config), { mode: 0o600 });
}

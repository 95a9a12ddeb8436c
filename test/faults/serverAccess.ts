import { readFile } from "node:fs/promises";
import { parse } from "yaml";

/** What it takes to speak to an API server directly. */
export interface ServerAccess {
  server: string;
  ca: string;
  token: string;
}

interface Kubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { token: string } }[];
}

/** Of the kubeconfig of a test cluster, which has one cluster and one user with a token. */
export async function serverAccess(kubeconfig: string): Promise<ServerAccess> {
  const { clusters, users } = parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (!cluster || !user) throw new Error(`${kubeconfig} is not a test cluster's`);
  return {
    server: cluster.server,
    ca: Buffer.from(cluster["certificate-authority-data"], "base64").toString("utf8"),
    token: user.token,
  };
}

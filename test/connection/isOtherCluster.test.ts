import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isOtherCluster } from "../../provider/cluster/isOtherCluster";
import type { ClusterAccess, KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { unknownMarker } from "../../provider/data/unknown";

const servers: Record<string, string> = { eu: "https://eu:6443", us: "https://us:6443" };
/** Contexts stand for servers, whatever comes after a slash for credentials. */
const session = {
  api: async (access: ClusterAccess | undefined) => {
    const server = servers[access?.context?.split("/")[0] ?? "eu"];
    if (server === undefined) throw new Error("no such context");
    return { server } as KubernetesApi;
  },
};

describe("another cluster", () => {
  for (const [claim, before, after, expected] of [
    ["is another API server", { context: "eu" }, { context: "us" }, true],
    ["is not the same one by other credentials", { context: "eu/old" }, { context: "eu/new" }, false],
    ["is not the same words", { context: "us" }, { context: "us" }, false],
    ["is not one that is not known yet", { context: "eu" }, { context: unknownMarker }, false],
    ["is not what can't be read any more", { context: "gone" }, { context: "us" }, false],
    ["is another one than the default", undefined, { context: "us" }, true],
  ] as const)
    it(claim, async () => {
      assert.equal(await isOtherCluster(session, { cluster: before }, { cluster: after }), expected);
    });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { requireNamespaces } from "../../provider/injector/requireNamespace";

describe("namespaces that can't be listed", () => {
  const refusing = (status: number): KubernetesApi => ({
    server: "https://server",
    async request(call) {
      throw new ApiError(status, "", "no list", call);
    },
  });

  it("are taken to exist without the right to list them", async () => {
    await requireNamespaces(refusing(403), ["shop"]);
  });

  it("are an error for any other reason: nothing shows that they exist", async () => {
    await assert.rejects(requireNamespaces(refusing(500), ["shop"]), { status: 500 });
  });
});

import type { Pod } from "../../provider/cluster/podTemplate";
import { configMapName } from "../../provider/injector/Injector";
import { container, type Mesh } from "./Mesh";

/**
 * A template of somebody else's, which comes after ours and says resources itself: `greeting`, and `team` for both. For an injector that
 * has a layer. Returns once istiod uses it in the namespace.
 */
export async function addGreetingTemplate(mesh: Mesh, namespace: string): Promise<void> {
  const { config } = await mesh.injector();
  const aliases = /^aliases: \{sidecar: \[sidecar-scoped\]\}$/m;
  if (!aliases.test(config)) throw new Error(`other aliases than expected:\n${config.slice(-500)}`);
  const greeting = [
    "templates:",
    "  greeting: |",
    "    metadata:",
    "      labels:",
    "        greeting: hello",
    "    spec:",
    "      initContainers:",
    ...["istio-init", "istio-proxy"].flatMap((name) => [
      `      - name: ${name}`,
      "        resources:",
      "          limits:",
      "            cpu: 300m",
      "          requests:",
      "            cpu: 10m",
    ]),
    "",
  ].join("\n");
  await mesh.patch(
    `/api/v1/namespaces/istio-system/configmaps/${configMapName({ namespace: "istio-system" })}`,
    {
      data: {
        config: config
          .replace(/^templates:\n/m, greeting)
          .replace(aliases, "aliases: {sidecar: [sidecar-scoped], team: [sidecar-scoped, greeting]}"),
      },
    },
  );
  await mesh.eventually("istiod has the template", async () => {
    const pod = await mesh.api.request<Pod>({
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/pods`,
      query: { dryRun: "All" },
      body: {
        metadata: { generateName: "a-", annotations: { "inject.istio.io/templates": "team" } },
        spec: { containers: [{ name: "app", image: "app" }] },
      },
    });
    return (
      pod.metadata.labels?.greeting === "hello" &&
      container(pod, "istio-proxy").resources?.limits?.cpu === "300m"
    );
  });
}

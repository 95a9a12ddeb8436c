import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compose } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { explainFound } from "../../provider/mesh/explainFound";
import { findPodTemplate } from "../../provider/mesh/findPodTemplate";
import { explainText } from "../../provider/report/explainReport";
import { config, values } from "../configMap/injectorText";
import { apiOf } from "./apiOf";

const installed: InjectorData = { config, values };
const configMap = (revision: string, data: InjectorData) => ({
  metadata: { name: `istio-sidecar-injector${revision === "default" ? "" : `-${revision}`}` },
  data,
});
const labels = { app: "web" };
const template = { metadata: { labels }, spec: { containers: [{ name: "app", image: "app:1" }] } };
const deployment = {
  kind: "Deployment",
  metadata: { name: "web", namespace: "onrev" },
  spec: { selector: { matchLabels: labels }, template },
};
const pod = (revision: string | undefined, created = "2026-01-01") => ({
  metadata: {
    name: `web-${created}`,
    namespace: "onrev",
    labels,
    creationTimestamp: created,
    annotations: revision === undefined ? {} : { "sidecar.istio.io/status": JSON.stringify({ revision }) },
    ownerReferences: [{ kind: "Job", name: "web", apiVersion: "batch/v1", uid: "1", controller: true }],
  },
  spec: template.spec,
});
const canary = compose(installed, {
  onrev: { owner: "a/b/c:d", settings: { "proxyResources.limits.cpu": "1500m" } },
});
const cluster = (...pods: object[]) =>
  apiOf({
    "/api/v1/namespaces/onrev": {},
    "/apis/apps/v1/namespaces/onrev/deployments/web": deployment,
    "/apis/apps/v1/deployments": { items: [deployment] },
    "/api/v1/namespaces/onrev/pods": { items: pods },
    "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector": configMap("default", installed),
    "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector-canary": configMap("canary", canary),
    "/api/v1/namespaces/istio-system/configmaps": {
      items: [configMap("default", installed), configMap("canary", canary)],
    },
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": {
      items: [
        {
          metadata: {
            name: "istio-revision-tag-prod-stable",
            labels: { "istio.io/tag": "prod-stable", "istio.io/rev": "canary" },
          },
        },
      ],
    },
  });
const explained = async (api: ReturnType<typeof cluster>, revision?: string) =>
  explainFound(api, await findPodTemplate(api, "onrev", "deploy/web"), "istio-system", revision, 0);

describe("explain", () => {
  it("asks the injector that injected the newest pod", async () => {
    const found = await explained(cluster(pod("default"), pod("canary", "2026-02-02")));
    assert.equal(found.revision, "canary");
    const cpu = found.explanation.settings.find(({ path }) => path === "proxyResources.limits.cpu");
    assert.deepEqual([cpu?.value, cpu?.source], ["1500m", "namespace"]);
  });

  it("says when the pods at hand are stale", async () => {
    const found = await explained(cluster(pod("canary")));
    assert.equal(found.stale, "1 of 1 pods were created with other settings");
    assert.match(explainText([found]), /^onrev\/Deployment\/web \(revision canary\)\n/);
    assert.match(explainText([found]), /^! stale, and shown as a new pod would be: 1 of 1 pods/m);
  });

  it("takes names as kubectl prints them, with their group", async () => {
    const api = cluster(pod("canary"));
    for (const name of ["deployment.apps/web", "Deployments.apps/web", "deploy.apps/web"])
      assert.equal((await findPodTemplate(api, "onrev", name)).name, "Deployment/web");
    for (const name of ["deployment.batch/web", "deployment.apps.example.com/web", "pod.apps/web"])
      await assert.rejects(findPodTemplate(api, "onrev", name), /expected a file or KIND\/NAME/);
  });

  it("says when nobody can tell whether pods would get a sidecar", async () => {
    assert.match(
      explainText([await explained(cluster())]),
      /^! it can't be told whether its pods get a sidecar: only reading$/m,
    );
  });

  it("is one sentence for pods without a sidecar", async () => {
    const found = await explained(cluster(pod(undefined)));
    assert.equal(explainText([found]), "onrev/Deployment/web: its pods have no sidecar\n");
  });

  it("names the revisions that there are, and the one of a tag", async () => {
    await assert.rejects(explained(cluster(pod("canary")), "nope"), {
      message:
        "there is no revision nope in istio-system. Revisions: canary, default (tags: prod-stable of canary).",
    });
    await assert.rejects(explained(cluster(pod("canary")), "prod-stable"), {
      message: "prod-stable is a tag of revision canary. Name the revision: canary.",
    });
  });

  it("names the namespace that has what was asked for, and one that does not exist", async () => {
    const api = apiOf({
      "/api/v1/namespaces/default": {},
      "/apis/apps/v1/deployments": { items: [{ metadata: { name: "web", namespace: "onrev" } }] },
    });
    await assert.rejects(findPodTemplate(api, "default", "deploy/web"), {
      message: "there is no deployment/web in namespace default. Found in onrev: add -n onrev",
    });
    await assert.rejects(findPodTemplate(api, "nope", "sts/web"), {
      message: "there is no namespace nope",
    });
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NoPodTemplate, templatesIn } from "../../provider/mesh/findPodTemplate";

const containers = "containers: [{ name: app }]";

describe("the pod templates of a manifest", () => {
  const rows: [string, string, string[]][] = [
    [
      "of a Deployment, in the namespace that it names",
      `kind: Deployment\nmetadata: { name: api, namespace: shop }\nspec: { template: { spec: { ${containers} } } }`,
      ["shop/Deployment/api"],
    ],
    [
      "of a CronJob, in the namespace that is asked for",
      `kind: CronJob\nmetadata: { name: nightly }\nspec: { jobTemplate: { spec: { template: { spec: { ${containers} } } } } }`,
      ["given/CronJob/nightly"],
    ],
    [
      "of several documents and lists, other objects passed over",
      `kind: Service\nmetadata: { name: api }\n---\nkind: List\nitems:\n- { kind: Pod, metadata: { name: one }, spec: { ${containers} } }\n- { kind: ConfigMap, metadata: { name: c } }`,
      ["given/Pod/one"],
    ],
    [
      "of a chart, whose other objects may have templates of something else",
      [
        "kind: SealedSecret\nmetadata: { name: token }\nspec: { template: { metadata: { name: token }, type: Opaque } }",
        "kind: WorkloadGroup\nmetadata: { name: vm }\nspec: { template: { ports: { http: 8080 } } }",
        "kind: ApplicationSet\nmetadata: { name: all }\nspec: { template: { spec: { project: default } } }",
        "# Source: chart/templates/empty.yaml",
        `kind: Service\nmetadata: { name: revisions }\nspec: { template: { spec: { ${containers} } } }`,
      ].join("\n---\n"),
      ["given/Service/revisions"],
    ],
  ];
  for (const [edge, manifest, names] of rows) {
    it(edge, () => {
      const found = templatesIn(manifest, "given");
      assert.deepEqual(
        found.map(({ namespace, name }) => `${namespace}/${name}`),
        names,
      );
      assert.ok(found.every(({ template }) => template.spec.containers[0]?.name === "app"));
    });
  }

  it("of a running pod are without what Istio added", () => {
    const [pod] = templatesIn(
      JSON.stringify({
        kind: "Pod",
        metadata: { name: "one", annotations: { "sidecar.istio.io/status": "{}", mine: "1" } },
        spec: {
          initContainers: [{ name: "istio-init" }, { name: "mine" }],
          containers: [{ name: "app" }, { name: "istio-proxy" }],
        },
      }),
      "given",
    );
    assert.deepEqual(pod?.template, {
      metadata: { name: "one", annotations: { mine: "1" } },
      spec: { initContainers: [{ name: "mine" }], containers: [{ name: "app" }] },
    });
  });

  it("of a StatefulSet are asked about with volumes for its claims", () => {
    const [set] = templatesIn(
      JSON.stringify({
        kind: "StatefulSet",
        metadata: { name: "db" },
        spec: {
          template: { spec: { containers: [{ name: "app", volumeMounts: [{ name: "data" }] }] } },
          volumeClaimTemplates: [{ metadata: { name: "data" } }, { metadata: null }, 1],
        },
      }),
      "given",
    );
    assert.deepEqual(set?.made?.spec.volumes, [
      { name: "data", persistentVolumeClaim: { claimName: "data-db-0" } },
    ]);
    assert.equal(set?.template.spec.volumes, undefined);
  });

  const wrong: [string, string, RegExp][] = [
    ["no YAML", "a: [", /can't be read/],
    ["nothing that has pods", "kind: Service\nmetadata: { name: x }", /expected a pod or a workload/],
    [
      "a workload without containers",
      "kind: Deployment\nmetadata: { name: x }\nspec: { template: {} }",
      /Deployment\/x: found no containers/,
    ],
  ];
  for (const [edge, manifest, message] of wrong) {
    it(`of ${edge} are an error that says so`, () => {
      assert.throws(
        () => templatesIn(manifest, "given"),
        (error: unknown) => error instanceof NoPodTemplate && message.test(error.message),
      );
    });
  }
});

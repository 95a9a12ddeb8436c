import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askPlanned, type PlannedLayers } from "../../provider/ask/askPlanned";
import { type ApiCall, ApiError, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { previewStamp } from "../../provider/configMap/previewData";
import type { Layers } from "../../provider/levels/Layer";
import { previewAnnotation, stampAnnotation } from "../../provider/pod/podAnnotations";

const layers = (cpu: string): Layers => ({
  shop: { owner: "a/b/c:shop", settings: { "proxyResources.limits.cpu": cpu } },
});
const [present, planned, whole] = [layers("1"), layers("60"), layers("2")];
const pod = { metadata: { labels: { app: "api" } }, spec: { containers: [{ name: "app" }] } };

type Reply = "given" | "ignored" | string;

/** An API server that answers by what is on the pod: planned data, those of all levels, present data, or none. */
function server(replies: { planned: Reply; whole?: Reply; present?: Reply; none?: Reply }) {
  const asked: string[] = [];
  const stamps = { planned: previewStamp(planned, "shop"), whole: previewStamp(whole, "shop") };
  const api: KubernetesApi = {
    server: "memory",
    async request<Answer>({ method, path, body }: ApiCall) {
      const data = (body as typeof pod & { metadata: { annotations: Record<string, string> } }).metadata
        .annotations[previewAnnotation];
      const which =
        data === undefined
          ? "none"
          : data.includes('"60"')
            ? "planned"
            : data.includes('"2"')
              ? "whole"
              : "present";
      asked.push(which);
      const reply = replies[which] ?? "ignored";
      if (reply !== "given" && reply !== "ignored")
        throw new ApiError(reply.startsWith("busy") ? 429 : 403, "Forbidden", reply, { method, path });
      const stamp = reply === "given" && (which === "planned" || which === "whole") ? stamps[which] : "old";
      return { metadata: { name: "a", annotations: { [stampAnnotation]: stamp } }, spec: pod.spec } as Answer;
    },
  };
  return { api, asked };
}

const about = (more: Partial<PlannedLayers> = {}): PlannedLayers => ({
  present,
  layers: planned,
  all: planned,
  config: "",
  ...more,
});

describe("a question about planned settings", () => {
  const rows: [
    edge: string,
    replies: Parameters<typeof server>[0],
    more: Partial<PlannedLayers>,
    is: string,
    asked: string[],
  ][] = [
    ["is answered by one dry run", { planned: "given" }, {}, "given", ["planned"]],
    ["is no answer without its stamp", { planned: "ignored" }, {}, "unasked", ["planned"]],
    [
      "denied for the settings",
      { planned: "exceeded quota", none: "given", present: "given" },
      {},
      "refused",
      ["planned", "none", "present"],
    ],
    [
      "denied with or without them",
      { planned: "exceeded quota", none: "exceeded quota" },
      {},
      "denied",
      ["planned", "none"],
    ],
    [
      "denied for the annotation itself",
      { planned: "unknown annotation", none: "given", present: "unknown annotation" },
      {},
      "unasked",
      ["planned", "none", "present"],
    ],
    [
      "denied, but not with what other levels plan beside",
      { planned: "must be less than limit", whole: "given" },
      { all: whole },
      "given",
      ["planned", "whole"],
    ],
    ["met by a busy server is no denial of theirs", { planned: "busy" }, {}, "denied", ["planned"]],
    [
      "denied, and then met by a busy server, is no denial of theirs either",
      { planned: "must be less than limit", whole: "busy", none: "given", present: "given" },
      { all: whole },
      "denied",
      ["planned", "whole"],
    ],
    [
      "about a pod of another template",
      { planned: "given" },
      { config: "defaultTemplates: [gateway]" },
      "not reached",
      [],
    ],
  ];
  for (const [edge, replies, more, is, asked] of rows) {
    it(edge, async () => {
      const fake = server(replies);
      assert.equal((await askPlanned(fake.api, "shop", pod, about(more))).is, is);
      assert.deepEqual(fake.asked, asked);
    });
  }

  it("that would not fit into an annotation is asked without planned data", async () => {
    const fake = server({ planned: "given" });
    const long = { shop: { owner: "a", settings: { "env.X": "x".repeat(40_000) } } };
    const answer = await askPlanned(fake.api, "shop", pod, about({ layers: long, all: long }));
    assert.equal(answer.is, "unasked");
    assert.deepEqual(fake.asked, ["none"]);
  });
});

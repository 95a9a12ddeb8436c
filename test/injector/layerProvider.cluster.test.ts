import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import {
  type ApiCall,
  ApiError,
  type KubernetesApi,
  UnreachableError,
} from "../../provider/cluster/KubernetesApi";
import { session } from "../../provider/cluster/session";
import { compose, strip } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { Coordinators } from "../../provider/injector/Coordinators";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import { layerProvider } from "../../provider/injector/layerProvider";
import type { ResourceProvider } from "../../provider/injector/ResourceProvider";
import { previewAnnotation, stampAnnotation } from "../../provider/pod/podAnnotations";
import { parseSettings } from "../../provider/settings/parseSettings";
import { Mesh } from "../e2e/Mesh";

const injector = { namespace: "istio-system" };
const layer = (namespace: string, cpu: number, injectorTimeout = "20s") => ({
  namespace,
  injector: {},
  owner: `o/p/s:${namespace}`,
  proxyResources: { limits: { cpu } },
  rollout: {},
  injectorTimeout,
});
/** Without planned settings on a pod: what can be asked beforehand is refused then, and these tests are about what was written. */
function unasked(call: ApiCall): ApiCall {
  const { metadata } = (call.body ?? {}) as Asked;
  if (!isByPlan(call)) return call;
  const { [previewAnnotation]: _, ...annotations } = metadata?.annotations ?? {};
  return { ...call, body: { ...(call.body as object), metadata: { ...metadata, annotations } } };
}

interface Asked {
  metadata?: { annotations?: Record<string, string> };
}

function isByPlan({ method, body }: ApiCall): boolean {
  const { metadata } = (body ?? {}) as Asked;
  return method === "POST" && metadata?.annotations?.[previewAnnotation] !== undefined;
}

/** More than any container in the namespaces here may have. */
const tooMuch = 9;

describe("a layer whose write is disturbed", () => {
  let mesh: Mesh;
  let installed: InjectorData;

  before(async () => {
    mesh = await Mesh.start();
    installed = await mesh.injector();
    for (const namespace of ["shop", "cart"]) {
      await mesh.namespace(namespace);
      const limits = [{ type: "Container", max: { cpu: "8" }, default: { cpu: "500m" } }];
      await mesh.api.request({
        method: "POST",
        path: `/api/v1/namespaces/${namespace}/limitranges`,
        body: { metadata: { name: "most" }, spec: { limits } },
      });
    }
  });
  after(() => mesh?.stop());
  afterEach(async () => {
    const current = await readInjector(mesh.api, injector);
    await writeInjector(mesh.api, injector, current, installed, "test-cleanup");
  });

  let processes = 0;
  /** A provider process of its own, whose requests pass through `disturbed`. */
  const processWith = (
    disturbed: (call: ApiCall, send: () => Promise<unknown>) => Promise<unknown>,
    sent = unasked,
  ): ResourceProvider & { lines: string[] } => {
    const api: KubernetesApi = {
      server: `process ${++processes}`,
      request: <Answer>(call: ApiCall) =>
        disturbed(call, () => mesh.api.request(sent(call))) as Promise<Answer>,
    };
    const lines: string[] = [];
    const own = { ...session, api: async () => api, report: (line: string) => void lines.push(line) };
    return Object.assign(
      layerProvider(new Coordinators(own), async () => {}),
      {
        lines,
      },
    );
  };
  const undisturbed = () => processWith((_call, send) => send());
  /** Does something to the first write once the server has it. */
  const afterWrite = (disturb: (answer: unknown) => Promise<unknown>, sent = unasked) => {
    let isDone = false;
    return processWith(async (call, send) => {
      const answer = await send();
      if (call.method !== "PUT" || isDone) return answer;
      isDone = true;
      return disturb(answer);
    }, sent);
  };
  const killedAfterWrite = async (work: (provider: ResourceProvider) => Promise<unknown>) => {
    await new Promise<void>((written) => {
      const never = new Promise<unknown>(() => {});
      void work(
        afterWrite(() => {
          written();
          return never;
        }),
      );
    });
  };
  const limits = async () =>
    Object.fromEntries(
      Object.entries(layersOf(await mesh.injector())).map(([target, { settings }]) => [
        target,
        settings["proxyResources.limits.cpu"],
      ]),
    );
  const canCreatePods = async (namespace: string) => {
    const body = { metadata: { name: "probe" }, spec: { containers: [{ name: "app", image: "app" }] } };
    const path = `/api/v1/namespaces/${namespace}/pods`;
    await mesh.eventually(
      `pods can be created in ${namespace}`,
      async () => Boolean(await mesh.api.request({ method: "POST", path, query: { dryRun: "All" }, body })),
      5,
    );
  };
  const isPutBack = /namespace shop: the settings were put back.*\n.*maximum cpu usage per Container is 8/s;

  test("killed right after writing settings that deny pods: the next up takes them out and says why", async () => {
    await killedAfterWrite((provider) => provider.create(layer("shop", tooMuch)));
    assert.deepEqual(await limits(), { shop: "9" });
    await mesh.eventually("the injector has them", async () => !(await canCreateAtOnce("shop")));
    await assert.rejects(undisturbed().create(layer("shop", tooMuch)), isPutBack);
    assert.deepEqual(await mesh.injector(), installed);
    await canCreatePods("shop");
  });

  test("killed in an update to such settings: the next up restores those in the state", async () => {
    const { outs } = await undisturbed().create(layer("shop", 3));
    await killedAfterWrite((provider) => provider.update("id", outs, layer("shop", tooMuch)));
    await mesh.eventually("the injector has them", async () => !(await canCreateAtOnce("shop")));
    await assert.rejects(undisturbed().update("id", outs, layer("shop", tooMuch)), isPutBack);
    assert.deepEqual(await limits(), { shop: "3" });
    await canCreatePods("shop");
    await undisturbed().update("id", outs, layer("shop", 4));
    assert.deepEqual(await limits(), { shop: "4" });
  });

  test("killed right after writing settings that work: the next up keeps them", async () => {
    await killedAfterWrite((provider) => provider.create(layer("shop", 3)));
    await undisturbed().create(layer("shop", 3));
    assert.deepEqual(await limits(), { shop: "3" });
  });

  test("a pod is asked about once before the write, by the plan, where the template can be asked", async () => {
    await undisturbed().create(layer("shop", 3));
    const asked: ("by the plan" | "as it is")[] = [];
    let isWritten = false;
    const provider = processWith(
      (call, send) => {
        isWritten ||= call.method === "PUT";
        if (call.method === "POST" && !isWritten) asked.push(isByPlan(call) ? "by the plan" : "as it is");
        return send();
      },
      (call) => call,
    );
    await provider.create(layer("cart", 3));
    assert.deepEqual(asked, ["by the plan"]);
    assert.deepEqual(await limits(), { shop: "3", cart: "3" });
    [asked.length, isWritten] = [0, false];
    // without the plan, and by the present settings, which a policy against the annotation would deny as well
    await assert.rejects(provider.create(layer("shop", tooMuch)), /maximum cpu usage per Container is 8/);
    assert.deepEqual(asked, ["by the plan", "as it is", "by the plan"]);
  });

  describe("two layers at once, both tried out before the write", () => {
    interface Shown {
      namespace: string;
      stamp: string | undefined;
    }
    let created: Record<"shop" | "cart", Awaited<ReturnType<ResourceProvider["create"]>>>;
    beforeEach(async () => {
      const provider = undisturbed();
      const [shop, cart] = await Promise.all([
        provider.create(layer("shop", 3)),
        provider.create(layer("cart", 3)),
      ]);
      created = { shop, cart };
    });
    /** What the injector shows after the write; until `caughtUp`, each pod has the former stamp. */
    const shownAfterWrite = (former: string, caughtUp: () => boolean) => {
      const shown: Shown[] = [];
      let isWritten = false;
      const provider = processWith(
        async (call, send) => {
          const answer = await send();
          isWritten ||= call.method === "PUT";
          if (!isWritten || call.method !== "POST" || isByPlan(call)) return answer;
          const { metadata } = answer as { metadata: { annotations: Record<string, string> } };
          if (!caughtUp()) metadata.annotations[stampAnnotation] = former;
          const namespace = call.path.split("/").at(-2) ?? "";
          shown.push({ namespace, stamp: metadata.annotations[stampAnnotation] });
          return answer;
        },
        (call) => call,
      );
      return { provider, shown };
    };
    const update = (provider: ResourceProvider, namespace: "shop" | "cart", news: object) =>
      provider.update("id", created[namespace].outs, { ...layer(namespace, 3), ...news });

    test("one of their pods shows that the injector has both", async () => {
      const former = String(created.shop.outs.stamp);
      const { provider, shown } = shownAfterWrite(former, () => true);
      const proxyResources = { limits: { cpu: 5 } };
      const both = [
        update(provider, "shop", { proxyResources }),
        update(provider, "cart", { proxyResources }),
      ];
      const [stamp] = (await Promise.all(both)).map(({ outs }) => outs.stamp);
      assert.equal(shown.filter((one) => one.stamp === stamp).length, 1);
      assert.notEqual(stamp, former);
      assert.deepEqual(await limits(), { shop: "5", cart: "5" });
    });

    test("a pod whose stamp stays as it is shows nothing of the other", async () => {
      const former = String(created.cart.outs.stamp);
      const lagsUntil = performance.now() + 700;
      const { provider, shown } = shownAfterWrite(former, () => performance.now() > lagsUntil);
      const [, { outs }] = await Promise.all([
        update(provider, "shop", { rollout: { strategy: "none" } }),
        update(provider, "cart", { proxyResources: { limits: { cpu: 5 } } }),
      ]);
      assert.notEqual(outs.stamp, former);
      const ofCart = shown.filter(({ namespace }) => namespace === "cart");
      assert.equal(ofCart.at(-1)?.stamp, outs.stamp);
    });
  });

  const canCreateAtOnce = async (namespace: string) => {
    const body = { metadata: { name: "probe" }, spec: { containers: [{ name: "app", image: "app" }] } };
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const query = { dryRun: "All" };
    return mesh.api.request({ method: "POST", path, query, body, final: [500] }).then(
      () => true,
      () => false,
    );
  };

  test("istiod goes away after the write behind a webhook that may be ignored: nothing is taken for verified", async () => {
    const webhook =
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector";
    const found = await mesh.api.request<{ webhooks: object[] }>({ method: "GET", path: webhook });
    const ignored = found.webhooks.map((one) => ({ ...one, failurePolicy: "Ignore" }));
    await mesh.patch(webhook, { webhooks: ignored });
    await mesh.eventually("the webhook may be ignored", async () => {
      await mesh.cluster.stopComponent("istiod");
      return canCreateAtOnce("shop");
    });
    await mesh.cluster.startComponent("istiod");
    try {
      const provider = afterWrite(async (answer) => {
        await mesh.cluster.stopComponent("istiod");
        return answer;
      });
      await assert.rejects(
        provider.create(layer("shop", 3, "3s")),
        /namespace shop: nothing could be learnt in 3 s: a plain pod gets no sidecar, and did before the write/,
      );
      assert.deepEqual(await limits(), {});
    } finally {
      await mesh.cluster.startComponent("istiod");
      await mesh.patch(webhook, { webhooks: found.webhooks });
    }
  });

  test("whoever applies the ConfigMap on the server, as Helm 4 does, is in no conflict once the last layer is gone", async () => {
    const apply = (config: string) =>
      mesh.api.request({
        method: "PATCH",
        path: "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector",
        contentType: "application/apply-patch+yaml",
        query: { fieldManager: "helm-4" },
        body: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "istio-sidecar-injector" },
          data: { ...installed, config },
        },
      });
    await mesh.patch("/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector", {
      metadata: { managedFields: [{}] },
    });
    await apply(installed.config);
    const { outs = {} } = await undisturbed().create(layer("shop", 3));
    await assert.rejects(apply(`${installed.config}# release 2\n`), /conflicts with "sidecar-settings"/);
    await undisturbed().delete("id", outs);
    await apply(`${installed.config}# release 2\n`);
    assert.equal((await mesh.injector()).config, `${installed.config}# release 2\n`);
  });

  test("Helm rewrites the ConfigMap before the layer is verified: it is written again", async () => {
    const release = { ...installed, config: `# release 2\n${installed.config}` };
    const provider = afterWrite(async (answer) => {
      await writeInjector(mesh.api, injector, await readInjector(mesh.api, injector), release, "helm");
      return answer;
    });
    await provider.create(layer("shop", 3));
    assert.deepEqual(await limits(), { shop: "3" });
    assert.deepEqual(await mesh.injector(), compose(release, layersOf(await mesh.injector())));
    assert.match(provider.lines.join("\n"), /written again, since somebody rewrote/);
  });

  test("settings that deny pods are reverted at once, while another namespace's are still being verified", async () => {
    // as with an injector that lags: cart's pods don't show their settings for long
    const begun = performance.now();
    let wentBack = 0;
    const provider = processWith(async (call, send) => {
      const answer = await send();
      const isCart =
        call.method === "POST" && call.path.includes("/cart/") && performance.now() - begun < 6_000;
      const { metadata } = answer as { metadata?: { annotations?: Record<string, string> } };
      if (isCart && metadata?.annotations) delete metadata.annotations[stampAnnotation];
      if (call.method === "PUT" && !("shop" in (await limits()))) wentBack = performance.now() - begun;
      return answer;
    });
    const cart = provider.create(layer("cart", 3));
    await assert.rejects(provider.create(layer("shop", tooMuch)), isPutBack);
    await cart;
    assert.ok(performance.now() - begun > 6_000, "cart was waited for");
    assert.ok(wentBack > 0 && wentBack < 4_000, `shop went back after ${wentBack} ms`);
    assert.deepEqual(await limits(), { cart: "3" });
  });

  test("a read of settings that were then reverted is not used", async () => {
    const { outs } = await undisturbed().create(layer("shop", 3));
    const limitSeen = async () => {
      const { props } = await provider.read("id", outs);
      return (props as ReturnType<typeof layer> | undefined)?.proxyResources.limits.cpu;
    };
    const seen: unknown[] = [];
    let writes = 0;
    const provider: ResourceProvider = processWith(async (call, send) => {
      if (call.method === "PUT" && ++writes === 2) seen.push(await limitSeen());
      return send();
    });
    await assert.rejects(provider.update("id", outs, layer("shop", tooMuch)), isPutBack);
    seen.push(await limitSeen());
    assert.deepEqual(seen.map(Number), [9, 3]);
  });

  test("the API server goes away for good after the write: the state has the layer, and destroy can take it out", async () => {
    const provider = afterWrite(async () => {
      throw new UnreachableError("PUT: read ECONNRESET");
    });
    const error = await provider.create(layer("shop", 3)).then(
      () => assert.fail("the create should fail"),
      (failure: Error & { id?: string; properties?: Record<string, unknown> }) => failure,
    );
    assert.match(error.message, /may have been written, and could not be tried out; run pulumi up again/);
    assert.ok(error.id && error.properties);
    assert.deepEqual(await limits(), { shop: "3" });
    await undisturbed().delete(error.id, error.properties);
    assert.deepEqual(await mesh.injector(), installed);
  });

  test("the same with settings that deny pods: the next up takes them out", async () => {
    const provider = afterWrite(async () => {
      throw new UnreachableError("PUT: read ECONNRESET");
    });
    const error = await provider.create(layer("shop", tooMuch)).then(
      () => assert.fail("the create should fail"),
      (failure: Error & { id?: string; properties?: Record<string, unknown> }) => failure,
    );
    assert.ok(error.id && error.properties);
    await mesh.eventually("the injector has them", async () => !(await canCreateAtOnce("shop")));
    await assert.rejects(undisturbed().update(error.id, error.properties, layer("shop", tooMuch)), isPutBack);
    assert.deepEqual(await mesh.injector(), installed);
  });

  test("settings that deny pods are not reverted over a layer that another owner wrote since", async () => {
    const settings = parseSettings({ proxyResources: { limits: { cpu: 2 } } }).value;
    const others = compose(installed, { shop: { owner: "o/other/s:shop", settings } });
    let isTaken = false;
    const provider = processWith(async (call, send) => {
      try {
        return await send();
      } catch (error) {
        if (call.method === "POST" && !isTaken) {
          isTaken = true;
          await writeInjector(mesh.api, injector, await readInjector(mesh.api, injector), others, "other");
        }
        throw error;
      }
    });
    await assert.rejects(provider.create(layer("shop", tooMuch)), /maximum cpu usage per Container is 8/);
    assert.ok(isTaken);
    assert.deepEqual(await mesh.injector(), others);
  });

  test("what others write between read and write is kept, with the layer added to it", async () => {
    const edited = { ...installed, config: `# edited\n${installed.config}` };
    let isEdited = false;
    const provider = processWith(async (call, send) => {
      if (call.method === "PUT" && !isEdited) {
        isEdited = true;
        await writeInjector(
          mesh.api,
          injector,
          await readInjector(mesh.api, injector),
          edited,
          "kubectl-edit",
        );
      }
      return send();
    });
    await provider.create(layer("shop", 3));
    assert.ok(isEdited);
    assert.deepEqual(await limits(), { shop: "3" });
    assert.deepEqual(strip(await mesh.injector()), edited);
  });

  test("a write whose answer was lost, and that finds itself in place, reverts to what was there before", async () => {
    await undisturbed().create(layer("shop", 3));
    // as sent again by the client: the server has it, and calls the second one a conflict
    let isLost = false;
    const provider = processWith(async (call, send) => {
      const answer = await send();
      if (call.method !== "PUT" || isLost) return answer;
      isLost = true;
      throw new ApiError(409, "Conflict", "the object has been modified", call);
    });
    // of a program whose state was lost: nothing but the injector knows of the layer
    await assert.rejects(provider.create(layer("shop", tooMuch)), isPutBack);
    assert.ok(isLost);
    assert.deepEqual(await limits(), { shop: "3" });
  });

  test("a former layer that would conflict with other layers now is not restored: the layer is taken out", async () => {
    const requests = {
      ...layer("shop", 3),
      proxyResources: { requests: { cpu: "1500m" } },
    };
    const { outs } = await undisturbed().create(requests);
    const { value: settings } = parseSettings({ proxyResources: { limits: { cpu: 1 } } });
    let isChanged = false;
    const provider = processWith(async (call, send) => {
      try {
        return await send();
      } catch (error) {
        if (call.method === "POST" && !isChanged) {
          isChanged = true;
          const current = await readInjector(mesh.api, injector);
          const layers = { ...layersOf(current.data), "*": { owner: "o/mesh/s:mesh", settings } };
          await writeInjector(mesh.api, injector, current, compose(current.data, layers), "mesh");
        }
        throw error;
      }
    });
    await assert.rejects(provider.update("id", outs, layer("shop", tooMuch)), isPutBack);
    assert.deepEqual(await limits(), { "*": "1" });
    await canCreatePods("shop");
  });

  test("where pods were denied before the write, the layer stays, and up says what it could not try out", async () => {
    const quotas = "/api/v1/namespaces/shop/resourcequotas";
    const quota = { metadata: { name: "no-pods" }, spec: { hard: { pods: "0" } } };
    await mesh.api.request({ method: "POST", path: quotas, body: quota });
    await mesh.eventually("no pod can be created", async () => !(await canCreateAtOnce("shop")));
    try {
      const provider = undisturbed();
      await provider.create(layer("shop", 3));
      assert.deepEqual(await limits(), { shop: "3" });
      assert.match(
        provider.lines.join("\n"),
        /^\[shop\] a plain pod is denied there with or without our settings: .*exceeded quota: no-pods/,
      );
    } finally {
      await mesh.api.request({ method: "DELETE", path: `${quotas}/no-pods` });
      await canCreatePods("shop");
    }
  });

  const meanwhile: [string, boolean][] = [
    ["settings that were tried out", true],
    ["a mesh's first layer", false],
  ];
  for (const [what, isTried] of meanwhile) {
    test(`a quota that is full once they are written takes ${what} not back, and is named`, async () => {
      if (isTried) await undisturbed().create(layer("cart", 3));
      const quotas = "/api/v1/namespaces/shop/resourcequotas";
      const provider = afterWrite(
        async (answer) => {
          const quota = { metadata: { name: "no-pods" }, spec: { hard: { pods: "0" } } };
          await mesh.api.request({ method: "POST", path: quotas, body: quota });
          await mesh.eventually("no pod can be created", async () => !(await canCreateAtOnce("shop")));
          return answer;
        },
        isTried ? (call) => call : unasked,
      );
      try {
        await assert.rejects(
          provider.create(layer("shop", 3, "3s")),
          /namespace shop: the settings are written, but pods are denied now for other reasons.*run pulumi up again\.\n.*exceeded quota: no-pods/,
        );
        assert.deepEqual((await limits()).shop, "3");
        // the next up finds it before its write
        await undisturbed().create(layer("shop", 3));
      } finally {
        await mesh.api.request({ method: "DELETE", path: `${quotas}/no-pods` });
        await canCreatePods("shop");
      }
    });
  }

  test("an istiod that is away for a while after the write takes no settings back", async () => {
    const provider = afterWrite(async (answer) => {
      await mesh.cluster.stopComponent("istiod");
      setTimeout(() => void mesh.cluster.startComponent("istiod"), 8_000);
      return answer;
    });
    await provider.create(layer("shop", 3, "60s"));
    assert.deepEqual(await limits(), { shop: "3" });
  });

  test("a policy engine that is away for a moment denies nothing", async () => {
    const webhooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    await mesh.api.request({ method: "POST", path: webhooks, body: policyEngineAway });
    await mesh.eventually("no pod can be created", async () => !(await canCreateAtOnce("shop")));
    const back = setTimeout(
      () => void mesh.api.request({ method: "DELETE", path: `${webhooks}/policy` }),
      2_000,
    );
    try {
      const provider = undisturbed();
      await provider.create(layer("shop", 3));
      assert.deepEqual(provider.lines, []);
    } finally {
      clearTimeout(back);
    }
  });

  test("a busy API server while the layer is tried out is not taken for a denial", async () => {
    let busy = 0;
    const provider = processWith((call, send) => {
      const isProbe = call.method === "POST" && call.path.endsWith("/pods");
      if (isProbe && ++busy > 1 && busy < 5) throw new UnreachableError("POST: read ECONNRESET");
      return send();
    });
    await provider.create(layer("shop", 3));
    assert.ok(busy >= 5);
    assert.deepEqual(await limits(), { shop: "3" });
  });
});

/** Nobody listens there. */
const policyEngineAway = {
  metadata: { name: "policy" },
  webhooks: [
    {
      name: "policy.example.com",
      clientConfig: { url: "https://127.0.0.1:1/validate" },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
    },
  ],
};

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Container } from "../../provider/cluster/podTemplate";
import { comparableHook, comparableList, sidecarFields } from "../../provider/pod/sidecarFields";
import { amounts, application, initArgs, injectedFields, injectedPod } from "../rollout/injectedPod";

const proxyConfig = (value: string): Partial<Container> => ({ env: [{ name: "PROXY_CONFIG", value }] });

describe("the fields of a sidecar", () => {
  it("are the same whether it is a native sidecar or a container, but for its kind", () => {
    assert.deepEqual(sidecarFields(injectedPod()), injectedFields);
    assert.deepEqual(sidecarFields(injectedPod({ native: true })), {
      ...injectedFields,
      "istio-proxy kind": "native",
    });
  });

  it("have an empty variable, which the API server stores without a value, and no variable from a field of the pod", () => {
    const proxyConfig = { name: "PROXY_CONFIG", value: '{"proxyMetadata":{"EMPTY":"","FROM":""}}' };
    const fields = sidecarFields(
      injectedPod({
        proxy: { env: [proxyConfig, { name: "EMPTY" }, { name: "FROM", valueFrom: {} }] },
      }),
    );
    assert.deepEqual(fields, {
      ...injectedFields,
      "istio-proxy env EMPTY": "",
      "PROXY_CONFIG proxyMetadata.EMPTY": "",
      "PROXY_CONFIG proxyMetadata.FROM": "",
    });
  });

  it("have no numbers of a missing probe", () => {
    const fields =
      sidecarFields(injectedPod({ proxy: { readinessProbe: undefined, startupProbe: undefined } })) ?? {};
    assert.deepEqual(
      Object.entries(fields).filter(([field]) => field.includes("Probe")),
      [["istio-proxy startupProbe", "false"]],
    );
  });

  const images: [string, string][] = [
    ["istio/proxyv2:1.27.0", "default"],
    ["istio/proxyv2:1.27.0-distroless", "distroless"],
    ["registry:5000/proxyv2:1.27.0-debug", "debug"],
    ["istio/proxyv2-debug:1.27.0", "default"],
    ["istio/proxyv2:1.27.0-distroless@sha256:0", "default"],
  ];
  for (const [image, type] of images) {
    it(`tell the type of ${image}`, () => {
      assert.equal(sidecarFields(injectedPod({ proxy: { image } }))?.["istio-proxy image type"], type);
    });
  }

  it("have what PROXY_CONFIG says of each setting, names of maps included", () => {
    const config = {
      concurrency: 0,
      tracing: { sampling: 12.5, customTags: { "a.b": { header: { name: "x" } } } },
      proxyStatsMatcher: { inclusionRegexps: ["a,b"] },
      runtimeValues: { "c.d": "1" },
    };
    const fields = sidecarFields(
      injectedPod({
        proxy: { env: [{ name: "PROXY_CONFIG", value: JSON.stringify(config) }] },
      }),
    );
    assert.deepEqual(fields, {
      ...injectedFields,
      "PROXY_CONFIG concurrency": "0",
      "PROXY_CONFIG tracing.sampling": "12.5",
      "PROXY_CONFIG tracing.customTags.a.b": '{"header":{"name":"x"}}',
      "PROXY_CONFIG proxyStatsMatcher.inclusionRegexps": '["a,b"]',
      "PROXY_CONFIG runtimeValues.c.d": "1",
    });
  });

  it("are the same with Istio CNI, whose init container has another name", () => {
    assert.deepEqual(sidecarFields(injectedPod({ init: { name: "istio-validation" } })), injectedFields);
  });

  it("are empty for a pod without a sidecar", () => {
    assert.equal(sidecarFields({ spec: { containers: [application] } }), undefined);
  });

  it("have none of the init container with interception mode NONE", () => {
    const fields = sidecarFields(injectedPod({ init: null })) ?? {};
    assert.deepEqual(
      Object.keys(fields).filter((field) => field.startsWith("istio-init")),
      [],
    );
    assert.equal(fields["istio-proxy limits.cpu"], "2");
  });

  it("have PROXY_CONFIG's, variables and hooks where there are any", () => {
    const hook = { exec: { command: ["drain"] } };
    const fields = sidecarFields(
      injectedPod({
        init: { env: [{ name: "ISTIO_META_DNS_CAPTURE", value: "true" }] },
        proxy: {
          lifecycle: { preStop: hook },
          env: [
            { name: "ISTIO_META_DNS_CAPTURE", value: "true" },
            { name: "TERMINATION_DRAIN_DURATION_SECONDS", value: "10" },
            {
              name: "PROXY_CONFIG",
              value: '{"terminationDrainDuration":"10s","proxyMetadata":{"ISTIO_META_DNS_CAPTURE":"true"}}',
            },
          ],
        },
      }),
    );
    assert.deepEqual(fields, {
      ...injectedFields,
      "istio-proxy lifecycle.preStop": '{"exec":{"command":["drain"]}}',
      "PROXY_CONFIG terminationDrainDuration": "10s",
      "istio-proxy env TERMINATION_DRAIN_DURATION_SECONDS": "10",
      "istio-proxy env ISTIO_META_DNS_CAPTURE": "true",
      "istio-init env ISTIO_META_DNS_CAPTURE": "true",
      "PROXY_CONFIG proxyMetadata.ISTIO_META_DNS_CAPTURE": "true",
    });
  });

  const irrelevant: [string, Parameters<typeof injectedPod>[0], Parameters<typeof injectedPod>[0]][] = [
    ["the order of a list", { init: { args: ["-d", "1,2,3"] } }, { init: { args: ["-d", "3,1,2"] } }],
    ["an entry twice", { init: { args: ["-d", "1,2"] } }, { init: { args: ["-d", "2,1,2"] } }],
    [
      "the order of arguments",
      {},
      {
        init: {
          args: [
            "-d",
            "15090,15021,15020",
            "-b",
            "*",
            "--log_output_level=default:info",
            "-x",
            "10.0.0.0/8",
            "-m",
            "REDIRECT",
            "-i",
            "*",
          ],
        },
      },
    ],
    ["arguments of Istio's own", {}, { init: { args: [...initArgs, "-p", "15001", "--run-validation"] } }],
    ["an argument with an empty value", {}, { init: { args: [...initArgs, "-o", ""] } }],
    [
      "PROXY_CONFIG's key order and white space",
      { proxy: proxyConfig('{"terminationDrainDuration":"5s","concurrency":2}') },
      { proxy: proxyConfig('{ "concurrency": 2,\n  "terminationDrainDuration": "5s" }\n') },
    ],
    [
      "PROXY_CONFIG fields that no setting is",
      {},
      { proxy: proxyConfig('{"discoveryAddress":"elsewhere:15012"}') },
    ],
    ["a PROXY_CONFIG that can't be read", {}, { proxy: proxyConfig("{") }],
    ["the image", {}, { proxy: { image: "proxyv2:2" }, init: { image: "proxyv2:2" } }],
    [
      "bytes without a unit",
      {},
      { proxy: { resources: { ...amounts, limits: { cpu: "2", memory: "1073741824" } } } },
    ],
    [
      "the spelling of amounts",
      {},
      {
        proxy: {
          resources: {
            limits: { cpu: "2000m", memory: "1024Mi" },
            requests: { cpu: "0.1", memory: "131072Ki" },
          },
        },
      },
    ],
    [
      "what the API server fills in of a request",
      { proxy: { lifecycle: { preStop: { httpGet: { port: 80 } } } } },
      { proxy: { lifecycle: { preStop: { httpGet: { scheme: "HTTP", port: 80, path: "/" } } } } },
    ],
  ];
  for (const [edge, one, other] of irrelevant) {
    it(`do not differ by ${edge}`, () => {
      assert.deepEqual(sidecarFields(injectedPod(one)), sidecarFields(injectedPod(other)));
    });
  }
});

describe("images", () => {
  const pod = (image: string) => injectedPod({ init: { image }, proxy: { image } });
  it("are fields only where asked for", () => {
    assert.deepEqual(sidecarFields(pod("proxyv2:1")), sidecarFields(pod("proxyv2:2")));
    assert.deepEqual(sidecarFields(pod("proxyv2:1"), ["image"]), {
      ...sidecarFields(pod("proxyv2:1")),
      "istio-proxy image": "proxyv2:1",
      "istio-init image": "proxyv2:1",
    });
  });
});

describe("what is compared", () => {
  it("is a list's entries", () => {
    assert.equal(comparableList("b,a,,b"), "a,b");
    assert.equal(comparableList(""), "");
  });

  it("is a hook whatever its key order", () => {
    assert.equal(
      comparableHook({ httpGet: { port: 80, host: "a" } }),
      comparableHook({ httpGet: { host: "a", port: 80 } }),
    );
  });
});

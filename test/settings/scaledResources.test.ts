import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import {
  parseScaledResources,
  type ScaledResources,
  scaledAmounts,
} from "../../provider/settings/scaledResources";
import { parserRows } from "./parserRows";

describe("resources in proportion", () => {
  const one = { percent: 20, of: "container", container: "api" };
  parserRows(
    parseScaledResources,
    [
      ["of the largest amount", { percent: 1, of: "largest" }, { percent: 1, of: "largest" }],
      ["of the sum", { percent: 100, of: "sum" }, { percent: 100, of: "sum" }],
      ["of one container's", one, one],
      [
        "a percentage that a preview doesn't know yet",
        { percent: unknownMarker, of: "sum" },
        { percent: unknownMarker, of: "sum" },
      ],
      ["a percentage as text", { percent: "20", of: "sum" }, { percent: 20, of: "sum" }],
    ],
    [
      ["a percentage alone", 20, /an object with percent and of/],
      ["null", null, /an object with percent and of/],
      ["without a percentage", { of: "sum" }, /whole percentage from 1 to 100/],
      ["0 percent", { percent: 0, of: "sum" }, /whole percentage from 1 to 100/],
      ["101 percent", { percent: 101, of: "sum" }, /whole percentage from 1 to 100/],
      ["half a percent", { percent: 0.5, of: "sum" }, /whole percentage from 1 to 100/],
      ["true percent", { percent: true, of: "sum" }, /whole percentage from 1 to 100/],
      ["a list of one percentage", { percent: [20], of: "sum" }, /whole percentage from 1 to 100/],
      ["of nothing", { percent: 20 }, /choose what to take the percentage of/],
      ["of something else", { percent: 20, of: "average" }, /choose what to take the percentage of/],
      ["of a container without its name", { percent: 20, of: "container" }, /name the application container/],
      ["of a container whose name can't be", { ...one, container: "A b" }, /name the application container/],
      ["of the sum with a container", { ...one, of: "sum" }, /remove container, or set of: "container"/],
      ["with another key", { ...one, cpu: 1 }, /remove the other keys/],
    ],
  );
});

describe("amounts in proportion", () => {
  type Amounts = Record<string, string | number>;
  const container = (name: string, limits?: Amounts, requests?: Amounts) => ({
    name,
    resources: { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) },
  });
  const half: ScaledResources = { percent: 50, of: "largest" };
  const two = [
    container("api", { cpu: "1", memory: "1Gi" }, { cpu: "500m", memory: "256Mi" }),
    container("log", { cpu: "200m", memory: "2Gi" }, { cpu: "100m", memory: "128Mi" }),
  ];

  const rows: [
    string,
    ScaledResources,
    Parameters<typeof scaledAmounts>[1],
    Record<string, string | undefined>,
  ][] = [
    [
      "are of the largest of each kind by itself",
      half,
      two,
      {
        "limits.cpu": "500m",
        "requests.cpu": "250m",
        "limits.memory": "1073741824",
        "requests.memory": "134217728",
      },
    ],
    [
      "are of the sum",
      { percent: 50, of: "sum" },
      two,
      {
        "limits.cpu": "600m",
        "requests.cpu": "300m",
        "limits.memory": "1610612736",
        "requests.memory": "201326592",
      },
    ],
    [
      "are of one container's",
      { percent: 50, of: "container", container: "log" },
      two,
      {
        "limits.cpu": "100m",
        "requests.cpu": "50m",
        "limits.memory": "1073741824",
        "requests.memory": "67108864",
      },
    ],
    ["are none of a container that is not there", { percent: 50, of: "container", container: "x" }, two, {}],
    ["are none where the application says nothing", half, [{ name: "api" }, container("log", {}, {})], {}],
    [
      "are rounded up, to a millicore and a byte",
      { percent: 33, of: "largest" },
      [container("api", { cpu: "10m", memory: "10" }, { cpu: "1m", memory: "1" })],
      { "limits.cpu": "4m", "requests.cpu": "1m", "limits.memory": "4", "requests.memory": "1" },
    ],
    [
      "are of amounts rounded up themselves, as Kubernetes has them",
      { percent: 100, of: "sum" },
      [container("api", { cpu: "100u" }), container("log", { cpu: "1n" })],
      { "limits.cpu": "2m", "requests.cpu": undefined },
    ],
    [
      "are absent where the application has none of the kind beside the other: no request, or no limit",
      half,
      [container("api", { cpu: "1" }, { memory: "1Ki" })],
      {
        "limits.cpu": "500m",
        "requests.cpu": undefined,
        "limits.memory": undefined,
        "requests.memory": "512",
      },
    ],
    [
      "have no limit below the request, where two containers say one each",
      half,
      [container("api", { cpu: "100m" }), container("log", undefined, { cpu: "1" })],
      { "limits.cpu": "500m", "requests.cpu": "500m" },
    ],
    [
      "leave the sidecar's own container out",
      { percent: 50, of: "sum" },
      [container("istio-proxy", { cpu: "8" }), container("api", { cpu: "1" })],
      { "limits.cpu": "500m", "requests.cpu": undefined },
    ],
    [
      "take amounts that are numbers, with exponents and with any suffix",
      { percent: 100, of: "sum" },
      [container("a", { cpu: 1, memory: "1e3" }), container("b", { cpu: "0.5", memory: "1k" })],
      {
        "limits.cpu": "1500m",
        "requests.cpu": undefined,
        "limits.memory": "2000",
        "requests.memory": undefined,
      },
    ],
    [
      "say nothing of an amount of 0, which Kubernetes takes for none",
      half,
      [container("a", { cpu: "0" }, { cpu: 0 })],
      {},
    ],
  ];
  for (const [edge, setting, containers, expected] of rows) {
    it(edge, () => {
      assert.deepEqual(Object.fromEntries(scaledAmounts(setting, containers)), expected);
    });
  }
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sidecarWarnings } from "../../provider/explain/sidecarWarnings";
import type { Level } from "../../provider/levels/effectiveSettings";

const pod = { spec: { containers: [] } };

describe("a warning of throttled threads", () => {
  const warned = (concurrency: string) =>
    sidecarWarnings(pod, { concurrency, "proxyResources.limits.cpu": "1" }, new Map(), { native: true })
      .length;
  it("comes with more threads than cores", () => {
    assert.deepEqual(["0", "1", "2"].map(warned), [0, 0, 1]);
  });
  it("is left out for a concurrency that is not a whole number", () => {
    assert.deepEqual(["1.5", "1e999", "-2", "two"].map(warned), [0, 0, 0, 0]);
  });
});

describe("a warning of what is excluded without effect", () => {
  const unless = "and Istio ignores excluded inbound ports unless it is *";
  const rows: [edge: string, values: Record<string, string>, warnings: string[]][] = [
    [
      "comes with a list of captured ports",
      { "capture.includeInboundPorts": "8080", "capture.excludeInboundPorts": "9300" },
      [`capture.excludeInboundPorts 9300 has no effect: capture.includeInboundPorts is 8080, ${unless}`],
    ],
    [
      "comes with no captured port",
      { "capture.includeInboundPorts": "", "capture.excludeInboundPorts": "9300" },
      [`capture.excludeInboundPorts 9300 has no effect: capture.includeInboundPorts is empty, ${unless}`],
    ],
    [
      "names the ports that are always excluded, where a list captures them",
      { "capture.includeInboundPorts": "8080,9200", "alwaysExclude.inboundPorts": "9200,15081" },
      [`alwaysExclude.inboundPorts 9200 has no effect: capture.includeInboundPorts is 8080,9200, ${unless}`],
    ],
    [
      "comes with ranges where nothing is captured outbound",
      { "capture.includeOutboundIPRanges": "", "capture.excludeOutboundIPRanges": "10.1.0.0/16" },
      [
        "capture.excludeOutboundIPRanges 10.1.0.0/16 has no effect: capture.includeOutboundIPRanges is empty, so nothing is captured that could be excluded",
      ],
    ],
    [
      "does not come with ranges inside those that are captured",
      { "capture.includeOutboundIPRanges": "10.0.0.0/8", "capture.excludeOutboundIPRanges": "10.1.0.0/16" },
      [],
    ],
    [
      "does not come with ranges where ports are captured outbound",
      {
        "capture.includeOutboundIPRanges": "",
        "capture.includeOutboundPorts": "443",
        "capture.excludeOutboundIPRanges": "10.1.0.0/16",
      },
      [],
    ],
    [
      "does not come where all ports are captured",
      {
        "capture.includeInboundPorts": "*",
        "capture.excludeInboundPorts": "9300",
        "alwaysExclude.inboundPorts": "9200",
      },
      [],
    ],
  ];
  for (const [edge, values, warnings] of rows) {
    it(edge, () => assert.deepEqual(sidecarWarnings(pod, values, new Map(), { native: true }), warnings));
  }

  it("does not come for what Istio was installed with", () => {
    const values = { "capture.includeInboundPorts": "8080", "capture.excludeInboundPorts": "9300" };
    const sources = new Map<string, Level>([["capture.excludeInboundPorts", "installed"]]);
    assert.deepEqual(sidecarWarnings(pod, values, sources, { native: true }), []);
  });
});

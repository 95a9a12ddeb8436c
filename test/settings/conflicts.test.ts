import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { conflicts, missingCompanions } from "../../provider/settings/conflicts";

describe("settings that are each right", () => {
  const wrong: [string, Record<string, string>, string, RegExp][] = [
    [
      "a request above its limit",
      { "proxyResources.limits.cpu": "1", "proxyResources.requests.cpu": "1001m" },
      "proxyResources.requests.cpu",
      /a cpu request of 1001m above the limit of 1/,
    ],
    [
      "sizes in different units",
      { "proxyResources.limits.memory": "1G", "proxyResources.requests.memory": "1Gi" },
      "proxyResources.requests.memory",
      /a memory request of 1Gi above the limit of 1G/,
    ],
    [
      "an init request above the proxy's limit, which the init container has",
      { "proxyResources.limits.cpu": "1", "initResources.requests.cpu": "2" },
      "initResources.requests.cpu",
      /request of 2 above the limit of 1/,
    ],
    [
      "an init limit below the proxy's request, which the init container has",
      { "proxyResources.requests.memory": "2Gi", "initResources.limits.memory": "1Gi" },
      "initResources.requests.memory",
      /request of 2Gi above the limit of 1Gi/,
    ],
    [
      "a port both captured and left alone",
      { "capture.includeInboundPorts": "80,443", "capture.excludeInboundPorts": "443" },
      "capture.excludeInboundPorts",
      /443, also in capture\.includeInboundPorts/,
    ],
    [
      "an outbound port in both lists",
      { "capture.includeOutboundPorts": "80,443", "capture.excludeOutboundPorts": "443,80" },
      "capture.excludeOutboundPorts",
      /80, 443, also in capture\.includeOutboundPorts/,
    ],
    [
      "a captured range within one that is left alone",
      {
        "capture.includeOutboundIPRanges": "10.1.0.0/16,10.0.0.0/8,10.0.0.0/7",
        "capture.excludeOutboundIPRanges": "10.0.0.0/8",
      },
      "capture.excludeOutboundIPRanges",
      /^10\.1\.0\.0\/16, 10\.0\.0\.0\/8, also in capture\.includeOutboundIPRanges$/,
    ],
  ];
  for (const [edge, settings, path, found] of wrong) {
    it(`conflict: ${edge}`, () => {
      const [problem, ...others] = conflicts(settings);
      assert.deepEqual(others, []);
      assert.equal(problem?.path, path);
      assert.match(problem?.got ?? "", found);
    });
  }

  const right: [string, Record<string, string>][] = [
    [
      "a request equal to its limit",
      { "proxyResources.limits.cpu": "1", "proxyResources.requests.cpu": "1" },
    ],
    [
      "the same size in two units",
      { "proxyResources.limits.memory": "1Gi", "proxyResources.requests.memory": "1024Mi" },
    ],
    ["a request without a limit", { "proxyResources.requests.cpu": "100" }],
    [
      "everything captured but one port",
      { "capture.includeInboundPorts": "*", "capture.excludeInboundPorts": "80" },
    ],
    [
      "all ranges captured but one",
      { "capture.includeOutboundIPRanges": "*", "capture.excludeOutboundIPRanges": "10.0.0.0/8" },
    ],
    [
      "a range captured but a part of it, which istio-iptables looks at first",
      { "capture.includeOutboundIPRanges": "10.0.0.0/8", "capture.excludeOutboundIPRanges": "10.1.0.0/16" },
    ],
    ["nothing captured", { "capture.includeInboundPorts": "", "capture.excludeInboundPorts": "80" }],
    [
      "ranges of two families",
      { "capture.includeOutboundIPRanges": "0.0.0.0/0", "capture.excludeOutboundIPRanges": "::/0" },
    ],
    [
      "ports of two directions",
      { "capture.includeInboundPorts": "80", "capture.excludeOutboundPorts": "80" },
    ],
    [
      "what a preview does not know",
      { "proxyResources.limits.cpu": unknownMarker, "proxyResources.requests.cpu": "2" },
    ],
    [
      "lists that a preview does not know",
      { "capture.includeOutboundIPRanges": unknownMarker, "capture.excludeOutboundIPRanges": unknownMarker },
    ],
  ];
  for (const [edge, settings] of right) {
    it(`agree: ${edge}`, () => {
      assert.deepEqual(conflicts(settings), []);
    });
  }

  const alone = { holdApplicationUntilProxyStarts: true };
  const companions: [string, Record<string, string | boolean>, boolean][] = [
    ["holding the application needs a native sidecar beside it", alone, false],
    ["a classic sidecar beside it is none", { ...alone, nativeSidecar: false }, false],
    ["with a native sidecar beside it, all is there", { ...alone, nativeSidecar: true }, true],
    ["a preview may not know yet what is beside it", { ...alone, nativeSidecar: unknownMarker }, true],
    ["not holding the application needs nothing", { holdApplicationUntilProxyStarts: false }, true],
    [
      "what a preview does not know needs nothing yet",
      { holdApplicationUntilProxyStarts: unknownMarker },
      true,
    ],
    ["a native sidecar by itself needs nothing", { nativeSidecar: true }, true],
  ];
  for (const [edge, settings, right] of companions) {
    it(`companions: ${edge}`, () => {
      const problems = missingCompanions(settings);
      assert.deepEqual(conflicts(settings), problems);
      assert.deepEqual(
        problems.map(({ path }) => path),
        right ? [] : ["holdApplicationUntilProxyStarts"],
      );
      if (right) return;
      assert.match(problems[0]?.got ?? "", /^true, without nativeSidecar: true$/);
      assert.match(problems[0]?.expected ?? "", /nativeSidecar: true at the same level, since /);
      assert.match(problems[0]?.todo ?? "", /set nativeSidecar: true as well/);
    });
  }

  it("are found in lists as long as there are ports, and thousands of ranges, at once", () => {
    const ports = (first: number, count: number) =>
      Array.from({ length: count }, (_, at) => first + at).join(",");
    const ranges = (kind: (at: number) => string) =>
      Array.from({ length: 5_000 }, (_, at) => kind(at)).join(",");
    const began = performance.now();
    const found = conflicts({
      "capture.includeInboundPorts": ports(1, 32_768),
      "capture.excludeInboundPorts": ports(32_768, 32_768),
      "capture.includeOutboundIPRanges": ranges((at) => `10.${at >> 8}.${at & 255}.0/24`),
      "capture.excludeOutboundIPRanges": `${ranges((at) => `2001:db8:${at.toString(16)}::/64`)},10.0.0.0/23`,
    });
    assert.deepEqual(
      found.map(({ path, got: sentence }) => [path, sentence.split(", also in ")[0]]),
      [
        ["capture.excludeOutboundIPRanges", "10.0.0.0/24, 10.0.1.0/24"],
        ["capture.excludeInboundPorts", "32768"],
      ],
    );
    assert.ok(performance.now() - began < 10_000, `${performance.now() - began} ms`);
  });

  it("are reported once where the init container only inherits the proxy's conflict", () => {
    const found = conflicts({
      "proxyResources.limits.cpu": "1",
      "proxyResources.requests.cpu": "2",
      "initResources.limits.memory": "1Gi",
    });
    assert.deepEqual(
      found.map(({ path }) => path),
      ["proxyResources.requests.cpu"],
    );
  });
});

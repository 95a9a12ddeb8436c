import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Difference,
  differences,
  differencesText,
  restartSentence,
} from "../../provider/pod/differences";

describe("differences", () => {
  it("are changed, new and removed fields", () => {
    const found = differences({ a: "1", b: "2", gone: "3" }, { a: "1", b: "3", fresh: "4" });
    assert.deepEqual(Object.fromEntries(found.map(({ field, from, to }) => [field, [from, to]])), {
      b: ["2", "3"],
      fresh: [undefined, "4"],
      gone: ["3", undefined],
    });
  });

  it("come in one order whatever the order of fields, istio-proxy's first", () => {
    const fields = ["PROXY_CONFIG a", "istio-init a", "istio-proxy a"];
    for (const order of [fields, [...fields].reverse()]) {
      const found = differences({}, Object.fromEntries(order.map((field) => [field, "1"])));
      assert.deepEqual(
        found.map(({ field }) => field),
        ["istio-proxy a", "istio-init a", "PROXY_CONFIG a"],
      );
    }
  });

  it("are none between equal fields", () => {
    assert.deepEqual(differences({ a: "1" }, { a: "1" }), []);
  });
});

describe("the sentence about a restart", () => {
  const cpu: Difference = { field: "istio-proxy limits.cpu", from: "1", to: "2" };
  const dns: Difference = { field: "istio-proxy env ISTIO_META_DNS_CAPTURE", from: undefined, to: "true" };
  const other = (field: string, { from, to }: Difference = cpu): Difference => ({ field, from, to });

  const rows: [string, number, Difference[], string][] = [
    ["one pod", 1, [cpu], "1 pod: proxyResources.limits.cpu 1 -> 2"],
    ["several pods", 3, [cpu], "3 pods: proxyResources.limits.cpu 1 -> 2"],
    ["a value that was not there", 1, [dns], "1 pod: dnsProxy none -> true"],
    [
      "a list that is emptied",
      1,
      [{ field: "istio-init excludeOutboundIPRanges", from: "10.0.0.0/8", to: "" }],
      "1 pod: capture.excludeOutboundIPRanges 10.0.0.0/8 -> none",
    ],
    [
      "more than three",
      2,
      [other("a"), other("b"), other("c"), other("d"), other("e")],
      "2 pods: a 1 -> 2, b 1 -> 2, c 1 -> 2, 2 more",
    ],
    [
      "the init container's echo of the proxy",
      1,
      [cpu, other("istio-init limits.cpu")],
      "1 pod: proxyResources.limits.cpu 1 -> 2",
    ],
    [
      "an amount of the init container alone",
      1,
      [cpu, { field: "istio-init limits.cpu", from: "1", to: "3" }],
      "1 pod: proxyResources.limits.cpu 1 -> 2, initResources.limits.cpu 1 -> 3",
    ],
    [
      "PROXY_CONFIG's echo of a variable",
      1,
      [
        dns,
        other("istio-init env ISTIO_META_DNS_CAPTURE", dns),
        other("PROXY_CONFIG proxyMetadata.ISTIO_META_DNS_CAPTURE", dns),
      ],
      "1 pod: dnsProxy none -> true",
    ],
    [
      "a duration as people write it, where a variable has its seconds as well",
      1,
      [
        { field: "istio-proxy env TERMINATION_DRAIN_DURATION_SECONDS", from: undefined, to: "10" },
        { field: "PROXY_CONFIG terminationDrainDuration", from: undefined, to: "10s" },
      ],
      "1 pod: terminationDrainDuration none -> 10s",
    ],
    ["a long value", 1, [{ field: "f", from: "x".repeat(100), to: "1" }], `1 pod: f ${"x".repeat(39)}… -> 1`],
  ];
  it("fits into what Pulumi shows of a text", () => {
    const long = Array.from({ length: 30 }, (_, at) => ({
      field: `istio-proxy env ${"N".repeat(60)}${at}`,
      from: "x".repeat(90),
      to: "y".repeat(90),
    }));
    const text = differencesText(long);
    assert.ok(text.length <= 140, text);
    assert.match(text, /^env\.N+0 x+… -> y+….*29 more$|…$/);
  });

  for (const [edge, pods, found, sentence] of rows) {
    it(edge, () => {
      assert.equal(restartSentence(pods, found), sentence);
    });
  }
});

import { comparableList } from "../../provider/pod/sidecarFields";

/** Port that Istio's own rules keep out of capture. */
const tunnel = "15008";
const loopback = "127.0.0.1/32";

/** What rules of iptables capture, by the labels that settings have for the arguments of istio-init. */
export function capturedBy(rules: readonly string[]): Readonly<Record<string, string>> {
  const found = (pattern: RegExp) =>
    rules.flatMap((rule) => {
      const [, one] = pattern.exec(rule) ?? [];
      return one === undefined ? [] : [one];
    });
  const list = (entries: readonly string[]) => comparableList(entries.join(","));
  const allInbound = rules.some((rule) =>
    /^-A ISTIO_INBOUND -p tcp -j ISTIO_(IN_REDIRECT|TPROXY)$/.test(rule),
  );
  const allOutbound = rules.includes("-A ISTIO_OUTPUT -j ISTIO_REDIRECT");
  return {
    interceptionMode: rules.some((rule) => rule.endsWith("-j ISTIO_TPROXY")) ? "TPROXY" : "REDIRECT",
    includeInboundPorts: allInbound
      ? "*"
      : list(found(/^-A ISTIO_INBOUND -p tcp --dport (\d+) -j ISTIO_(?:IN_REDIRECT|TPROXY)$/)),
    excludeInboundPorts: list(
      found(/^-A ISTIO_INBOUND -p tcp --dport (\d+) -j RETURN$/).filter((port) => port !== tunnel),
    ),
    includeOutboundPorts: list(found(/^-A ISTIO_OUTPUT -p tcp --dport (\d+) -j ISTIO_REDIRECT$/)),
    excludeOutboundPorts: list(found(/^-A ISTIO_OUTPUT -p tcp --dport (\d+) -j RETURN$/)),
    includeOutboundIPRanges: allOutbound ? "*" : list(found(/^-A ISTIO_OUTPUT -d (\S+) -j ISTIO_REDIRECT$/)),
    excludeOutboundIPRanges: list(
      found(/^-A ISTIO_OUTPUT -d (\S+) -j RETURN$/).filter((range) => range !== loopback),
    ),
    excludeInterfaces: list(found(/^-A PREROUTING -i (\S+) -j RETURN$/)),
  };
}

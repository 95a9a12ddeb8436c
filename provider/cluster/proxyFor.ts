import ipaddr from "ipaddr.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy by which kubectl and Pulumi's Kubernetes provider reach a server that has none in the kubeconfig: HTTPS_PROXY or HTTP_PROXY by
 * the server's scheme, unless NO_PROXY names the server. Undefined for none, and for servers on this machine. By the rules of Go, whose
 * NO_PROXY has ranges, and whose `example.com` includes the hosts below it.
 */
export function proxyFor(server: string, env: Environment): string | undefined {
  if (!URL.canParse(server)) return undefined;
  const { protocol, hostname, port } = new URL(server);
  const named = (name: string) => env[name] || env[name.toLowerCase()] || undefined;
  const proxy = named(protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const at = { host, port: port || (protocol === "https:" ? "443" : "80") };
  if (proxy === undefined || isOwn(host)) return undefined;
  if ((named("NO_PROXY") ?? "").split(",").some((entry) => isExcluded(at, entry.trim().toLowerCase())))
    return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isOwn(host: string): boolean {
  return host === "localhost" || (ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback");
}

function isExcluded({ host, port }: { host: string; port: string }, entry: string): boolean {
  if (entry === "*") return true;
  if (ipaddr.isValidCIDR(entry) && ipaddr.isValid(host)) {
    const [address, range] = [ipaddr.process(host), ipaddr.parseCIDR(entry)];
    return address.kind() === range[0].kind() && address.match(range);
  }
  const [, name = "", only] = /^(.*?)(?::(\d+))?$/.exec(ipaddr.isValid(entry) ? "" : entry) ?? [];
  if (only !== undefined && only !== port) return false;
  if (ipaddr.isValid(entry)) return host === entry;
  const domain = name.replace(/^\*/, "");
  if (domain === "") return false;
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

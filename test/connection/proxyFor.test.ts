import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { proxyFor } from "../../provider/cluster/proxyFor";

const proxy = "http://proxy.corp:3128";
const mesh = "https://api.mesh.corp:6443";

describe("the proxy to a server", () => {
  const rows: [edge: string, server: string, env: Record<string, string>, expected: string | undefined][] = [
    ["none is set", mesh, {}, undefined],
    ["HTTPS_PROXY", mesh, { HTTPS_PROXY: proxy }, proxy],
    ["in small letters, without a scheme", mesh, { https_proxy: "proxy.corp:3128" }, proxy],
    ["HTTP_PROXY is for http alone", mesh, { HTTP_PROXY: proxy }, undefined],
    ["HTTP_PROXY", "http://10.0.0.1", { HTTP_PROXY: proxy }, proxy],
    ["this machine", "https://127.0.0.1:6443", { HTTPS_PROXY: proxy }, undefined],
    ["this machine by name", "https://localhost:6443", { HTTPS_PROXY: proxy }, undefined],
    ["this machine by IPv6", "https://[::1]:6443", { HTTPS_PROXY: proxy }, undefined],
    ["all are excluded", mesh, { HTTPS_PROXY: proxy, NO_PROXY: "*" }, undefined],
    ["the host is", mesh, { HTTPS_PROXY: proxy, NO_PROXY: "other, api.mesh.corp" }, undefined],
    ["its domain is", mesh, { HTTPS_PROXY: proxy, no_proxy: "corp" }, undefined],
    ["the hosts below a domain are", mesh, { HTTPS_PROXY: proxy, NO_PROXY: ".mesh.corp" }, undefined],
    ["the same with a star", mesh, { HTTPS_PROXY: proxy, NO_PROXY: "*.mesh.corp" }, undefined],
    ["not the domain itself", "https://mesh.corp", { HTTPS_PROXY: proxy, NO_PROXY: ".mesh.corp" }, proxy],
    ["only the end of a name is equal", mesh, { HTTPS_PROXY: proxy, NO_PROXY: "esh.corp" }, proxy],
    ["another port is", mesh, { HTTPS_PROXY: proxy, NO_PROXY: "mesh.corp:443" }, proxy],
    ["its port is", mesh, { HTTPS_PROXY: proxy, NO_PROXY: "mesh.corp:6443" }, undefined],
    ["its address is", "https://10.1.2.3", { HTTPS_PROXY: proxy, NO_PROXY: "10.1.2.3" }, undefined],
    ["its range is", "https://10.1.2.3", { HTTPS_PROXY: proxy, NO_PROXY: "10.0.0.0/8" }, undefined],
    ["its IPv6 range is", "https://[fd00::7]", { HTTPS_PROXY: proxy, NO_PROXY: "fd00::/8" }, undefined],
    [
      "another range is",
      "https://10.1.2.3",
      { HTTPS_PROXY: proxy, NO_PROXY: "192.168.0.0/16,fd00::/8" },
      proxy,
    ],
    ["no server", "", { HTTPS_PROXY: proxy }, undefined],
  ];
  for (const [edge, server, env, expected] of rows) {
    it(`${edge}: ${expected ?? "none"}`, () => assert.equal(proxyFor(server, env), expected));
  }
});

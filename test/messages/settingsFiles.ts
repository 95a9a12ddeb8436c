import { readPlatformFile } from "../../provider/platformFile/readPlatformFile";
import { errorOf, type Situation } from "./Situation";

const files: [what: string, file: string][] = [
  ["a misspelt setting", "namespaces: { shop: { dnsProxi: true } }"],
  ["a key that is near to none", "namespaces: { shop: { qwertyuiop: true } }"],
  ["an amount in words", "global: { proxyResources: { limits: { cpu: two } } }"],
  ["a request above its limit", "global: { proxyResources: { limits: { cpu: 1 }, requests: { cpu: 2 } } }"],
  ["a port out of range", "global: { capture: { excludeInboundPorts: [99999] } }"],
  ["a range with host bits", "global: { capture: { excludeOutboundIPRanges: [10.1.2.3/16] } }"],
  ["a bracket that is never closed", "namespaces:\n  shop: [80"],
  ["a second document", "global: {}\n---\nnamespaces: {}\n"],
  ["a colon without a space", "global:\n  logLevel: debug\n  dnsProxy:true\n"],
  [
    "a label that YAML takes for a number",
    "workloads: { web: { namespace: shop, selector: { matchLabels: { version: 2 } } } }",
  ],
  ["a selector as a Service has it", "workloads: { web: { namespace: shop, selector: { app: web } } }"],
  ["an option of rollouts that is none", "rollout: { strategy: rolling }"],
  ["text for a switch", 'global: { dnsProxy: "yes" }'],
  ["injectorTimeout in words", "injectorTimeout: 5 minutes"],
];

/** What is wrong in a settings.yaml. */
export const settingsFiles: readonly Situation[] = files.map(([what, file]) => [
  what,
  () => errorOf(() => readPlatformFile(file, "settings.yaml")),
]);

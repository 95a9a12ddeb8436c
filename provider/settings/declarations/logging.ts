import { parseChoice } from "../choice.js";
import type { JsonSchema } from "../JsonSchema.js";
import { agentLogLevels, envoyLogLevels, parseScopedLevels } from "../logLevel.js";
import type { SettingDeclaration } from "../SettingDeclaration.js";
import { setting } from "./setting.js";

const scopedSchema: JsonSchema = {
  anyOf: [{ type: "string" }, { type: "object", additionalProperties: { type: "string" } }],
};

const parseLevel = parseChoice(envoyLogLevels, "use one of Envoy's levels");

export const logging: readonly SettingDeclaration[] = [
  setting({
    path: "logLevel",
    // Envoy's other word for it
    parse: (value) =>
      parseLevel(typeof value === "string" && /^\s*warn\s*$/i.test(value) ? "warning" : value),
    rendering: { to: "value", path: ["proxy", "logLevel"] },
    podFields: [{ in: "argument", of: "istio-proxy", prefix: "--proxyLogLevel=" }],
    overrides: [
      { by: "annotation", name: "sidecar.istio.io/logLevel" },
      { by: "container", of: "istio-proxy", path: ["args"] },
    ],
    foreign: [{ in: "asm", paths: [["logLevel"]] }],
    schema: { enum: [...envoyLogLevels] },
    about: {
      summary: "Envoy's log level",
      istio: "Helm `global.proxy.logLevel`, annotation `sidecar.istio.io/logLevel`",
      asm: "LogLevel",
    },
  }),
  setting({
    path: "componentLogLevel",
    parse: parseScopedLevels(envoyLogLevels, false),
    rendering: { to: "value", path: ["proxy", "componentLogLevel"] },
    podFields: [{ in: "argument", of: "istio-proxy", prefix: "--proxyComponentLogLevel=" }],
    overrides: [
      { by: "annotation", name: "sidecar.istio.io/componentLogLevel" },
      { by: "container", of: "istio-proxy", path: ["args"] },
    ],
    schema: scopedSchema,
    about: {
      summary: "log levels of individual Envoy components: `upstream:debug,misc:error`",
      istio: "Helm `global.proxy.componentLogLevel`, annotation `sidecar.istio.io/componentLogLevel`",
    },
  }),
  setting({
    path: "agentLogLevel",
    parse: parseScopedLevels(agentLogLevels, true),
    rendering: { to: "value", path: ["logging", "level"] },
    podFields: [
      { in: "argument", of: "istio-proxy", prefix: "--log_output_level=" },
      { in: "argument", of: "istio-init", prefix: "--log_output_level=" },
    ],
    overrides: [
      { by: "annotation", name: "sidecar.istio.io/agentLogLevel" },
      { by: "container", of: "istio-proxy", path: ["args"] },
      { by: "container", of: "istio-init", path: ["args"] },
    ],
    schema: scopedSchema,
    about: {
      summary: "log level of the agent, as a whole or by scope: `default:info,ads:debug`",
      istio: "Helm `global.logging.level`, annotation `sidecar.istio.io/agentLogLevel`",
    },
  }),
];

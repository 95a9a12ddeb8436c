import { parseBoolean } from "../choice.js";
import { numberSchema, parseNumber } from "../number.js";
import { layerLevels, type SettingDeclaration } from "../SettingDeclaration.js";
import { containerField, setting } from "./setting.js";

const numbers = {
  initialDelaySeconds: { least: 0, of: "seconds" },
  periodSeconds: { least: 1, of: "seconds" },
  failureThreshold: { least: 1, of: "failures" },
} as const;

const failures = { least: 1, most: 86_400, digits: 0, of: "failures" };

function readiness(name: keyof typeof numbers): SettingDeclaration {
  const helm = `readiness${name[0]?.toUpperCase()}${name.slice(1)}`;
  const { least, of } = numbers[name];
  const rule = { least, most: 86_400, digits: 0, of };
  return setting({
    path: `readinessProbe.${name}`,
    parse: parseNumber(rule),
    rendering: { to: "value", path: ["proxy", helm] },
    podFields: [
      {
        in: "container",
        of: "istio-proxy",
        path: ["readinessProbe", name],
        as: "text",
        ...(least === 0 ? { absent: "0" } : {}),
      },
    ],
    overrides: [
      { by: "annotation", name: `readiness.status.sidecar.istio.io/${name}` },
      { by: "container", of: "istio-proxy", path: ["readinessProbe", name] },
    ],
    foreign: [{ in: "asm", paths: [[helm]] }],
    schema: numberSchema(rule),
    about: {
      summary: `\`${name}\` of istio-proxy's readiness probe`,
      istio: `Helm \`global.proxy.${helm}\`, annotation \`readiness.status.sidecar.istio.io/${name}\``,
      asm: `Readiness${name[0]?.toUpperCase()}${name.slice(1)}`,
    },
  });
}

export const probes: readonly SettingDeclaration[] = [
  readiness("initialDelaySeconds"),
  readiness("periodSeconds"),
  readiness("failureThreshold"),
  setting({
    path: "startupProbe.enabled",
    parse: parseBoolean,
    rendering: { to: "value", path: ["proxy", "startupProbe", "enabled"] },
    podFields: [{ in: "container", of: "istio-proxy", path: ["startupProbe"], as: "presence" }],
    overrides: [],
    schema: { type: "boolean" },
    about: {
      summary: "whether istio-proxy has a startup probe",
      istio: "Helm `global.proxy.startupProbe.enabled`",
    },
  }),
  setting({
    path: "startupProbe.failureThreshold",
    parse: parseNumber(failures),
    rendering: { to: "value", path: ["proxy", "startupProbe", "failureThreshold"] },
    ...containerField("istio-proxy", ["startupProbe", "failureThreshold"], "text"),
    // the API server rejects a Deployment with a probe that has no handler
    levels: layerLevels,
    schema: numberSchema(failures),
    about: {
      summary: "how many seconds istio-proxy may take to start: its startup probe runs once per second",
      istio: "Helm `global.proxy.startupProbe.failureThreshold`",
    },
  }),
];

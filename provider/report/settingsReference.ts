import { oldestRelease } from "../render/istioVersion.js";
import { declarations, type Rendering, type SettingDeclaration } from "../settings/declarations.js";
import { releasesText } from "../settings/releaseFacts.js";
import { allLevels } from "../settings/SettingDeclaration.js";

/** The reference of all settings as Markdown, from their declarations. */
export function settingsReference(): string {
  const rows = declarations.map((declaration) =>
    [
      `\`${declaration.path}${declaration.open ? ".NAME" : ""}\``,
      declaration.about.summary,
      levelsOf(declaration),
      renderedTo(declaration),
      declaration.about.istio,
      declaration.about.asm ?? "–",
      [releasesText(declaration.path) ?? `all from ${oldestRelease}`, declaration.about.nodes]
        .filter((part) => part !== undefined)
        .join("; "),
    ].map(cell),
  );
  const whys = declarations.flatMap(({ path, about: { why } }) => (why ? [[why, path] as const] : []));
  const reasons = new Map<string, string[]>();
  for (const [why, path] of whys) reasons.set(why, [...(reasons.get(why) ?? []), `\`${path}\``]);
  return [
    "# Settings",
    "",
    "Generated from the declarations in [provider/settings/declarations](../provider/settings/declarations): what each setting is, the levels that may have",
    "it, and what it is rendered to. Stronger levels replace the value of weaker ones, setting by setting; `alwaysExclude` is added to instead.",
    "",
    table(["Setting", "What it sets", "Levels", "Rendered to", "Istio's own", "ASM", "Istio releases"], rows),
    "",
    "## Why so",
    "",
    ...[...reasons].map(([why, paths]) => `- ${paths.join(", ")}: ${why}.`),
    "",
    "## What Istio can't do at a level",
    "",
    ...declarations.flatMap(({ path, needs }) =>
      needs ? [`- \`${path}: ${String(needs.when)}\` above the pod level: ${needs.why}; ${needs.todo}.`] : [],
    ),
    ...declarations
      .filter(({ levels }) => !levels.includes("pod"))
      .map(
        ({ path }) =>
          `- \`${path}\` on a pod itself: use \`WorkloadSidecarSettings\`, which picks the pod by its labels.`,
      ),
    "- `interceptionMode: NONE` above the pod level: a pod that captures nothing says so itself, by its annotation.",
    "",
  ].join("\n");
}

function levelsOf({ levels }: SettingDeclaration): string {
  return levels.length === allLevels.length ? "all" : levels.join(", ");
}

function renderedTo({ rendering }: SettingDeclaration): string {
  return texts[rendering("NAME").to](rendering("NAME"));
}

const texts: { [To in Rendering["to"]]: (rendering: Rendering) => string } = {
  value: (to) => (to.to === "value" ? `\`.Values.global.${to.path.join(".")}\` of Istio's template` : ""),
  united: (to) => (to.to === "united" ? `added to \`.Values.global.${to.path.join(".")}\`` : ""),
  annotation: (to) => (to.to === "annotation" ? `default of the pod's \`${to.annotation}\`` : ""),
  expression: () => "what Istio's template asks istiod",
  initResources: () => "resources of the init container in Istio's template",
  scaledResources: () => "resources of istio-proxy in Istio's template, computed at injection",
  proxyConfig: (to) => (to.to === "proxyConfig" ? `\`PROXY_CONFIG\` ${to.path.join(".")}` : ""),
  proxyMetadata: (to) =>
    to.to === "proxyMetadata" ? `variables ${to.names.map((name) => `\`${name}\``).join(", ")}` : "",
};

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

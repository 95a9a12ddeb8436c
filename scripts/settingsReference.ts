import { markdownTable } from "../provider/report/markdown";
import { declarations, type Rendering, type SettingDeclaration } from "../provider/settings/declarations";
import type { JsonSchema } from "../provider/settings/JsonSchema";
import { releasesText } from "../provider/settings/releaseFacts";
import { allLevels } from "../provider/settings/SettingDeclaration";
import { type SettingGroup, settingGroups } from "./settingGroups";

/** The reference of all settings as Markdown, generated from their declarations. */
export function settingsReference(): string {
  return [
    "# Settings",
    "",
    "Generated from [the declarations](../provider/settings/declarations). Every component and every level of",
    "[settings.yaml](settings-file.md) takes these settings; one that is left out comes from the [next weaker level](concepts.md). The examples",
    'are parts of a `settings.yaml`; programs use the same names. Some values can be written in several ways (`2` or `"2 cores"`,',
    '`[7015, 7016]` or `"7015,7016"`). They are stored in one canonical form, so a different spelling is not a change.',
    "Defaults are those of the newest Istio chart.",
    "",
    settingGroups.map(({ heading }) => `[${heading}](#${heading.toLowerCase()})`).join(" · "),
    "",
    ...settingGroups.flatMap(block),
    "## Not at every level",
    "",
    ...declarations.flatMap(({ path, needs }) =>
      needs ? [`- \`${path}: ${String(needs.when)}\` above the pod level: ${needs.why}; ${needs.todo}.`] : [],
    ),
    ...declarations
      .filter(({ levels }) => !levels.includes("pod"))
      .map(
        ({ path }) =>
          `- \`${path}\` on a pod itself: use \`WorkloadSidecarSettings\`, which selects the pod by its labels.`,
      ),
    "- `interceptionMode: NONE` above the pod level: set it with the annotation on each pod that should capture nothing.",
    "",
    "## Names in Alibaba Cloud Service Mesh",
    "",
    markdownTable(
      ["ASM", "Here"],
      declarations.flatMap(({ path, about: { asm } }) => (asm ? [[cell(asm), `\`${path}\``]] : [])),
    ),
    "",
  ].join("\n");
}

/** The settings of a group, in the order of their declarations. */
export function settingsOf({ keys }: SettingGroup): SettingDeclaration[] {
  return declarations.filter(({ path }) => keys.includes(path.split(".")[0] ?? path));
}

function block(group: SettingGroup): string[] {
  const { heading, about, example, danger, defaults } = group;
  const rows = settingsOf(group).map((declaration) =>
    [
      `\`${declaration.path}${declaration.open ? ".NAME" : ""}\`: ${declaration.about.summary}${limitsOf(declaration)}`,
      valuesText(declaration.schema),
      defaults[declaration.path] ?? defaults[""] ?? "",
      podText(declaration),
      helmText(declaration.rendering("NAME"), declaration.about.istio),
    ].map(cell),
  );
  return [
    `## ${heading}`,
    "",
    about,
    "",
    "```yaml",
    "namespaces:",
    "  shop:",
    ...example.split("\n").map((line) => `    ${line}`),
    "```",
    "",
    ...(danger ? [`**Careful**: ${danger}`, ""] : []),
    markdownTable(["Setting", "Values", "Istio's default", "Set on a pod by", "Istio's own name"], rows),
    "",
  ];
}

function limitsOf({ path, levels, about: { nodes } }: SettingDeclaration): string {
  const releases = releasesText(path);
  const limits = [
    releases === undefined ? undefined : `Istio ${releases}`,
    nodes,
    levels.length === allLevels.length ? undefined : `${levels.join(", ")} only`,
  ].filter((one) => one !== undefined);
  return limits.length > 0 ? ` (${limits.join("; ")})` : "";
}

interface Schema {
  type?: string | string[];
  oneOf?: { properties?: object }[];
  enum?: unknown[];
  anyOf?: JsonSchema[];
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  properties?: object;
  items?: { minLength?: number };
}

function valuesText(schema: JsonSchema): string {
  const {
    type,
    enum: choices,
    oneOf,
    anyOf,
    examples,
    minimum,
    maximum,
    properties,
    items,
  } = schema as Schema;
  if (choices) return choices.map(code).join(", ");
  if (examples) return `such as ${examples.map(code).join(", ")}`;
  if (type === "boolean") return "`true`, `false`";
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (properties) return `a map of ${Object.keys(properties).map(code).join(", ")}`;
  if (oneOf) return oneOf.flatMap(({ properties: one = {} }) => Object.keys(one).map(code)).join(", ");
  if (Array.isArray(type)) return "text, a number, `true`, `false`";
  const texts = [...new Set((anyOf ?? []).map(valuesText).filter((text) => text !== ""))];
  if (texts.length > 0) return texts.join(" or ");
  // texts that may have commas themselves, such as regular expressions, are not taken apart at them
  if (type === "array")
    return items?.minLength ? "a list, or a single value" : "a list, or comma-separated text";
  return type === "object" ? "a map, or text" : "";
}

function podText({ overrides }: SettingDeclaration): string {
  const [first] = overrides("NAME").filter(({ by }) => by !== "presence");
  if (!first) return "–";
  if (first.by === "annotation") return code(first.name);
  if (first.by === "proxyConfig") return `\`${first.path.join(".")}\` in \`proxy.istio.io/config\``;
  return first.by === "container" ? `a container \`${first.of}\` with \`image: auto\`` : "–";
}

function helmText(rendering: Rendering, istio: string): string {
  if (rendering.to === "value") return `Helm \`global.${rendering.path.join(".")}\``;
  return istio.replace(/;.*/, "");
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

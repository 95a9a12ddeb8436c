import { defaultRevision } from "../cluster/injectingRevision.js";
import { count } from "../data/count.js";
import type { ExplainedSetting } from "../explain/explainSidecar.js";
import type { ExplainedSidecar } from "../mesh/explainFound.js";
import { settingText } from "../settings/settingText.js";
import { markdownCode, markdownTable, markdownText } from "./markdown.js";
import { type Paint, plain, type Tone } from "./Paint.js";
import { printed } from "./printed.js";
import type { TextOptions } from "./statusReport.js";
import { type Cell, textTable } from "./textTable.js";
import { widthOf, wrapped } from "./wrapped.js";

const heads = ["SETTING", "VALUE", "FROM", "INSTEAD OF"];

/** Options for explanations at a terminal. */
interface ExplainTextOptions extends Pick<TextOptions, "paint" | "width"> {
  /** Whether to include Istio's own values. */
  everything?: boolean;
}

/** Explanations as text. Istio's own values are only counted, unless `everything` is set. */
export function explainText(all: readonly ExplainedSidecar[], options: ExplainTextOptions = {}): string {
  const { paint = plain, everything = false } = options;
  return all
    .map(({ name, revision, explanation: { settings, warnings, unaffected }, ...state }) => {
      const title = `${paint("strong", printed(name))}${revisionText(revision)}`;
      if (unaffected !== undefined) return `${title}: ${printed(unaffected)}\n`;
      const shown = everything ? settings : settings.filter(({ source }) => source !== "installed");
      const notes = [...staleText(state), ...warnings].map((warning) =>
        marked("!", "warning", warning, options),
      );
      return `${title}\n${settingsTable(shown, options)}${restText(settings.length - shown.length, shown.length, paint)}${notes.join("")}`;
    })
    .join("\n");
}

/** A sign and a wrapped text, indented so that only the sign is in the first column. */
function marked(
  sign: string,
  tone: Tone,
  text: string,
  { paint = plain, width }: ExplainTextOptions,
): string {
  const lines = wrapped(printed(text), (width ?? Number.POSITIVE_INFINITY) - 2);
  return lines.map((line, at) => `${at === 0 ? `${paint(tone, sign)} ` : "  "}${line}\n`).join("");
}

/** Owners next to their levels if there is room, else once below the table. */
function settingsTable(settings: readonly ExplainedSetting[], options: ExplainTextOptions): string {
  if (settings.length === 0) return "";
  const { paint = plain, width = Number.POSITIVE_INFINITY } = options;
  const rows = (from: (setting: ExplainedSetting) => string) =>
    settings.map((setting): Cell[] => [
      setting.path,
      setting.note === undefined ? settingText(setting.value) : { text: "not set", tone: "quiet" },
      { text: from(setting), tone: setting.source === "installed" ? "quiet" : "good" },
      setting.note ?? insteadOf(setting),
    ]);
  const whole = textTable(heads, rows(fromText));
  if (whole.split("\n").every((line) => widthOf(line) <= width))
    return textTable(heads, rows(fromText), { paint });
  const owners = new Set(
    settings.flatMap(({ source, owner }) => (owner === undefined ? [] : [`${source}: ${owner}`])),
  );
  const table = textTable(
    heads,
    rows(({ source }) => source),
    { paint, most: width, cuts: ["VALUE"] },
  );
  return `${table}${[...owners].map((owner) => `${paint("quiet", printed(owner))}\n`).join("")}`;
}

export function explainMarkdown(all: readonly ExplainedSidecar[]): string {
  return all
    .map(({ name, revision, explanation: { settings, warnings, unaffected }, ...state }) => {
      const title = `## ${markdownText(`${name}${revisionText(revision)}`)}\n\n`;
      if (unaffected !== undefined) return `${title}${markdownText(unaffected)}\n`;
      const rows = settings.map((setting) => [
        markdownCode(setting.path),
        setting.note === undefined ? markdownCode(settingText(setting.value)) : "not set",
        markdownText(fromText(setting)),
        markdownText(setting.note ?? insteadOf(setting)),
      ]);
      const notes = [...staleText(state), ...warnings]
        .map((warning) => `- ${markdownText(warning)}\n`)
        .join("");
      return `${title}${markdownTable(["Setting", "Value", "From", "Instead of"], rows)}\n${notes === "" ? "" : `\n${notes}`}`;
    })
    .join("\n");
}

function restText(left: number, shown: number, paint: Paint): string {
  if (left === 0) return "";
  const what = count(left, shown > 0 ? "more setting" : "setting");
  return `${paint("quiet", `${what} as Istio was installed: --all shows ${left === 1 ? "it" : "them"}`)}\n`;
}

// most meshes have one revision, without a name
function revisionText(revision: string | undefined): string {
  return revision === undefined || revision === defaultRevision ? "" : ` (revision ${printed(revision)})`;
}

function staleText({ stale, waiting }: Pick<ExplainedSidecar, "stale" | "waiting">): string[] {
  if (stale === undefined) return [];
  const state = waiting === undefined ? "stale" : `waiting (${waiting})`;
  return [`${state}, and shown as a new pod would be: ${stale}`];
}

function fromText({ source, owner }: ExplainedSetting): string {
  return owner === undefined ? source : `${source} (${owner})`;
}

function insteadOf({ overrode }: ExplainedSetting): string {
  return overrode.map(({ value, source }) => `${settingText(value)} (${source})`).join(", ");
}

import { type ExplainedSidecar, explainFound } from "../../mesh/explainFound.js";
import { type FoundTemplate, findPodTemplate, templatesIn } from "../../mesh/findPodTemplate.js";
import { explainMarkdown, explainText } from "../../report/explainReport.js";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import { formatted } from "../formatted.js";
import { connectAs, type GlobalOptions, type OutputFormat } from "../GlobalOptions.js";
import type { Io } from "../Io.js";
import { readText } from "../readText.js";
import { textOptions } from "../terminalPaint.js";

export const explainFormats = ["table", "wide", "json", "yaml", "markdown"] as const;

/** Explains each setting of a workload's, pod's or manifest's sidecar: its value, where it comes from, what it replaced. */
export async function explain(
  io: Io,
  what: string,
  options: GlobalOptions & { output: OutputFormat; all?: boolean },
): Promise<ExitCode> {
  const api = await connectAs(io, options);
  const namespace = options.namespace ?? api.contextNamespace ?? "default";
  const templates: FoundTemplate[] = isFile(what)
    ? templatesIn(await readText(io, what), namespace)
    : [await findPodTemplate(api, namespace, what)];
  const explained: ExplainedSidecar[] = [];
  for (const one of templates)
    explained.push(await explainFound(api, one, options.injectorNamespace, options.revision, io.now()));
  const found = explained.map(({ explanation, ...rest }) => ({ ...rest, ...explanation }));
  io.out(
    formatted(options.output, found, {
      table: () =>
        explainText(explained, {
          ...textOptions(io, options.output),
          everything: options.all ?? false,
        }),
      markdown: () => explainMarkdown(explained),
    }),
  );
  return exitCodes.done;
}

// a KIND/NAME neither starts nor ends like this
function isFile(what: string): boolean {
  return what === "-" || /\.(ya?ml|json)$/.test(what) || /^[./~]/.test(what);
}

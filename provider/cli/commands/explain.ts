import { explainSidecar } from "../../explain/explainSidecar.js";
import { readInjector } from "../../injector/Injector.js";
import { type FoundTemplate, findPodTemplate, templatesIn } from "../../mesh/findPodTemplate.js";
import { installedGlobal } from "../../render/compose.js";
import { layersOf } from "../../render/layersOf.js";
import { installedSettings } from "../../render/Profile.js";
import { type Explained, explainMarkdown, explainText } from "../../report/explainReport.js";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import { formatted } from "../formatted.js";
import { connectAs, type GlobalOptions, type OutputFormat } from "../GlobalOptions.js";
import type { Io } from "../Io.js";
import { terminalPaint } from "../terminalPaint.js";

export const explainFormats = ["table", "json", "yaml", "markdown"] as const;

/** Each setting of one workload's, pod's or manifest's sidecar: its value, where it comes from, what it replaced. */
export async function explain(
  io: Io,
  what: string,
  options: GlobalOptions & { output: OutputFormat },
): Promise<ExitCode> {
  const api = await connectAs(io, options);
  const namespace = options.namespace ?? "default";
  const templates: FoundTemplate[] = isFile(what)
    ? templatesIn(await io.readFile(what), namespace)
    : [await findPodTemplate(api, namespace, what)];
  const { data } = await readInjector(api, {
    namespace: options.injectorNamespace,
    ...(options.revision === undefined ? {} : { revision: options.revision }),
  });
  const layers = layersOf(data);
  const installed = installedSettings(installedGlobal(data));
  const explained = templates.map(
    (one): Explained => ({
      name: `${one.namespace}/${one.name}`,
      explanation: explainSidecar(one.template, { namespace: one.namespace, layers, installed }),
    }),
  );
  const found = explained.map(({ name, explanation }) => ({ name, ...explanation }));
  io.out(
    formatted(options.output, found, {
      table: () => explainText(explained, terminalPaint(io)),
      markdown: () => explainMarkdown(explained),
    }),
  );
  return exitCodes.done;
}

// kubectl's names have no dots before the slash, and no file of this is called like a kind
function isFile(what: string): boolean {
  return what === "-" || /\.(ya?ml|json)$/.test(what) || /^[./~]/.test(what);
}

import type { KubernetesApi } from "../../cluster/KubernetesApi.js";
import type { MeshStatus } from "../../mesh/MeshStatus.js";
import { readMeshStatus } from "../../mesh/readMeshStatus.js";
import { statusPage } from "../../report/page/statusPage.js";
import { statusChanges } from "../../report/statusChanges.js";
import { isSettled, statusMarkdown, statusText, summaryOf } from "../../report/statusReport.js";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import { formatted } from "../formatted.js";
import { connectTo, type GlobalOptions, type OutputFormat } from "../GlobalOptions.js";
import type { Io } from "../Io.js";
import { terminalPaint, textOptions } from "../terminalPaint.js";

export interface StatusOptions extends GlobalOptions {
  output: OutputFormat;
  watch?: boolean;
  interval: number;
  exitCode?: boolean;
  image?: boolean;
}

export const statusFormats = ["table", "wide", "json", "yaml", "markdown", "html"] as const;

// documented in docs/operate.md: scripts read it
const jsonVersion = 1;

/** Prints every workload with sidecars, and whether it runs with what the injector gives now. */
export async function status(io: Io, options: StatusOptions): Promise<ExitCode> {
  const api = await connectTo(io, options);
  const latest = options.watch ? await watch(io, api, options) : await readStatus(io, api, options);
  if (!options.watch) {
    io.out(
      formatted(
        options.output,
        { version: jsonVersion, ...latest },
        {
          table: () => statusText(latest, textOptions(io, options.output)),
          markdown: () => statusMarkdown(latest),
          html: () => statusPage(latest),
        },
      ),
    );
  }
  return options.exitCode && !isSettled(latest) ? exitCodes.found : exitCodes.done;
}

function readStatus(io: Io, api: KubernetesApi, options: StatusOptions): Promise<MeshStatus> {
  return readMeshStatus(api, { ...options, restartOn: options.image ? ["image"] : [] }, io.now());
}

/** Runs until Ctrl-C: at a terminal it redraws the whole table, otherwise it prints changes line by line. */
async function watch(io: Io, api: KubernetesApi, options: StatusOptions): Promise<MeshStatus> {
  const paint = terminalPaint(io);
  let before: MeshStatus | undefined;
  for (;;) {
    const now = await readStatus(io, api, options);
    if (io.isTerminal) {
      // cursor home, then clear to the end: redraws without flicker
      io.out(
        `\u001b[H\u001b[J${statusText(now, textOptions(io, options.output))}${paint("quiet", `${now.at}, Ctrl-C ends`)}\n`,
      );
    } else {
      const lines = before ? statusChanges(before, now) : [summaryOf(now)];
      io.out(lines.map((line) => `${now.at} ${line}\n`).join(""));
    }
    before = now;
    if (!(await io.sleep(options.interval * 1000))) return now;
  }
}

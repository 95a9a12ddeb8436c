import { previewComment } from "../../report/preview/previewComment.js";
import { readPreview } from "../../report/preview/readPreview.js";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import { formatted } from "../formatted.js";
import type { GlobalOptions, OutputFormat } from "../GlobalOptions.js";
import type { Io } from "../Io.js";
import { readText } from "../readText.js";

export const reportFormats = ["markdown", "json"] as const;

/** Prints a comment for a pull request from the output of `pulumi preview --json`. */
export async function report(
  io: Io,
  path: string,
  { output, title }: GlobalOptions & { output: OutputFormat; title: string },
): Promise<ExitCode> {
  const preview = readPreview(await readText(io, path));
  io.out(formatted(output, preview, { markdown: () => previewComment(preview, title) }));
  return exitCodes.done;
}

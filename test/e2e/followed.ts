import { execFile } from "node:child_process";

/** One thing that a document has its reader do: a file to write, or a command to run. */
export type Step = { write: "settings.yaml" | "index.ts"; text: string } | { run: string };

/** The steps of a document in its order; of one heading, if named. What is after `#` in a command is for people. */
export function stepsOf(document: string, heading?: string): Step[] {
  const begin = heading === undefined ? 0 : document.indexOf(`\n## ${heading}\n`);
  if (begin < 0) throw new Error(`there is no heading "${heading}"`);
  const end = heading === undefined ? -1 : document.indexOf("\n## ", begin + 4);
  const text = end < 0 ? document.slice(begin) : document.slice(begin, end);
  return [...text.matchAll(/```(sh|yaml|ts)\n([\s\S]*?)```/g)].flatMap(([, language, block = ""]): Step[] => {
    if (language === "yaml") return [{ write: "settings.yaml", text: block }];
    if (language === "ts") return [{ write: "index.ts", text: block }];
    return block
      .split("\n")
      .map((line) => line.replace(/\s+#.*/, "").trim())
      .filter((line) => line !== "")
      .map((run) => ({ run }));
  });
}

/** Runs a command line as a shell does, without a terminal; its text, or an error with it. */
export function ran(line: string, cwd: string, env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1e8, timeout: 600_000 };
    execFile("bash", ["-ec", line], options, (error, out, err) =>
      error ? reject(new Error(`${line}\n${out}\n${err}`)) : resolve(out),
    );
  });
}

import { parseArgs } from "node:util";
import { destroy, type EngineOptions, type EngineResult, preview, refresh, up } from "./engine";
import { jsonDigest } from "./jsonDigest";

const HELP = `Runs a Pulumi program without the Pulumi CLI. A tool for this repository's tests and demo: users run \`pulumi\`.

Usage: npm run engine -- <preview|up|refresh|destroy> --cwd DIR --stack NAME [options]

Options:
  --cwd DIR           the folder of Pulumi.yaml (default: the current one)
  --stack NAME        the stack (default: dev)
  --config key=value  configuration; without a namespace the key belongs to the project (repeatable)
  --secret key=value  the same, kept secret (repeatable)
  --state FILE        the state file (default: DIR/.state/NAME.json)
  --diff              property-level differences
  --json              one JSON document instead of text
  --skip-preview      up, refresh and destroy: no preview first
  --parallel N        steps at a time (default: 4 per processor)
  --help              this text
`;

const COMMANDS: Record<string, (options: EngineOptions) => Promise<EngineResult>> = {
  preview,
  up,
  refresh,
  destroy,
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      cwd: { type: "string", default: process.cwd() },
      stack: { type: "string", default: "dev" },
      config: { type: "string", multiple: true, default: [] },
      secret: { type: "string", multiple: true, default: [] },
      state: { type: "string" },
      diff: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      "skip-preview": { type: "boolean", default: false },
      parallel: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const command = COMMANDS[positionals[0] ?? ""];
  if (!command || positionals.length !== 1) {
    process.stderr.write(HELP);
    return 1;
  }
  const cancel = new AbortController();
  process.once("SIGINT", () => {
    process.stderr.write(
      "^C received; running operations finish, no new one starts. Press again to end at once.\n",
    );
    process.once("SIGINT", () => process.exit(130));
    cancel.abort();
  });
  const result = await command({
    cwd: values.cwd,
    stack: values.stack,
    config: keyValues(values.config),
    secretConfig: keyValues(values.secret),
    diff: values.diff,
    skipPreview: values["skip-preview"],
    signal: cancel.signal,
    ...(values.state && { statePath: values.state }),
    ...(values.parallel && { parallel: Number(values.parallel) }),
    ...(!values.json && { onLine: (line: string) => process.stdout.write(`${line}\n`) }),
  });
  if (values.json) process.stdout.write(`${JSON.stringify(jsonDigest(result), null, 2)}\n`);
  return result.ok ? 0 : 255;
}

function keyValues(pairs: string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const end = pair.indexOf("=");
      if (end < 1) throw new Error(`expected key=value, got "${pair}"`);
      return [pair.slice(0, end), pair.slice(end + 1)];
    }),
  );
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 255;
  },
);

import { arch, cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { prepareCluster } from "../test/cluster/cluster";
import { markdownTable, progress } from "./Benchmark";
import { injection } from "./injection";
import { preview } from "./preview";
import { load } from "./processUse";
import { programs } from "./programs";
import { rollout } from "./rollout";
import { size } from "./size";
import { status } from "./status";

const benchmarks = [injection, size, programs, preview, status, rollout];

const usage = `usage: npm run bench [-- [--quick] [NAME...]]
  Measures on a control plane of its own; results are Markdown on stdout, progress goes to stderr.
  --quick  small sizes: shows that everything works, in about a minute; its figures say little
${benchmarks.map(({ name, about }) => `  ${name.padEnd(9)}${about}`).join("\n")}`;

void main();

async function main(): Promise<void> {
  const given = arguments_();
  if (given === undefined) return;
  const { quick, help, names } = given;
  if (help) {
    console.log(usage);
    return;
  }
  const unknown = names.find((name) => benchmarks.every((one) => one.name !== name));
  if (unknown !== undefined) {
    console.error(`no benchmark ${JSON.stringify(unknown)}\n${usage}`);
    process.exitCode = 2;
    return;
  }
  await prepareCluster(progress);
  for (const { name, run } of benchmarks) {
    if (names.length > 0 && !names.includes(name)) continue;
    const before = load();
    const tables = await run(quick ? "quick" : "full");
    console.log(tables.map(markdownTable).join("\n"));
    console.log(
      `${machine()}; load before ${before}, after ${load()}; ${new Date().toISOString().slice(0, 16)}Z\n`,
    );
  }
}

function arguments_(): { quick: boolean; help: boolean; names: string[] } | undefined {
  try {
    const options = { quick: { type: "boolean" }, help: { type: "boolean" } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    return { quick: values.quick ?? false, help: values.help ?? false, names: positionals };
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

function machine(): string {
  return `${cpus().length} cores (${arch()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
}

import { join } from "node:path";
import { after, describe } from "node:test";

/** In the environment: the files to run, as a JSON list. */
export const filesVariable = "UNIT_TEST_FILES";

// in one process: one for each file took four times the CPU, most of it to load the same modules again
if (require.main === module) {
  const files = JSON.parse(process.env[filesVariable] ?? "[]") as string[];
  const left = new Set(files);
  // a file that ends the process must not hide the others
  process.on("exit", () => {
    if (left.size === 0) return;
    console.error(`not run to the end: ${[...left].join(", ")}`);
    process.exitCode = 1;
  });
  for (const file of files)
    describe(file, () => {
      after(() => left.delete(file));
      require(join(__dirname, "..", file));
    });
}

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { sameAsGolden } from "../goldens/sameAsGolden";
import { injectors } from "./injectors";
import { levels } from "./levels";
import { pods } from "./pods";
import { rollouts } from "./rollouts";
import { settingsFiles } from "./settingsFiles";
import { workloads } from "./workloads";

describe("messages are those of the files beside this one, so that they can be reviewed in one place:", () => {
  for (const [name, situations] of Object.entries({
    settingsFiles,
    injectors,
    levels,
    workloads,
    rollouts,
    pods,
  })) {
    it(`${name}.txt`, async () => {
      const entries: string[] = [];
      for (const [what, message] of situations) {
        const text = await message();
        assert.ok(text !== "" && text !== "undefined", `${what}: no message`);
        entries.push(`${what}\n${indented(text)}\n`);
      }
      sameAsGolden(join(__dirname, `${name}.txt`), entries.join("\n"));
    });
  }
});

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Io } from "../../provider/cli/Io";

/** What commands have of files, apart from those they are given: nothing is there, and nothing may be written. */
export const withoutFiles: Pick<Io, "exists" | "writeNewFile" | "packageFolder"> = {
  exists: async () => false,
  writeNewFile: async (path) => assert.fail(`${path}: only init writes files`),
  packageFolder: join(__dirname, "../../provider"),
};

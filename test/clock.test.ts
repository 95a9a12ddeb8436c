import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";

const provider = join(__dirname, "../provider");

it("clocks, sleep and randomness come from the session; a connection has the only other timers", () => {
  const files = readdirSync(provider, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !/^(dist|node_modules|cli|report\/page)\b/.test(file),
  );
  const using = files.filter((file) =>
    /Math\.random|setTimeout\(/.test(readFileSync(join(provider, file), "utf8")),
  );
  assert.deepEqual(using.sort(), ["cluster/connect.ts", "cluster/sendRequest.ts", "cluster/session.ts"]);
});

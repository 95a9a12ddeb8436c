import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cancelSession, reportTo, useCluster } from "../cluster/session.js";
import { registerAsPlugin } from "../components/ProvidedResource.js";
import { endWithEngine } from "../process/endWithEngine.js";
import { printErrorsBriefly } from "../process/printErrorsBriefly.js";
import { type Configuration, readConfiguration } from "./Configuration.js";
import { construct } from "./construct.js";
import { toEngine, useEngine } from "./engineLog.js";
import { explain } from "./explain.js";
import { helmValues } from "./helmValues.js";
import { type Parts, resourcesBy } from "./resources.js";
import { opened } from "./sealed.js";
import { serveConfigured } from "./serveConfigured.js";

/** Serves this package to programs in every language. `args`: of the process, as the engine gives them; `schema`: a path. */
export async function serve(parts: Parts, args: readonly string[], schema: string): Promise<void> {
  // an address of a tracer, which may stand before it, is a URL
  const engine = args.find((arg) => /^[^\s/]+:\d+$/.test(arg));
  let configuration: Configuration = {};
  registerAsPlugin();
  printErrorsBriefly();
  if (engine !== undefined) {
    useEngine(engine);
    reportTo(toEngine);
    endWithEngine(engine, () => process.exit(1));
  }
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
    version: string;
  };
  await serveConfigured(
    {
      version,
      getSchema: () => readFile(schema, "utf8"),
      ...resourcesBy(parts),
      construct: (name, type, inputs, options) => construct(configuration, name, type, inputs, options),
      invoke: async (token, given) =>
        token === "istio-sidecar:index:helmValues"
          ? helmValues(opened(given))
          : explain(configuration, token, opened(given).value),
      cancel: async () => cancelSession(),
    },
    args,
    (given) => {
      configuration = readConfiguration(opened(given).value);
      const { injectorNamespace: _, injectorRevision: __, ...cluster } = configuration;
      useCluster(cluster);
    },
  );
}

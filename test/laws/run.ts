import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import { connect } from "../../provider/cluster/connect";
import { hasStatus, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { layersOf } from "../../provider/configMap/layersOf";
import { injectorName, readInjector, writeInjector } from "../../provider/injector/Injector";
import { istioVersion } from "../../provider/template/istioVersion";
import { istioReleases } from "../cluster/istioRelease";
import { eventually } from "../cluster/kubeApi";
import { lawsLabel } from "./injectorAtHand";

const usage = `usage: npm run test:laws -- [options] [PATTERN]
The laws, on the test bed's control plane, or on the Istio of a cluster that is there. That one must be for tests: pods that
others create meanwhile get the laws' settings. In the end its injector has the bytes it had, and the laws' namespaces are gone.
  --istiod RELEASE    an older Istio for the control plane: ${istioReleases.join(", ")}
  --kubeconfig FILE   a cluster that is there
  --context NAME      which of the file's contexts (default: its current one)
  --revision NAME     which of its injectors (default: the one without a revision)
  PATTERN             only files whose name contains it`;

const namespaces = "/api/v1/namespaces";

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      istiod: { type: "string" },
      kubeconfig: { type: "string" },
      context: { type: "string" },
      revision: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const [pattern = "", ...more] = positionals;
  const ofCluster = values.context !== undefined || values.revision !== undefined;
  const contradiction = values.kubeconfig === undefined ? ofCluster : values.istiod !== undefined;
  if (values.help || more.length > 0 || contradiction) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const files = (await readdir(__dirname))
    .filter((file) => file.endsWith(".test.ts") && file.includes(pattern))
    .sort()
    .map((file) => join(__dirname, file));
  const { istiod, kubeconfig, context, revision } = values;
  process.exitCode =
    kubeconfig === undefined
      ? await runTests(files, istiod === undefined ? {} : { SIDECAR_TEST_ISTIOD: istiod })
      : await onCluster(files, kubeconfig, context, revision);
}

/** One file after the other: all write one ConfigMap, where the cluster is one. */
async function runTests(files: readonly string[], environment: Record<string, string>): Promise<number> {
  const options = ["--import", "tsx", "--test", "--test-concurrency=1", "--test-reporter=spec"];
  const child = spawn(process.execPath, [...options, ...files], {
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  // the child gets the terminal's signal itself; what it leaves is put right below
  const wait = () => {};
  process.on("SIGINT", wait).on("SIGTERM", () => child.kill("SIGTERM"));
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

async function onCluster(
  files: readonly string[],
  file: string,
  context: string | undefined,
  revision: string | undefined,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "sidecar-laws-"));
  const kubeconfig = join(folder, "kubeconfig");
  try {
    await writeFile(kubeconfig, withContext(file, context), { mode: 0o600 });
    const api = await connect({ kubeconfig });
    const injector = { namespace: "istio-system", ...(revision === undefined ? {} : { revision }) };
    const name = injectorName(injector);
    const before = await readInjector(api, injector);
    const layers = Object.keys(layersOf(before.data)).length;
    if (layers > 0) throw new Error(`${name}: expected no settings in it yet, got ${layers} layers`);
    console.log(`${name}: Istio ${istioVersion(before.data) ?? "of an unknown version"}`);
    try {
      return await runTests(files, {
        SIDECAR_TEST_KUBECONFIG: kubeconfig,
        ...(revision === undefined ? {} : { SIDECAR_TEST_REVISION: revision }),
      });
    } finally {
      await writeInjector(api, injector, await readInjector(api, injector), before.data);
      await removeNamespaces(api);
      console.log(`${name}: as it was; the laws' namespaces are gone`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withContext(file: string, context: string | undefined): string {
  const config = new KubeConfig();
  config.loadFromFile(file);
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context))
      throw new Error(`${file}: expected one of the contexts ${known.join(", ")}; got ${context}`);
    config.setCurrentContext(context);
  }
  return config.exportConfig();
}

async function removeNamespaces(api: KubernetesApi): Promise<void> {
  const ours = async () => {
    const query = { labelSelector: lawsLabel };
    const { items } = await api.request<{ items: { metadata: { name: string } }[] }>({
      method: "GET",
      path: namespaces,
      query,
    });
    return items.map(({ metadata }) => metadata.name);
  };
  for (const name of await ours())
    await api.request({ method: "DELETE", path: `${namespaces}/${name}` }).catch((error: unknown) => {
      if (!hasStatus(error, 404)) throw error;
    });
  await eventually(
    "the laws' namespaces are gone",
    300,
    async () => (await ours()).length === 0 || undefined,
  );
}

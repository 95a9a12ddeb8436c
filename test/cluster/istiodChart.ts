import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildIstiod } from "./build.js";
import { type IstioRelease, releaseValues, wantedRelease } from "./istioRelease.js";
import type { KubeObject } from "./kubeApi.js";

/** The official istiod chart of the Istio that runs here, unpacked, and Helm to render it. */
export interface IstiodChart {
  folder: string;
  /** `helm-template`, with values as JSON on its standard input, prints a List. */
  command: string;
  render(values: { global?: object }): Promise<KubeObject[]>;
  remove(): Promise<void>;
}

export async function unpackIstiodChart(): Promise<IstiodChart> {
  const release = wantedRelease();
  const command = await buildIstiod(release, (line) => process.stderr.write(`${line}\n`));
  const folder = await mkdtemp(join(tmpdir(), "istiod-chart-"));
  await promisify(execFile)(command, ["chart", folder]);
  return {
    folder,
    command,
    render: async (values) => {
      const rendering = promisify(execFile)(command, ["helm-template"], { maxBuffer: 1 << 26 });
      rendering.child.stdin?.end(JSON.stringify(withImages(values, release)));
      const { items } = JSON.parse((await rendering).stdout) as { items: KubeObject[] };
      return items;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function withImages(values: { global?: object }, release: IstioRelease | undefined): object {
  return release === undefined
    ? values
    : { ...values, global: { ...releaseValues(release), ...values.global } };
}

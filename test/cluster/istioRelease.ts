import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const modules = join(__dirname, "../istiod");

/** An Istio that is older than the control plane's own. Its istiod, chart, manifests and test data are of one Go module. */
export interface IstioRelease {
  /** Such as `1.24`. */
  name: string;
  /** The Istio version that the module is pinned to, such as `1.24.0`. */
  version: string;
  /** The abbreviated commit of that version. */
  revision: string;
  /** The folder of the Go module. */
  module: string;
}

export const istioReleases: readonly string[] = readdirSync(modules).sort();

export function istioRelease(name: string): IstioRelease {
  if (!istioReleases.includes(name))
    throw new Error(
      `expected a release of Istio that test/istiod has: ${istioReleases.join(", ")}; got ${name}`,
    );
  const module = join(modules, name);
  const pinned = /^\s*istio\.io\/istio v0\.0\.0-\d+-(\w{12}) \/\/ (1\.\d+\.\d+)$/m.exec(
    readFileSync(join(module, "go.mod"), "utf8"),
  );
  if (!pinned) throw new Error(`${module}/go.mod: expected istio.io/istio with its version as a comment`);
  const [, revision = "", version = ""] = pinned;
  return { name, version, revision, module };
}

/** The release that SIDECAR_TEST_ISTIOD names; undefined for the control plane's own Istio. */
export function wantedRelease(): IstioRelease | undefined {
  const name = process.env.SIDECAR_TEST_ISTIOD;
  return name ? istioRelease(name) : undefined;
}

/** What sets image tags as in the charts of a release; those of a commit say `latest`. */
export function releaseValues({ version }: IstioRelease): { hub: string; tag: string } {
  return { hub: "docker.io/istio", tag: version };
}

export function hasNativeSidecars(release: IstioRelease | undefined): boolean {
  return release === undefined || Number(release.name.split(".")[1]) >= 19;
}

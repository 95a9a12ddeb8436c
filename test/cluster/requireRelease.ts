import type { IstioRelease } from "./istioRelease.js";

/** Throws unless the istiod that answers at an address says that it is of the release. */
export async function requireRelease({ version, revision }: IstioRelease, istiod: string): Promise<void> {
  const answer = await fetch(`${istiod}/version`);
  const said = (await answer.text()).trim();
  if (!said.startsWith(`${version}-${revision}`))
    throw new Error(`${istiod}/version: expected istiod ${version} of ${revision}, got ${said}`);
}

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe } from "node:test";
import { type DeploymentEngine, enginesPresent } from "../engine/deploymentEngine";

/**
 * Describes the same cases for the test engine and for the real CLI. Where the CLI, or its plugin for Kubernetes resources,
 * is not on PATH, its cases are reported as skipped, by name.
 */
export function forEachEngine(
  title: string,
  cases: (engine: DeploymentEngine) => void,
  needs: { kubernetes?: boolean } = {},
): void {
  const present = enginesPresent();
  for (const name of ["engine", "pulumi"] as const) {
    const engine = present.find((one) => one.name === name);
    const missing = !engine
      ? "pulumi"
      : name === "pulumi" && needs.kubernetes && !isOnPath("pulumi-resource-kubernetes")
        ? "pulumi-resource-kubernetes"
        : undefined;
    if (engine && !missing) describe(`${title}, by ${name}`, () => cases(engine));
    else describe(`${title}, by ${name}`, { skip: `${missing} is not on PATH` }, () => {});
  }
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));
}

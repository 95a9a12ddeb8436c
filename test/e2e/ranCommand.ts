import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const main = join(__dirname, "../../provider/dist/cli/main.js");

/** What `sidecar-settings` prints on this mesh, as its administrator or as whom else a kubeconfig names; throws with its error where it fails. */
export async function ranCommand(
  mesh: { cluster: { kubeconfig: string } },
  ...args: string[]
): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [main, ...args, "--kubeconfig", mesh.cluster.kubeconfig],
    { env: { ...process.env, NO_COLOR: "", FORCE_COLOR: "0" }, maxBuffer: 1e8, timeout: 120_000 },
  );
  return stdout;
}

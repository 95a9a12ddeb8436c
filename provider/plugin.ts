/** The entry of `pulumi-istio-sidecar/plugin`, which the plugin's folder starts: the same parts for programs in every language. */
import { layer, published, rollout } from "./dynamic.js";
import { serve } from "./plugin/serve.js";

/** `args`: of the process, as the engine gives them; `schema`: the path of Pulumi's schema of the package. */
export function servePlugin(args: readonly string[], schema: string): Promise<void> {
  return serve({ SettingsLayer: layer, SidecarRollout: rollout, PublishedSettings: published }, args, schema);
}

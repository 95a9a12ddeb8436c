import { type Deployment, DeploymentStopped } from "./deployment";
import { diffInputs, topLevelKeys } from "./propertyDiff";
import { annotateSecrets, equalValues, forProvider } from "./propertyValue";
import { PartialFailure, type ReadResult, type ResourceProvider } from "./resourceProvider";
import type { ResourceState } from "./resourceState";
import { existing, markOutputs } from "./stepRunner";
import { isStackUrn } from "./urn";

/** Reads every custom resource again and takes over what has changed outside. */
export async function refreshAll(deployment: Deployment): Promise<void> {
  deployment.snapshot.forgetInterrupted();
  const states = deployment.snapshot.current();
  const root = states.find((state) => isStackUrn(state.urn));
  if (root) deployment.journal.outputs = root.outputs;
  const results = await Promise.allSettled(
    states.map((state) => deployment.steps.run(() => refreshOne(deployment, state))),
  );
  for (const result of results) {
    if (result.status === "rejected" && !(result.reason instanceof DeploymentStopped)) throw result.reason;
  }
}

async function refreshOne(deployment: Deployment, old: ResourceState): Promise<void> {
  const { journal, snapshot, providers } = deployment;
  deployment.assertRunning();
  if (!old.custom || old.type.startsWith("pulumi:providers:") || old.pendingReplacement) {
    journal.end(step(deployment, "same", old, old), "done");
    return;
  }
  try {
    const provider = await providers.forResource(old.type, old.provider);
    const found = await readOrWarn(deployment, provider, old);
    if (!found) {
      snapshot.drop(old);
      journal.end(step(deployment, "delete", old, undefined), "done");
    } else {
      const state = refreshed(old, found.result, found.initErrors);
      const changed = await hasChanged(provider, old, state);
      snapshot.swap(old, state);
      journal.end(step(deployment, changed ? "update" : "same", old, state), "done");
    }
    await snapshot.save();
  } catch (error) {
    deployment.fail((error as Error).message, old.urn);
    throw new DeploymentStopped();
  }
}

/** An unhealthy resource is no reason to fail a refresh; the next update goes on from what was read. */
async function readOrWarn(
  deployment: Deployment,
  provider: ResourceProvider,
  old: ResourceState,
): Promise<{ result: ReadResult; initErrors: string[] } | undefined> {
  try {
    const result = await provider.read(existing(old));
    return result && result.id !== "" ? { result, initErrors: [] } : undefined;
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    const text = `Refreshed resource is in an unhealthy state:\n* ${error.reasons.join("\n* ")}`;
    deployment.journal.diagnose("warning", text, old.urn);
    const { id, outputs, inputs } = error;
    return { result: { id, outputs, ...(inputs && { inputs }) }, initErrors: error.reasons };
  }
}

function refreshed(old: ResourceState, result: ReadResult, initErrors: string[]): ResourceState {
  const { initErrors: _, ...rest } = old;
  const state: ResourceState = { ...rest, id: result.id };
  if (result.inputs) state.inputs = annotateSecrets(result.inputs, old.inputs);
  state.outputs = annotateSecrets(markOutputs(result.outputs, state), old.outputs);
  if (initErrors.length > 0) state.initErrors = initErrors;
  return state;
}

/** As in the CLI: would an update with the old inputs change anything? */
async function hasChanged(
  provider: ResourceProvider,
  old: ResourceState,
  state: ResourceState,
): Promise<boolean> {
  if (old.external) return !equalValues(old.outputs, state.outputs);
  if (old.id !== state.id) return true;
  const diff = await provider.diff(existing(state), forProvider(old.inputs), []);
  if (diff.changes === "unknown") return topLevelKeys(diffInputs(state.inputs, old.inputs)).length > 0;
  return diff.changes === "some";
}

function step(
  deployment: Deployment,
  op: "same" | "update" | "delete",
  old: ResourceState,
  state: ResourceState | undefined,
) {
  return deployment.journal.begin({
    op,
    urn: old.urn,
    old,
    ...(state && { new: state }),
    diffReasons: state && op === "update" ? topLevelKeys(diffInputs(old.inputs, state.inputs)) : [],
    replaceReasons: [],
  });
}

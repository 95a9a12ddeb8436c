import { type Deployment, DeploymentStopped } from "./deployment";
import { protectedMessage } from "./registrar";
import { type ResourceState, referencedUrns } from "./resourceState";
import type { StepRunner } from "./stepRunner";

/** Deletes resources side by side, each after everything that depends on it. */
export async function deleteInReverseOrder(
  deployment: Deployment,
  runner: StepRunner,
  doomed: ResourceState[],
): Promise<void> {
  const deletions = new Map<ResourceState, Promise<void>>();
  const remove = (state: ResourceState): Promise<void> => {
    const running = deletions.get(state);
    if (running) return running;
    // Set before anything is awaited, so that a cycle in a damaged state file can't loop for ever.
    const deletion = Promise.resolve().then(async () => {
      const dependents = doomed.filter(
        (other) => other !== state && referencedUrns(other).includes(state.urn),
      );
      await Promise.all(dependents.map(remove));
      await deployment.steps.run(() => deleteOne(deployment, runner, state, doomed));
    });
    deletions.set(state, deletion);
    return deletion;
  };
  const results = await Promise.allSettled(doomed.map(remove));
  for (const result of results) {
    if (result.status === "rejected" && !(result.reason instanceof DeploymentStopped)) throw result.reason;
  }
}

async function deleteOne(
  deployment: Deployment,
  runner: StepRunner,
  state: ResourceState,
  doomed: ResourceState[],
): Promise<void> {
  deployment.assertRunning();
  if (state.external) {
    await runner.delete("read-discard", state, undefined);
    return;
  }
  // Its object is gone already: it was deleted for a replacement that the program no longer asks for.
  if (state.pendingReplacement) {
    await runner.delete("discard-replaced", state, undefined);
    return;
  }
  if (state.protect && !state.delete) {
    const refused = () => Promise.reject(new Error(protectedMessage(state.urn, "delete")));
    await runner.run("delete", state, undefined, {}, refused);
    return;
  }
  const goesWithAnother = doomed.some((other) => other.urn === state.deletedWith);
  const skipProvider = state.retainOnDelete === true || goesWithAnother;
  const op = state.delete ? "delete-replaced" : "delete";
  const provider = state.custom && !skipProvider ? await findProvider(deployment, state) : undefined;
  await runner.delete(op, state, provider, { skipProvider });
}

async function findProvider(deployment: Deployment, state: ResourceState) {
  try {
    return await deployment.providers.forResource(state.type, state.provider);
  } catch (error) {
    deployment.fail((error as Error).message, state.urn);
    throw new DeploymentStopped();
  }
}

import { type Deployment, DeploymentStopped } from "./deployment";
import { annotateSecrets, forProvider, type PropertyMap, UNKNOWN } from "./propertyValue";
import type { ResourceState } from "./resourceState";
import { markOutputs, type StepRunner } from "./stepRunner";
import { makeUrn } from "./urn";

export interface ReadGoal {
  id: string;
  type: string;
  name: string;
  parent: string | undefined;
  inputs: PropertyMap;
  dependencies: string[];
  provider: string | undefined;
  additionalSecretOutputs: string[];
}

/** `Resource.get`: looks at a resource that something else manages. */
export async function readResource(
  deployment: Deployment,
  runner: StepRunner,
  goal: ReadGoal,
): Promise<ResourceState> {
  const parent = goal.parent ?? deployment.rootUrn();
  const urn = makeUrn(deployment.settings, goal.type, goal.name, parent);
  const old = deployment.snapshot.base.find((state) => state.urn === urn && !state.delete);
  if (old && !old.external) {
    deployment.fail(`${urn} is managed by this stack and can't be read as well`, urn);
    throw new DeploymentStopped();
  }
  const state: ResourceState = {
    urn,
    type: goal.type,
    custom: true,
    external: true,
    id: goal.id,
    inputs: goal.inputs,
    outputs: goal.inputs,
    dependencies: goal.dependencies,
    propertyDependencies: {},
    ...(parent && { parent }),
    ...(goal.provider && { provider: goal.provider }),
    ...(goal.additionalSecretOutputs.length > 0 && { additionalSecretOutputs: goal.additionalSecretOutputs }),
  };
  return deployment.steps.run(() =>
    runner.run("read", old, state, {}, async () => {
      if (goal.id === UNKNOWN) state.outputs = {};
      else await readInto(deployment, state);
      deployment.snapshot.record(state, old);
      deployment.news.set(urn, state);
    }),
  );
}

async function readInto(deployment: Deployment, state: ResourceState): Promise<void> {
  const provider = await deployment.providers.forResource(state.type, state.provider);
  const found = await provider.read({
    urn: state.urn,
    id: state.id ?? "",
    inputs: forProvider(state.inputs),
    outputs: forProvider(state.inputs),
  });
  if (!found) throw new Error(`resource '${state.id}' does not exist`);
  if (found.id !== "") state.id = found.id;
  if (found.inputs) state.inputs = annotateSecrets(found.inputs, state.inputs);
  state.outputs = markOutputs(found.outputs, state);
}

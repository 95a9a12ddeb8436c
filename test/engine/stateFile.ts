import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { OperationKind, PendingOperation, ResourceState } from "./resourceState";
import { SecretBox } from "./secretBox";

interface StoredOperation {
  resource: ResourceState;
  type: OperationKind;
}

/** The shape of `pulumi stack export`, as far as the engine needs it. */
export interface StoredState {
  version: 3;
  deployment: {
    manifest: { time: string; version: string };
    secrets_providers: { type: "passphrase"; state: { salt: string } };
    resources: ResourceState[];
    pending_operations?: StoredOperation[];
  };
}

export interface LoadedState {
  resources: ResourceState[];
  pendingOperations: PendingOperation[];
  box: SecretBox;
}

export async function loadState(path: string, passphrase: string | undefined): Promise<LoadedState> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return { resources: [], pendingOperations: [], box: new SecretBox(passphrase) };
  const { deployment } = JSON.parse(text) as StoredState;
  const box = new SecretBox(passphrase, deployment.secrets_providers.state.salt);
  return {
    box,
    resources: deployment.resources.map((resource) => openResource(resource, box)),
    pendingOperations: (deployment.pending_operations ?? []).map((operation) => ({
      type: operation.type,
      resource: openResource(operation.resource, box),
    })),
  };
}

/** Written beside the file and renamed, so a kill at any moment leaves either the old state or the new one. */
export async function saveState(path: string, state: LoadedState): Promise<void> {
  const stored: StoredState = {
    version: 3,
    deployment: {
      manifest: { time: new Date().toISOString(), version: "test-engine" },
      secrets_providers: { type: "passphrase", state: { salt: state.box.salt } },
      resources: state.resources.map((resource) => sealResource(resource, state.box)),
    },
  };
  if (state.pendingOperations.length > 0) {
    stored.deployment.pending_operations = state.pendingOperations.map((operation) => ({
      type: operation.type,
      resource: sealResource(operation.resource, state.box),
    }));
  }
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}

function sealResource(resource: ResourceState, box: SecretBox): ResourceState {
  return { ...resource, inputs: box.seal(resource.inputs), outputs: box.seal(resource.outputs) };
}

function openResource(resource: ResourceState, box: SecretBox): ResourceState {
  return {
    ...resource,
    inputs: box.open(resource.inputs ?? {}),
    outputs: box.open(resource.outputs ?? {}),
    dependencies: resource.dependencies ?? [],
    propertyDependencies: resource.propertyDependencies ?? {},
  };
}

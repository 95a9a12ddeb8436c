import type { DetailedDiff } from "./propertyDiff";
import { maskSecrets, type PropertyMap, UNKNOWN } from "./propertyValue";
import type { ResourceState } from "./resourceState";
import type { Step, StepOp } from "./step";
import { urnName, urnType } from "./urn";

/** One side of a step, with `[secret]` in place of every secret. */
export interface PublicState {
  id?: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  parent?: string;
}

/** A step as callers see it, the same from the engine and from the real CLI. */
export interface PublicStep {
  op: StepOp | string;
  urn: string;
  type: string;
  name: string;
  oldState?: PublicState;
  newState?: PublicState;
  diffReasons: string[];
  replaceReasons: string[];
  detailedDiff: DetailedDiff;
  failed: boolean;
}

export function toPublicStep(step: Step): PublicStep {
  return {
    op: step.op,
    urn: step.urn,
    type: urnType(step.urn),
    name: urnName(step.urn),
    ...(step.old && { oldState: toPublicState(step.old) }),
    ...(step.new && { newState: toPublicState(step.new) }),
    diffReasons: step.diffReasons,
    replaceReasons: step.replaceReasons,
    detailedDiff: step.detailedDiff ?? {},
    failed: step.status !== "done",
  };
}

function toPublicState(state: ResourceState): PublicState {
  return {
    ...(state.id !== undefined && state.id !== UNKNOWN && { id: state.id }),
    inputs: maskSecrets(state.inputs) as PropertyMap,
    outputs: maskSecrets(state.outputs) as PropertyMap,
    ...(state.parent && { parent: state.parent }),
  };
}

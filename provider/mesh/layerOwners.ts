import { grouped } from "../data/grouped.js";
import { componentOf, stackOf } from "../injector/layerOwner.js";
import { targetName } from "../injector/targetName.js";
import type { Layers } from "../levels/Layer.js";
import { type Finding, ok, problem } from "./Finding.js";
import type { StackLayer, StackState } from "./readStackState.js";

const check = "owners";

/**
 * Reports which stacks an injector's layers belong to. With the state of one stack, also reports the layers that name this stack as their
 * owner but have no resource in it: no `up` would ever remove those.
 */
export function layerOwners(injector: string, layers: Layers, state: StackState | undefined): Finding[] {
  const stacks = grouped(Object.values(layers), ({ owner }) => stackOf(owner));
  const perStack = [...stacks].map(([stack, its]) => `${its.length} of ${stack}`);
  const counts = perStack.length === 0 ? [] : [ok(check, `layers in ${injector}: ${perStack.join(", ")}`)];
  if (!state) return counts;
  return [...counts, ...unclaimed(injector, layers, state)];
}

function unclaimed(injector: string, layers: Layers, state: StackState): Finding[] {
  const isOf = (all: readonly StackLayer[], target: string, owner: string) =>
    all.some((one) => one.injector === injector && one.target === target && one.owner === owner);
  return Object.entries(layers).flatMap(([target, { owner }]) => {
    if (!isIn(stackOf(owner), state.name) || isOf(state.layers, target, owner)) return [];
    const why = isOf(state.interrupted, target, owner)
      ? "an up was interrupted while it created it"
      : "its state does not have it";
    const name = componentOf(owner);
    return [
      problem(
        check,
        `${targetName(target)} in ${injector} belongs to ${owner}, and ${why}`,
        `add a component named ${name} for it to the program and run pulumi up; to remove the settings, remove it again and run pulumi up once more`,
      ),
    ];
  });
}

function isIn(stack: string, projectAndStack: string): boolean {
  return stack.endsWith(`/${projectAndStack}`);
}

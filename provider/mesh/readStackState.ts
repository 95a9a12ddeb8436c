import { z } from "zod";
import { parsedJson } from "../data/parsedJson.js";
import { typeIn, urnParts } from "../data/urnParts.js";
import { injectorName } from "../injector/Injector.js";
import { injectorOf } from "../injector/layerInputs.js";
import { writtenOwnerOf } from "../injector/layerOwner.js";
import { targetOf } from "../levels/Layer.js";

/** The layers in a stack's state. */
export interface StackState {
  /** `project/stack`: a state doesn't have the organization. */
  name: string;
  layers: readonly StackLayer[];
  /** Layers that an `up` was creating when it was interrupted: possibly in the injector, but not a resource of the stack. */
  interrupted: readonly StackLayer[];
}

export interface StackLayer {
  /** `istio-system/istio-sidecar-injector`. */
  injector: string;
  target: string;
  owner: string;
}

/** The text is not the output of `pulumi stack export`. */
export class NoStackState extends Error {
  override readonly name = "NoStackState";
}

const Properties = z.record(z.string(), z.unknown()).nullish();
const Resource = z.object({ urn: z.string(), inputs: Properties, outputs: Properties });
const Exported = z.object({
  deployment: z.object({
    resources: z.array(Resource).nullish(),
    pending_operations: z.array(z.object({ resource: Resource, type: z.string() })).nullish(),
  }),
});

const expected = "expected the output of pulumi stack export";

/** Parses the output of `pulumi stack export`; `from` names it in errors. */
export function readStackState(text: string, from: string): StackState {
  const content = parsedJson(text);
  if (content === undefined) throw new NoStackState(`${from}: ${expected}, got no JSON`);
  const read = Exported.safeParse(content);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new NoStackState(`${from}: ${expected}, got ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { resources, pending_operations: pending } = read.data.deployment;
  const interrupted = (pending ?? []).filter(({ type }) => type === "creating");
  const all = [...(resources ?? []), ...interrupted.map(({ resource }) => resource)];
  const { stack, project } = urnParts(all[0]?.urn ?? "");
  if (stack === "") throw new NoStackState(`${from}: ${expected}, got no resources, so the stack is unknown`);
  return {
    name: `${project}/${stack}`,
    layers: (resources ?? []).flatMap(layerIn),
    interrupted: interrupted.flatMap(({ resource }) => layerIn(resource)),
  };
}

function layerIn({ urn, inputs, outputs }: z.infer<typeof Resource>): StackLayer[] {
  if (typeIn(urn) !== "SettingsLayer") return [];
  const properties = inputs ?? {};
  return [
    {
      injector: injectorName(injectorOf(properties)),
      target: targetOf(properties),
      owner: writtenOwnerOf({ ...properties, ...outputs }),
    },
  ];
}

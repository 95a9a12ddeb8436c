import { z } from "zod";
import { injectorName } from "../injector/Injector.js";
import { injectorOf } from "../injector/layerInputs.js";
import { writtenOwnerOf } from "../injector/layerOwner.js";
import { targetOf } from "../levels/Layer.js";

/** What a stack's state says of layers. */
export interface StackState {
  /** `project/stack`; the organization is not in a state. */
  name: string;
  layers: readonly StackLayer[];
  /** Layers that an `up` was creating when it was interrupted: in the injector perhaps, and no resource of the stack. */
  interrupted: readonly StackLayer[];
}

export interface StackLayer {
  /** `istio-system/istio-sidecar-injector`. */
  injector: string;
  target: string;
  owner: string;
}

/** A text that is no output of `pulumi stack export`. */
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

const wanted = "wanted what pulumi stack export prints";

/** Reads what `pulumi stack export` printed; `from` names it in errors. */
export function readStackState(text: string, from: string): StackState {
  const read = Exported.safeParse(parsed(text, from));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new NoStackState(`${from}: ${wanted}; found ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { resources, pending_operations: pending } = read.data.deployment;
  const interrupted = (pending ?? []).filter(({ type }) => type === "creating");
  const all = [...(resources ?? []), ...interrupted.map(({ resource }) => resource)];
  const [, stack, project] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(all[0]?.urn ?? "") ?? [];
  if (!stack || !project)
    throw new NoStackState(`${from}: ${wanted}; found no resources, so nothing says which stack it is`);
  return {
    name: `${project}/${stack}`,
    layers: (resources ?? []).flatMap(layerIn),
    interrupted: interrupted.flatMap(({ resource }) => layerIn(resource)),
  };
}

function layerIn({ urn, inputs, outputs }: z.infer<typeof Resource>): StackLayer[] {
  if (!/:SettingsLayer::/.test(urn)) return [];
  const properties = inputs ?? {};
  return [
    {
      injector: injectorName(injectorOf(properties)),
      target: targetOf(properties),
      owner: writtenOwnerOf({ ...properties, ...outputs }),
    },
  ];
}

function parsed(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoStackState(`${from}: ${wanted}; found no JSON`);
  }
}

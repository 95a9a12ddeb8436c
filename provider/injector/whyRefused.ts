import type { Session } from "../cluster/session.js";
import { installedGlobal, requireComposable } from "../render/compose.js";
import { InjectorRefusal, named } from "../render/InjectorRefusal.js";
import { targetOf } from "../render/Layer.js";
import { layersOf } from "../render/layersOf.js";
import { installedSettings } from "../render/Profile.js";
import { SettingsError } from "../settings/problem.js";
import { containsUnknown } from "../settings/unknown.js";
import { type InjectorConfigMap, nameOf } from "./Injector.js";
import { contentOf, injectorOf, type LayerContent, ownerOf, type Properties } from "./layerInputs.js";
import type { PlannedLayers } from "./PlannedLayers.js";
import { requireValidLayer } from "./requireValidLayer.js";

/** Within so many ms of each other Pulumi checks resources that don't wait for one another. */
const checkedWithin = 1_000;

/**
 * Why `up` would refuse a layer: this injector has no place for its settings, or it is invalid with the other layers that there are and that
 * are planned. A request may fit only with the limit of another level, so others are waited for before that is said.
 */
export async function whyRefused(
  { sleep }: Pick<Session, "sleep">,
  planned: PlannedLayers,
  look: () => Promise<InjectorConfigMap | undefined>,
  properties: Properties,
  content: LayerContent,
): Promise<string | undefined> {
  let live: InjectorConfigMap | undefined;
  try {
    live = await look();
  } catch (error) {
    if (error instanceof InjectorRefusal) return error.message;
    throw error;
  }
  if (!live || containsUnknown(contentOf(content))) return undefined;
  const { data } = live;
  const name = nameOf(live, injectorOf(properties));
  const target = targetOf(properties);
  const own = { [target]: { owner: ownerOf(properties), ...contentOf(content) } };
  const refusal = messageOf(() => named(name, () => requireComposable(data, own)));
  if (refusal !== undefined) return refusal;
  const present = layersOf(data);
  const installed = installedSettings(installedGlobal(data));
  for (let before = -1; ; await sleep(checkedWithin)) {
    const others = planned.known(properties);
    const conflict = messageOf(() => requireValidLayer(target, { ...present, ...others, ...own }, installed));
    const count = Object.keys(others).length;
    if (conflict === undefined || count === before) return conflict;
    before = count;
  }
}

function messageOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof InjectorRefusal || error instanceof SettingsError) return error.message;
    throw error;
  }
}

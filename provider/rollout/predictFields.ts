import type { PodTemplate } from "../cluster/podTemplate.js";
import { united } from "../levels/effectiveSettings.js";
import { templatesAnnotation } from "../render/podAnnotations.js";
import { ownContainer, saysItself, saysSight, wasInjected } from "../render/podLevel.js";
import { type CanonicalSettings, inOrder, type SettingEntry } from "../settings/canonicalSettings.js";
import { fixedSettings, settingAt } from "../settings/fixedSettings.js";
import { listEntries } from "../settings/list.js";
import { amountSettings, scaledSetting, scaledShares } from "./amountSettings.js";
import {
  amountField,
  comparableAmount,
  comparableList,
  comparableValue,
  fieldName,
  hasInit,
  hookField,
  proxyContainer,
  type SidecarFields,
} from "./sidecarFields.js";

/** Effective settings, Istio's installation included: as they are in the injector, and as they will be. */
export interface SettingsChange {
  before: CanonicalSettings;
  after: CanonicalSettings;
}

type Entry = Omit<SettingEntry, "value">;

/**
 * What the injector will give a pod once it has the new settings: its answer of today, with each changed setting that the
 * pod itself does not decide put in place. A setting that goes away without a weaker level leaves Istio's own value, which
 * can't be known here; its field is left out. Of pods that `istioctl kube-inject` has been at, only whether they restart is
 * predicted, not each field.
 */
export function predictFields(
  today: SidecarFields,
  template: PodTemplate,
  change: SettingsChange,
): SidecarFields {
  if (!usesSidecarTemplate(template)) return today;
  const fields: Record<string, string> = { ...today };
  for (const entry of inOrder(new Set([...Object.keys(change.before), ...Object.keys(change.after)]))) {
    const { path, name, declaration } = entry;
    const rendering = declaration.rendering(name);
    if (same(change, path) || rendering.to === "initResources") continue;
    if (saysItself(declaration, name, template)) continue;
    const value = change.after[path];
    switch (rendering.to) {
      case "united":
        predictList(fields, template, change, rendering.path);
        break;
      case "expression":
        if (rendering.name === "hold") predictHold(fields, value, change.after);
        else predictSights(fields, today, template, entry, value);
        break;
      default:
        if (declaration.sights(name).some((sight) => sight.in === "flag" && sight.list))
          predictList(fields, template, change, rendering.to === "value" ? rendering.path : [], entry);
        else predictSights(fields, today, template, entry, value);
    }
  }
  predictPresence(fields, today, template, change);
  predictPullPolicy(fields, template, change);
  predictInitAmounts(fields, template, change);
  predictScaledAmounts(fields, template, change);
  dropIstiosOwnHooks(fields, today, template, change);
  return fields;
}

/** Whether a pod gets the template `sidecar`; gateways and the like never get settings. */
export function usesSidecarTemplate({ metadata }: PodTemplate): boolean {
  const named = metadata?.annotations?.[templatesAnnotation];
  return named === undefined || named.split(",").some((name) => name.trim() === "sidecar");
}

function predictSights(
  fields: Record<string, string>,
  today: SidecarFields,
  template: PodTemplate,
  { declaration, name }: Entry,
  value: CanonicalSettings[string] | undefined,
): void {
  for (const sight of declaration.sights(name)) {
    if (saysSight(declaration, name, sight, template)) continue;
    if ("of" in sight && sight.of === "istio-init" && !hasInit(today)) continue;
    if (sight.in === "proxyConfig" && wasInjected(template)) continue;
    set(fields, fieldName(sight), value === undefined ? undefined : comparableValue(sight, value));
  }
}

const parts = fixedSettings.flatMap(({ declaration, sights }) =>
  sights.flatMap((sight) =>
    sight.in === "container" ? [{ declaration, sight, field: fieldName(sight) }] : [],
  ),
);

// what a pod may have or not as a whole, such as a probe, with all that is in it
function predictPresence(
  fields: Record<string, string>,
  today: SidecarFields,
  template: PodTemplate,
  { after }: SettingsChange,
): void {
  for (const whole of parts.filter(({ sight }) => sight.as === "presence")) {
    for (const { declaration, sight, field } of parts) {
      if (!field.startsWith(`${whole.field}.`)) continue;
      const value = after[declaration.path];
      if (fields[whole.field] === "false") delete fields[field];
      else if (today[whole.field] === "false" && !saysSight(declaration, "", sight, template))
        set(fields, field, value === undefined ? undefined : comparableValue(sight, value));
    }
  }
}

const waitForProxy = comparableValue(
  { in: "container", of: proxyContainer, path: ["lifecycle", "postStart"], as: "hook" },
  { exec: { command: ["pilot-agent", "wait"] } },
);

const imageType = fixedSettings.find(({ sights }) =>
  sights.some((sight) => sight.in === "imageType"),
)?.declaration;
const pullPolicies = parts.filter(({ sight }) => sight.path[0] === "imagePullPolicy");

// without a policy the API server takes the tag's: a tag with a variant is never `latest`
function predictPullPolicy(
  fields: Record<string, string>,
  template: PodTemplate,
  change: SettingsChange,
): void {
  if (!imageType || same(change, imageType.path)) return;
  const type = change.after[imageType.path] ?? "default";
  const annotated = imageType
    .podWays("")
    .some((way) => way.by === "annotation" && template.metadata?.annotations?.[way.name] !== undefined);
  for (const { declaration, sight, field } of pullPolicies) {
    // an image of the pod's own is istio-proxy's alone
    if (annotated || (sight.of === proxyContainer && saysItself(imageType, "", template))) continue;
    if (change.after[declaration.path] !== undefined || saysSight(declaration, "", sight, template)) continue;
    if (fields[field] !== undefined) set(fields, field, type === "default" ? undefined : "IfNotPresent");
  }
}

// native sidecars start before the application anyway; a hook of the settings' own is no waiting hook of Istio's
function predictHold(
  fields: Record<string, string>,
  value: CanonicalSettings[string] | undefined,
  after: CanonicalSettings,
): void {
  const hook = hookField(["postStart"]);
  if (hooks.some(({ declaration }) => after[declaration.path] !== undefined)) return;
  if (value === false && fields[hook] === waitForProxy) delete fields[hook];
}

const hooks = parts.filter(({ sight }) => sight.as === "hook");

// one hook of ours makes Istio leave out its own other one; when the last of ours goes, or the sidecar's kind changes, Istio's can't be known
function dropIstiosOwnHooks(
  fields: Record<string, string>,
  today: SidecarFields,
  template: PodTemplate,
  change: SettingsChange,
): void {
  const kind = fieldName({ in: "sidecarKind" });
  if (hooks.every(({ declaration }) => same(change, declaration.path)) && fields[kind] === today[kind])
    return;
  for (const { declaration, field } of hooks) {
    if (change.after[declaration.path] === undefined && !saysItself(declaration, "", template))
      delete fields[field];
  }
}

function predictList(
  fields: Record<string, string>,
  template: PodTemplate,
  change: SettingsChange,
  helm: readonly string[],
  entry: Entry | undefined = listedAt(helm),
): void {
  const sight = entry?.declaration.sights("").find((one) => one.in === "flag");
  const field = sight && fieldName(sight);
  const today = field === undefined ? undefined : fields[field];
  if (!entry || field === undefined || today === undefined) return;
  if (ownContainer(template, "istio-init")?.args !== undefined) return;
  const way = entry.declaration.podWays("").find(({ by }) => by === "annotation");
  const own = way?.by === "annotation" ? template.metadata?.annotations?.[way.name] : undefined;
  const always = settingAt("united", helm)?.path;
  const list = (settings: CanonicalSettings) =>
    listEntries(String(united(settings[always ?? ""] ?? "", own ?? settings[entry.path] ?? "")));
  // Istio adds entries of its own, such as its status port
  const before = new Set(list(change.before));
  const extra = listEntries(today).filter((one) => !before.has(one));
  fields[field] = comparableList([...extra, ...list(change.after)].join(","));
}

function listedAt(helm: readonly string[]): Entry | undefined {
  const declaration = settingAt("value", helm);
  return declaration && { path: declaration.path, declaration, name: "" };
}

const initAmounts = amountSettings.filter(({ of }) => of === "istio-init");
const proxyAmounts = amountSettings.filter(({ of }) => of === proxyContainer);

// the proxy's amounts are the init container's as well, where it has none of its own
function predictInitAmounts(
  fields: Record<string, string>,
  template: PodTemplate,
  change: SettingsChange,
): void {
  for (const { declaration, field } of initAmounts)
    if (!saysItself(declaration, "", template)) predictInitAmount(fields, change, field);
}

function predictInitAmount(
  fields: Record<string, string>,
  change: SettingsChange,
  field: readonly string[],
): void {
  if (!hasInit(fields)) return;
  const amount = (settings: CanonicalSettings) =>
    settings[`initResources.${field.join(".")}`] ?? settings[`proxyResources.${field.join(".")}`];
  if (amount(change.before) !== amount(change.after))
    set(fields, amountField("istio-init", field), amount(change.after));
}

function predictScaledAmounts(
  fields: Record<string, string>,
  template: PodTemplate,
  { before, after }: SettingsChange,
): void {
  if (!scaledSetting || saysItself(scaledSetting, "", template)) return;
  const [were, are] = [scaledShares(before, template), scaledShares(after, template)];
  for (const { declaration, field, resource } of proxyAmounts) {
    const at = field.join(".");
    if (saysItself(declaration, "", template)) continue;
    const amount = are.get(at);
    if (are.has(at))
      set(fields, amountField(proxyContainer, field), amount && comparableAmount(amount, resource));
    else if (were.has(at)) set(fields, amountField(proxyContainer, field), after[declaration.path]);
  }
}

function same({ before, after }: SettingsChange, path: string): boolean {
  return JSON.stringify(before[path]) === JSON.stringify(after[path]);
}

function set(fields: Record<string, string>, field: string, value: unknown): void {
  if (value === undefined) delete fields[field];
  else fields[field] = String(value);
}

import { randomNumbers } from "../laws/randomPods";
import type { Denied } from "./DenyingPolicy";

/** Settings of one layer, as a program writes them. */
export type Settings = Record<string, unknown>;
/** Target -> settings: `*`, a namespace, `namespace/name` for the pods labelled `app: name`. */
export type Wanted = Readonly<Record<string, Settings>>;

/** When a provider process is killed: as it starts, once the server has its write, once it has begun a restart, or in between. */
export type KillMoment = "start" | "written" | "restarting" | number;

export type ApiFault =
  | "too many requests"
  | "unavailable"
  | "bad gateway"
  | "timeout"
  | "internal error"
  | "conflict"
  | "expired list"
  | "broken before"
  | "answer lost"
  | "broken half-way"
  | "slow";

export type Step =
  /** One stack's `up` by a deployment engine, or one process that calls the layer provider by itself, as Pulumi does. */
  | {
      do: "up";
      actor: string;
      wanted: Wanted;
      /** Settings that leave no pod of a namespace possible: refused, and put back. */
      bad?: true;
      /** Its clock jumps. */
      clock?: true;
      kill?: KillMoment;
      /** Nothing else begins before it ends. */
      wait?: true;
    }
  | { do: "rewrite"; by: "helm" | "istioctl" }
  | { do: "edit"; what: "label" | "annotation" | "data key" | "value" | "comment"; by: string }
  | {
      do: "outage";
      of: "istiod" | "kube-apiserver" | "webhook unreachable" | "webhook denies";
      seconds: number;
    }
  /** An admission policy comes into a namespace, or goes. */
  | { do: "policy"; namespace: string; denies: Denied | "nothing" }
  /** Somebody begins or ceases to write the annotations of a Deployment's pod template back to what they are now. */
  | { do: "operator"; namespace: string; name: string; writes: boolean }
  /** From now on this share of the requests of programs meets one of these. */
  | { do: "api"; share: number; faults: readonly ApiFault[] }
  | { do: "pause"; seconds: number };

/** Stacks whose programs an engine runs, and what each may have settings for. */
export const stacks: Readonly<Record<string, readonly string[]>> = {
  platform: ["*", "pay"],
  "team-shop": ["shop", "shop/api"],
  "team-cart": ["cart", "cart/web"],
};

/** Processes that write layers alone, into namespaces without workloads and into some that Istio does not inject into. */
export const writers: Readonly<Record<string, readonly string[]>> = {
  "writer-left": ["left", "left/api", "left-1", "left-2", "left-3"],
  "writer-right": ["right", "right/api", "right-1", "right-2"],
};

/** Namespaces that are there, each with a LimitRange that no pod with `tooMuch` gets past. */
export const namespaces = ["shop", "cart", "pay", "left", "right"] as const;
/** Namespaces without the injection label. */
export const unlabelled = ["left-1", "left-2", "left-3", "right-1", "right-2"] as const;
/** Deployments, by namespace. */
export const workloads: Readonly<Record<string, readonly string[]>> = {
  shop: ["api", "web"],
  cart: ["api", "web"],
  pay: ["api"],
};

export const mostCpu = 8;
/** Settings of a layer with which no pod is possible. */
export const tooMuch = { proxyResources: { limits: { cpu: mostCpu + 1 } } };

const allFaults: readonly ApiFault[] = [
  "too many requests",
  "unavailable",
  "bad gateway",
  "timeout",
  "internal error",
  "conflict",
  "expired list",
  "broken before",
  "answer lost",
  "broken half-way",
  "slow",
];

/** A random run: the same steps for the same seed. */
export function faultScript(seed: number, length: number): Step[] {
  const random = randomNumbers(seed);
  const chance = (probability: number) => random() < probability;
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  const wanted = new Map<string, Wanted>();

  const settings = (): Settings => ({
    ...(chance(0.7) ? { proxyResources: { limits: { cpu: 1 + Math.floor(random() * 4) } } } : {}),
    ...(chance(0.4) ? { logLevel: pick(["debug", "warning", "info"]) } : {}),
    ...(chance(0.4) ? { terminationDrainDuration: `${5 + Math.floor(random() * 9)}s` } : {}),
    ...(chance(0.3) ? { capture: { excludeOutboundPorts: [7000 + Math.floor(random() * 9)] } } : {}),
  });
  const changed = (actor: string): Wanted => {
    const targets = stacks[actor] ?? writers[actor] ?? [];
    const before = wanted.get(actor) ?? {};
    const next = Object.fromEntries(
      targets.flatMap((target) => {
        if (!before[target]) return chance(0.6) ? [[target, settings()]] : [];
        return chance(0.2) ? [] : [[target, chance(0.5) ? settings() : before[target]]];
      }),
    );
    wanted.set(actor, next);
    return next;
  };
  const spoilt = (actor: string): Wanted => {
    const own = namespaceTargets(actor);
    return { ...wanted.get(actor), [pick(own)]: tooMuch };
  };
  const moment = (): KillMoment =>
    pick(["start", "written", "written", "restarting", Math.floor(random() * 3000)]);

  const up = (actor: string): Step => ({
    do: "up",
    actor,
    wanted: changed(actor),
    ...(chance(0.25) ? { clock: true } : {}),
    ...(chance(0.2) ? { kill: moment() } : {}),
    ...(chance(0.15) ? { wait: true } : {}),
  });
  // a kill right after the write leaves namespaces without pods: the same program comes again at once, and mends that
  const bad = (actor: string): Step[] => {
    const step = { do: "up", actor, wanted: spoilt(actor), bad: true, wait: true } as const;
    return chance(0.4) ? [{ ...step, kill: "written" }, step] : [step];
  };

  /** New settings for a namespace, by the stack that has it. */
  const changeOf = (namespace: string, more: Settings): Step => {
    const actor = pick(Object.keys(stacks).filter((name) => stacks[name]?.includes(namespace)));
    const next = { ...wanted.get(actor), [namespace]: { ...settings(), ...more } };
    wanted.set(actor, next);
    return { do: "up", actor, wanted: next, ...(chance(0.7) ? { wait: true } : {}) };
  };
  const pause = (): Step => ({ do: "pause", seconds: 1 + Math.floor(random() * 6) });
  // what keeps new pods from coming has programs in its time: some that ask for just what it does not let through, some that were under way
  const policy = (): Step[] => {
    const namespace = pick(Object.keys(workloads));
    const denies = pick(["all pods", "debug sidecars", "debug sidecars"] as const);
    const more = denies === "debug sidecars" ? { logLevel: "debug" } : {};
    const during = chance(0.7) ? changeOf(namespace, more) : up(pick(Object.keys(stacks)));
    return [
      ...(chance(0.3) ? [changeOf(namespace, more)] : []),
      { do: "policy", namespace, denies },
      during,
      ...(chance(0.5) ? [up(pick(Object.keys(stacks)))] : []),
      pause(),
      { do: "policy", namespace, denies: "nothing" },
    ];
  };
  const operator = (): Step[] => {
    const [namespace, names] = pick(Object.entries(workloads));
    const name = pick(names);
    return [
      { do: "operator", namespace, name, writes: true },
      changeOf(namespace, { proxyResources: { limits: { cpu: 1 + Math.floor(random() * 4) } } }),
      ...(chance(0.5) ? [up(pick(Object.keys(stacks)))] : []),
      pause(),
      { do: "operator", namespace, name, writes: false },
    ];
  };

  const steps: Step[] = [];
  while (steps.length < length) {
    const dice = random();
    if (dice < 0.3) steps.push(up(pick(Object.keys(stacks))));
    else if (dice < 0.49) steps.push(up(pick(Object.keys(writers))));
    else if (dice < 0.58) steps.push(...bad(pick([...Object.keys(stacks), ...Object.keys(writers)])));
    else if (dice < 0.65) steps.push({ do: "rewrite", by: pick(["helm", "istioctl"]) });
    else if (dice < 0.74) {
      const what = pick(["label", "annotation", "data key", "value", "comment"] as const);
      steps.push({ do: "edit", what, by: pick(["kubectl-edit", "argocd-controller"]) });
    } else if (dice < 0.83) {
      const of = pick(["istiod", "kube-apiserver", "webhook unreachable", "webhook denies"] as const);
      steps.push({ do: "outage", of, seconds: 1 + Math.floor(random() * 5) });
    } else if (dice < 0.87) steps.push(...policy());
    else if (dice < 0.91) steps.push(...operator());
    else if (dice < 0.97) {
      const faults = chance(0.25) ? [] : allFaults.filter(() => chance(0.5));
      steps.push({ do: "api", share: faults.length === 0 ? 0 : pick([0.03, 0.1, 0.25]), faults });
    } else steps.push({ do: "pause", seconds: 1 + Math.floor(random() * 3) });
  }
  return steps;
}

function namespaceTargets(actor: string): string[] {
  const targets = stacks[actor] ?? writers[actor] ?? [];
  return targets.filter((target) => (namespaces as readonly string[]).includes(target));
}

/** `17. up team-shop: shop shop/api, clock jumps, killed when written`: a line of the step log. */
export function stepText(step: Step): string {
  switch (step.do) {
    case "up":
      return [
        `up ${step.actor}: ${JSON.stringify(step.wanted)}`,
        ...(step.bad ? ["no pod is possible with these"] : []),
        ...(step.clock ? ["clock jumps"] : []),
        ...(step.kill === undefined ? [] : [`killed ${killText(step.kill)}`]),
        ...(step.wait ? ["waited for"] : []),
      ].join(", ");
    case "rewrite":
      return `${step.by} rewrites config and values`;
    case "edit":
      return `${step.by} edits a ${step.what}`;
    case "outage":
      return `${step.of} for ${step.seconds} s`;
    case "policy":
      return step.denies === "nothing"
        ? `the policy in ${step.namespace} goes`
        : `a policy denies ${step.denies} in ${step.namespace}`;
    case "operator":
      return `an operator ${step.writes ? "begins" : "ceases"} to write ${step.namespace}/${step.name} back`;
    case "api":
      return step.share === 0
        ? "the API server answers as it should"
        : `${step.share * 100} % of requests meet: ${step.faults.join(", ")}`;
    case "pause":
      return `${step.seconds} s pass`;
  }
}

function killText(kill: KillMoment): string {
  if (typeof kill === "number") return `after ${kill} ms`;
  return { start: "as it starts", written: "after its write", restarting: "after it began a restart" }[kill];
}

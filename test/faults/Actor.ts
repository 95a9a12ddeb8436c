import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Mesh } from "../e2e/Mesh";
import { operations } from "../e2e/Mesh";
import type { ProgramOptions } from "../pulumi/ProgramOptions";
import { pulumi } from "../pulumi/pulumi";
import type { Wanted } from "./FaultScript";
import { ownerOf } from "./Operation";
import { stackPlan } from "./stackPlan";
import type { LayerResult, LayerState, LayerTask } from "./writeLayers";

export interface ActorRun {
  kubeconfig: string;
  /** The seed by which the clock jumps; undefined where it does not. */
  clock: number | undefined;
  onStart: (pid: number) => void;
}

/** Something that brings layers into the injector, with a state of its own. */
export interface Actor {
  readonly name: string;
  /** Targets that its state has. */
  known(): Promise<string[]>;
  up(wanted: Wanted, run: ActorRun): Promise<{ ok: boolean; text: string }>;
  /** What one more `up` would change; empty when nothing. */
  preview(wanted: Wanted, run: ActorRun): Promise<string[]>;
}

/** A stack, run by Pulumi. */
export class StackActor implements Actor {
  constructor(
    readonly name: string,
    private readonly mesh: Mesh,
  ) {}

  async known(): Promise<string[]> {
    const state = await pulumi.exportState(this.options({}, undefined)).catch(() => undefined);
    const resources = state?.deployment?.resources ?? [];
    return resources.flatMap(({ urn, inputs }) => {
      if (!urn.endsWith("-layer")) return [];
      const { namespace, workload } = (inputs ?? {}) as { namespace?: string; workload?: string };
      return [[namespace ?? "*", workload].filter(Boolean).join("/")];
    });
  }

  async up(wanted: Wanted, run: ActorRun): Promise<{ ok: boolean; text: string }> {
    const { ok, stdoutText } = await pulumi.up(this.options(wanted, run));
    return { ok, text: stdoutText };
  }

  async preview(wanted: Wanted, run: ActorRun): Promise<string[]> {
    const result = await pulumi.preview({ ...this.options(wanted, run), diff: true });
    if (!result.ok) return [result.stdoutText];
    const changes = Object.entries(operations(result)).filter(([, operation]) => operation !== "same");
    return changes.length === 0 ? [] : [...changes.map((change) => change.join(": ")), result.stdoutText];
  }

  private options(wanted: Wanted, run: ActorRun | undefined): ProgramOptions {
    const env = {
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      ...(run ? { KUBECONFIG: run.kubeconfig } : {}),
      ...clockOf(run?.clock),
    };
    const more = { env, ...(run ? { onProviderStart: run.onStart } : {}) };
    return this.mesh.stack(this.name, stackPlan(wanted), more);
  }
}

/** The environment of processes whose wall clock jumps, by a seed; without one, none. */
export function clockOf(seed: number | undefined): Record<string, string> {
  if (seed === undefined) return {};
  return { NODE_OPTIONS: `--require ${join(__dirname, "jumpingClock.cjs")}`, FAULTS_CLOCK: String(seed) };
}

/** A process that calls the layer provider by itself; the state is kept here, as Pulumi's engine would. */
export class WriterActor implements Actor {
  private readonly state = new Map<string, LayerState>();

  constructor(readonly name: string) {}

  async known(): Promise<string[]> {
    return [...this.state.keys()];
  }

  async up(wanted: Wanted, run: ActorRun): Promise<{ ok: boolean; text: string }> {
    const targets = new Set([...Object.keys(wanted), ...this.state.keys()]);
    const tasks = [...targets].map((target): LayerTask => {
      const state = this.state.get(target);
      const settings = wanted[target];
      return {
        target,
        ...(state ? { state } : {}),
        ...(settings ? { news: properties(this.name, target, settings) } : {}),
      };
    });
    if (tasks.length === 0) return { ok: true, text: "" };
    const { results, text } = await runTasks(tasks, run);
    for (const { target, state } of results) {
      if (state) this.state.set(target, state);
      else this.state.delete(target);
    }
    const ok = results.length === tasks.length && results.every(({ error }) => error === undefined);
    const errors = results.flatMap(({ target, error }) => (error ? [`✖ ${target}: ${error}`] : []));
    return { ok, text: [text, ...errors].join("\n") };
  }

  // the state's own words are compared by the checks of the cluster
  async preview(): Promise<string[]> {
    return [];
  }
}

function properties(actor: string, target: string, settings: object): Record<string, unknown> {
  const [namespace, workload] = target.split("/");
  return {
    ...settings,
    namespace,
    ...(workload ? { workload, selector: { matchLabels: { app: workload } } } : {}),
    injector: {},
    owner: ownerOf(actor, target),
    rollout: {},
    injectorTimeout: "20s",
  };
}

function runTasks(
  tasks: readonly LayerTask[],
  { kubeconfig, clock, onStart }: ActorRun,
): Promise<{ results: LayerResult[]; text: string }> {
  return new Promise((resolve, reject) => {
    const script = join(__dirname, "writeLayers.ts");
    const child = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify(tasks)], {
      env: { ...process.env, KUBECONFIG: kubeconfig, ...clockOf(clock) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.once("error", reject);
    if (child.pid !== undefined) onStart(child.pid);
    child.once("close", () => {
      const lines = text.split("\n");
      const results = lines.filter((line) => line.startsWith("result ") && line.endsWith("}"));
      resolve({
        results: results.map((line) => JSON.parse(line.slice("result ".length)) as LayerResult),
        text: lines.filter((line) => !line.startsWith("result ")).join("\n"),
      });
    });
  });
}

import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Container, Pod } from "../../provider/cluster/podTemplate";
import { buildModule } from "../builds/buildModule";

/** What the agent gets of a pod. */
export interface AgentPod {
  name: string;
  proxy: Container;
  init: Container | undefined;
  /** The injected pod, where Istio's CNI plugin sets the rules by what it reads of the pod. */
  node?: Pod;
  /** Mounted into the sidecar, which applies `proxy.istio.io/config` over the variable. */
  annotations: Readonly<Record<string, string>>;
}

/** What Istio's own agent makes of it. */
export interface AgentReading {
  name: string;
  /** All of ProxyConfig, Istio's defaults included. */
  proxyConfig: Record<string, unknown>;
  /** What istio-iptables or Istio's CNI plugin would do; null where neither has anything to do. */
  rules: string[] | null;
  /** Why the CNI plugin lets no such pod start. */
  refusal?: string;
}

/** The folder of the command that reads. */
export function buildAgent(): Promise<string> {
  return buildModule(
    {
      name: "the readings of Istio's agent",
      module: __dirname,
      cache: "agent",
      packages: ["."],
      programs: ["agent"],
      flags: ["-trimpath", "-ldflags", "-s -w"],
      takes: "about a minute after the control plane",
      instead: "leave out test/laws/agent",
    },
    (line) => void process.stderr.write(`agent: ${line}\n`),
  );
}

/** Asks the agent of the Istio that the control plane runs. */
export async function agentReadings(pods: readonly AgentPod[]): Promise<AgentReading[]> {
  const folder = await buildAgent();
  const agent = spawn(join(folder, "agent"), { stdio: ["pipe", "pipe", "pipe"] });
  for (const { name, proxy, init, annotations, node } of pods) {
    const proxyConfig = proxy.env?.find((one) => one.name === "PROXY_CONFIG")?.value ?? "";
    agent.stdin.write(
      `${JSON.stringify({ name, proxyConfig, annotations, init: init?.args ?? [], node })}\n`,
    );
  }
  agent.stdin.end();
  const [answers, errors] = await Promise.all([text(agent.stdout), text(agent.stderr)]);
  const lines = answers.split("\n").filter((line) => line !== "");
  if (lines.length !== pods.length)
    throw new Error(`the agent read ${lines.length} of ${pods.length}: ${errors}`);
  return lines.map((line) => JSON.parse(line) as AgentReading);
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { credentials, type ServiceError, status } from "@grpc/grpc-js";
import { type IResourceProviderClient, ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ConfigureRequest, type ConfigureResponse } from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { splitLines } from "./lineSplitter";
import type { ProgramSettings } from "./programSettings";
import { makeSecret, type PropertyMap } from "./propertyValue";

const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
const CLOSE_GRACE_MS = 5_000;

type Done<T> = (error: ServiceError | null, response: T) => void;
export type ProviderCall<T> = (client: IResourceProviderClient, done: Done<T>) => unknown;

export interface ProviderProcessEvents {
  onLine(line: string): void;
  onStart?: ((pid: number) => void) | undefined;
}

/** The one Node process that runs all dynamic resources of one deployment phase. */
export class ProviderProcess {
  private death: string | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly client: ResourceProviderClient,
  ) {
    child.once("exit", (code, signal) => {
      this.death = signal ? `was killed by ${signal}` : `ended with code ${code}`;
    });
  }

  static async start(
    settings: ProgramSettings,
    engineAddress: string,
    events: ProviderProcessEvents,
  ): Promise<ProviderProcess> {
    const script = createRequire(join(settings.programDirectory, "index.js")).resolve(
      "@pulumi/pulumi/cmd/dynamic-provider",
    );
    const child = spawn(process.execPath, [script, engineAddress], {
      cwd: settings.programDirectory,
      // Its own process group, as under the CLI: Ctrl-C in a terminal must not end a running operation.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...settings.env,
        PULUMI_NODEJS_PROJECT: settings.project,
        PULUMI_PROJECT: settings.project,
        PULUMI_CONFIG: JSON.stringify(settings.config),
      },
    });
    const port = await readPort(child, events);
    if (child.pid !== undefined) events.onStart?.(child.pid);
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
      "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    });
    const started = new ProviderProcess(child, client);
    await started.configure(settings);
    return started;
  }

  async call<T>(send: ProviderCall<T>): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        const done: Done<T> = (error, response) => (error ? reject(error) : resolve(response));
        send(this.client, done);
      });
    } catch (error) {
      throw await this.explain(error as ServiceError);
    }
  }

  /** SIGINT first, as the CLI does; SIGKILL when that is not enough. */
  async close(): Promise<void> {
    this.client.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, "exit");
    this.child.kill("SIGINT");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), CLOSE_GRACE_MS);
    await exit;
    clearTimeout(timer);
  }

  private async configure(settings: ProgramSettings): Promise<void> {
    const args: PropertyMap = {};
    for (const [key, value] of Object.entries(settings.config)) {
      args[key] = settings.secretKeys.includes(key) ? makeSecret(value) : value;
    }
    const request = new ConfigureRequest()
      .setArgs(Struct.fromJavaScript(args))
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSendsOldInputs(true)
      .setSendsOldInputsToDelete(true);
    for (const [key, value] of Object.entries(settings.config)) request.getVariablesMap().set(key, value);
    await this.call<ConfigureResponse>((client, done) => client.configure(request, done));
  }

  /** A lost connection says little; whether the process died says all. */
  private async explain(error: ServiceError): Promise<Error> {
    if (error.code !== status.UNAVAILABLE && error.code !== status.CANCELLED) {
      if (!error.metadata?.get("grpc-status-details-bin").length)
        return new Error(error.details || error.message);
      return error;
    }
    for (let wait = 0; wait < 20 && this.death === undefined; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return new Error(
      this.death
        ? `the dynamic provider process ${this.death} during this call`
        : `provider: ${error.details}`,
    );
  }
}

/** The first line a provider prints is its port; every later line is for people. */
function readPort(child: ChildProcess, events: ProviderProcessEvents): Promise<string> {
  return new Promise((resolve, reject) => {
    let port: string | undefined;
    if (!child.stdout || !child.stderr) throw new Error("the provider has no output streams");
    splitLines(child.stdout, (line) => {
      if (port !== undefined) return events.onLine(line);
      port = line.trim();
      resolve(port);
    });
    splitLines(child.stderr, (line) => events.onLine(line));
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      reject(
        new Error(`the dynamic provider process ended before it was ready (${signal ?? `code ${code}`})`),
      );
    });
  });
}

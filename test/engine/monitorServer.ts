import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest, SetRootResourceRequest } from "@pulumi/pulumi/proto/engine_pb";
import {
  GetRootResourceResponse,
  LogSeverity,
  SetRootResourceResponse,
} from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type Deployment, DeploymentStopped } from "./deployment";
import type { Severity } from "./journal";
import { structToMap, toCallback, toGoal } from "./programMessages";
import { UNKNOWN } from "./propertyValue";
import { readResource } from "./readResource";
import type { Registrar } from "./registrar";
import type { StepRunner } from "./stepRunner";
import { Transforms } from "./transforms";

const FEATURES: Record<string, keyof typeof proto.ResourceMonitorFeature> = {
  secrets: "RESOURCE_MONITOR_FEATURE_SECRETS",
  resourceReferences: "RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES",
  deletedWith: "RESOURCE_MONITOR_FEATURE_DELETED_WITH",
  aliasSpecs: "RESOURCE_MONITOR_FEATURE_ALIAS_SPECS",
  transforms: "RESOURCE_MONITOR_FEATURE_TRANSFORMS",
};

const SEVERITIES: Record<LogSeverity, Severity> = {
  [LogSeverity.DEBUG]: "debug",
  [LogSeverity.INFO]: "info",
  [LogSeverity.WARNING]: "warning",
  [LogSeverity.ERROR]: "error",
};

const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** The two services a running program talks to, on one port of the loopback. */
export class MonitorServer {
  private readonly server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  private readonly transforms = new Transforms();
  private rootUrn = "";
  address = "";

  constructor(
    private readonly deployment: Deployment,
    private readonly registrar: Registrar,
    private readonly runner: StepRunner,
  ) {}

  async start(): Promise<string> {
    this.server.addService(ResourceMonitorService, this.monitor());
    this.server.addService(EngineService, this.engine());
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    this.address = `127.0.0.1:${port}`;
    return this.address;
  }

  close(): void {
    this.transforms.close();
    this.server.forceShutdown();
  }

  private monitor(): UntypedServiceImplementation {
    return {
      getDeploymentInfo: unary(async (_request: Empty) => this.deploymentInfo()),
      supportsFeature: unary(async (request: proto.SupportsFeatureRequest) =>
        new proto.SupportsFeatureResponse().setHassupport(request.getId() in FEATURES),
      ),
      registerResource: unary((request: proto.RegisterResourceRequest) => this.registerResource(request)),
      registerResourceOutputs: unary((request: proto.RegisterResourceOutputsRequest) =>
        this.registerOutputs(request),
      ),
      readResource: unary((request: proto.ReadResourceRequest) => this.read(request)),
      registerStackTransform: unary(async (request: Callback) => {
        this.transforms.addForStack(toCallback(request));
        return new Empty();
      }),
      signalAndWaitForShutdown: unary(async (_request: Empty) => new Empty()),
    };
  }

  private engine(): UntypedServiceImplementation {
    return {
      log: unary(async (request: LogRequest) => {
        this.deployment.journal.diagnose(
          SEVERITIES[request.getSeverity()],
          request.getMessage().trimEnd(),
          request.getUrn(),
        );
        return new Empty();
      }),
      getRootResource: unary(async (_request: Empty) => {
        const response = new GetRootResourceResponse();
        response.setUrn(this.rootUrn);
        return response;
      }),
      setRootResource: unary(async (request: SetRootResourceRequest) => {
        this.rootUrn = request.getUrn();
        return new SetRootResourceResponse();
      }),
    };
  }

  private deploymentInfo(): proto.DeploymentInfo {
    const { settings, dryRun } = this.deployment;
    const info = new proto.DeploymentInfo()
      .setProject(settings.project)
      .setStack(settings.stack)
      .setOrganization("organization")
      .setDryrun(dryRun)
      .setConfigsecretkeysList(settings.secretKeys)
      .setSupportedfeaturesList(Object.values(FEATURES).map((name) => proto.ResourceMonitorFeature[name]));
    for (const [key, value] of Object.entries(settings.config)) info.getConfigMap().set(key, value);
    return info;
  }

  private async registerResource(
    request: proto.RegisterResourceRequest,
  ): Promise<proto.RegisterResourceResponse> {
    if (request.getRemote())
      throw new Error(`the test engine can't construct remote component ${request.getType()}`);
    if (request.getImportid() !== "") throw new Error("the test engine does not support the `import` option");
    const own = request.getTransformsList().map(toCallback);
    const goal = await this.transforms.apply(toGoal(request), own);
    const state = await this.registrar.register(goal);
    this.transforms.remember(state.urn, own, goal.parent);
    const response = new proto.RegisterResourceResponse();
    response.setUrn(state.urn);
    response.setId(state.id === UNKNOWN ? "" : (state.id ?? ""));
    response.setObject(Struct.fromJavaScript(state.outputs));
    return response;
  }

  private async registerOutputs(request: proto.RegisterResourceOutputsRequest): Promise<Empty> {
    const state = this.deployment.news.get(request.getUrn());
    if (!state) throw new Error(`outputs for unknown resource ${request.getUrn()}`);
    state.outputs = structToMap(request.getOutputs());
    if (state.urn === this.deployment.rootUrn()) this.deployment.journal.outputs = state.outputs;
    await this.deployment.snapshot.save();
    return new Empty();
  }

  private async read(request: proto.ReadResourceRequest): Promise<proto.ReadResourceResponse> {
    const state = await readResource(this.deployment, this.runner, {
      id: request.getId(),
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent() || undefined,
      inputs: structToMap(request.getProperties()),
      dependencies: request.getDependenciesList(),
      provider: request.getProvider() || undefined,
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    });
    return new proto.ReadResourceResponse()
      .setUrn(state.urn)
      .setProperties(Struct.fromJavaScript(state.outputs));
  }
}

/** A stopped deployment answers "unavailable", which tells the SDK to end the program without more errors. */
function unary<Request, Response>(
  handle: (request: Request) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, done) => {
    handle(call.request).then(
      (response) => done(null, response),
      (error: Error) => {
        const code = error instanceof DeploymentStopped ? status.UNAVAILABLE : status.UNKNOWN;
        done({ code, details: error.message, message: error.message } as ServiceError);
      },
    );
  };
}

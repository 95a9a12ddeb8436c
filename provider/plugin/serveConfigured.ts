import { createRequire } from "node:module";
import type { ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import { main, type Provider } from "@pulumi/pulumi/provider";

type Answer = (error: Error | null, response?: unknown) => void;
type Configure = (call: { request: ConfigureRequest }, answer: Answer) => void;
interface Implementation {
  configure: Configure;
}
/** The part of `grpc.Server` that is needed here. */
interface ServerClass {
  prototype: { addService(this: unknown, service: unknown, implementation: Implementation): void };
}

/**
 * Serves a provider that gets its configuration. The SDK's server answers the engine's Configure request without passing it on, so the
 * request is intercepted: its handler is wrapped at the one moment when the SDK creates its server.
 */
export function serveConfigured(
  provider: Provider,
  args: readonly string[],
  configure: (given: unknown) => void,
): Promise<void> {
  // the SDK's own copy, which may not be the one that others resolve
  const { Server } = createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js") as {
    Server: ServerClass;
  };
  const { addService } = Server.prototype;
  let isSeen = false;
  Server.prototype.addService = function (service, implementation) {
    isSeen = true;
    addService.call(this, service, configured(implementation, configure));
  };
  const serving = main(provider, [...args]);
  Server.prototype.addService = addService;
  if (!isSeen)
    throw new Error(
      "this release of @pulumi/pulumi starts providers in another way. Install the one of the plugin's package.json.",
    );
  return serving;
}

function configured(implementation: Implementation, configure: (given: unknown) => void): Implementation {
  const own: Implementation = Object.create(implementation) as Implementation;
  own.configure = (call, answer) => {
    try {
      configure(call.request.getArgs()?.toJavaScript());
    } catch (error) {
      answer(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    implementation.configure(call, answer);
  };
  return own;
}

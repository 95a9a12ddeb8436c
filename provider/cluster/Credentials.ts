import type { RequestOptions } from "node:https";
import { type ExecCredential, type ExecPlugin, pluginOf, runExecPlugin } from "./execPlugin.js";
import { impersonationHeaders } from "./impersonation.js";
import type { KubeConfig } from "./kubeConfig.js";

/** How long credentials are cached: tokens of exec plugins are short-lived, and getting one runs a program. */
const credentialsLifetime = 60_000;

/** The credentials of a kubeconfig's current user, as options of requests. */
export class Credentials {
  private known: { options: RequestOptions; until: number } | undefined;
  private renewing: Promise<RequestOptions> | undefined;
  /** What an exec plugin gave. */
  private given: ExecCredential | undefined;

  constructor(
    private readonly config: KubeConfig,
    private readonly elapsed: () => number,
  ) {
    const user = config.getCurrentUser();
    const plugin = user ? pluginOf(user) : undefined;
    if (plugin)
      config.addAuthenticator({
        isAuthProvider: () => true,
        applyAuthentication: (_, options) => this.applyPlugin(plugin, options as RequestOptions),
      });
  }

  /** After the server has refused them: a token may be refused before its time, and kubectl then runs the exec plugin again. */
  forget(refused: RequestOptions): void {
    // another request may have renewed them already
    if (this.known?.options !== refused) return;
    this.given = undefined;
    this.known = undefined;
  }

  async options(): Promise<RequestOptions> {
    if (this.known && this.known.until >= this.elapsed()) return this.known.options;
    // one run of an exec plugin serves all requests in progress
    this.renewing ??= this.renewed().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async renewed(): Promise<RequestOptions> {
    const options: RequestOptions = {};
    await this.config.applyToHTTPSOptions(options);
    options.headers = { ...options.headers, ...impersonationHeaders(this.config.getCurrentUser()) };
    const before = this.known?.options;
    // an agent keeps its connections, and with them the certificate it was created with
    const kept = before?.agent && identityOf(before) === identityOf(options) ? before.agent : options.agent;
    if (kept) {
      Object.assign(kept, { keepAlive: true, maxSockets: 32 });
      options.agent = kept;
    }
    this.known = { options, until: this.elapsed() + credentialsLifetime };
    return options;
  }

  private async applyPlugin(plugin: ExecPlugin, options: RequestOptions): Promise<void> {
    if (this.given?.expires !== undefined && this.given.expires <= Date.now()) this.given = undefined;
    this.given ??= await runExecPlugin(plugin, this.config.getCurrentCluster());
    const { token, cert, key } = this.given;
    if (cert !== undefined) Object.assign(options, { cert, key });
    if (token !== undefined) options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
  }
}

const identity = ["cert", "key", "ca", "pfx", "passphrase", "servername", "rejectUnauthorized"] as const;

function identityOf(options: RequestOptions): string {
  return JSON.stringify(identity.map((name) => String(options[name])));
}

import { hasStatus, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { canonicalJson } from "../../provider/data/canonicalJson";
import type { Step } from "./FaultScript";
import type { InjectorObject } from "./InjectorHistory";

const path = "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector";

/** What of the injector's ConfigMap is not ours. */
interface Content {
  data: Record<string, string>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** Changes the ConfigMap as others do, and knows what it would be if nobody else had. */
export class ForeignContent {
  /** When it wrote, from the moment before to the moment after. */
  readonly rewrites: { from: number; to: number }[] = [];
  private count = 0;

  private constructor(
    private readonly api: KubernetesApi,
    private readonly installed: Readonly<Content>,
    private readonly expected: Content,
    private readonly onWrite: (written: InjectorObject) => void,
  ) {}

  static async of(api: KubernetesApi, onWrite: (written: InjectorObject) => void): Promise<ForeignContent> {
    const content = contentOf(await read(api));
    return new ForeignContent(api, content, structuredClone(content), onWrite);
  }

  /** Where the ConfigMap is not what it would be if nobody else had changed it; undefined where it is. */
  async difference(): Promise<string | undefined> {
    const present = contentOf(await read(this.api));
    if (canonicalJson(present) === canonicalJson(this.expected)) return undefined;
    const [one, other] = [this.expected, present].map((content) =>
      JSON.stringify(content, undefined, 1).split("\\n"),
    );
    const at = one?.findIndex((line, index) => line !== other?.[index]) ?? -1;
    return `${JSON.stringify(one?.[at])} became ${JSON.stringify(other?.[at])}`;
  }

  /** As helm and istioctl do: the two texts as their chart has them, whoever wrote them last. */
  async rewrite(by: string): Promise<void> {
    const from = Date.now();
    const { config = "", values = "" } = this.installed.data;
    const texts = { config: commented(config, `${by} ${++this.count}`), values };
    Object.assign(this.expected.data, texts);
    await this.patch(by, { data: texts });
    this.rewrites.push({ from, to: Date.now() });
  }

  async edit(what: Extract<Step, { do: "edit" }>["what"], by: string): Promise<void> {
    const text = `${by} ${++this.count}`;
    switch (what) {
      case "label":
        this.expected.labels["team/label"] = String(this.count);
        return this.patch(by, { metadata: { labels: { "team/label": String(this.count) } } });
      case "annotation":
        this.expected.annotations["team/note"] = text;
        return this.patch(by, { metadata: { annotations: { "team/note": text } } });
      case "data key":
        this.expected.data.extra = text;
        return this.patch(by, { data: { extra: text } });
      case "comment":
        return this.editTexts(by, ({ config = "" }) => ({ config: commented(config, text) }));
      case "value":
        return this.editTexts(by, ({ values = "" }) => ({ values: flipped(values) }));
    }
  }

  /** As kubectl edit does: what it read with a change somewhere, refused when somebody else wrote in between. */
  private async editTexts(
    by: string,
    change: (data: Record<string, string>) => Record<string, string>,
  ): Promise<void> {
    Object.assign(this.expected.data, change(this.expected.data));
    for (;;) {
      const live = await read(this.api);
      const body = { ...live, data: { ...live.data, ...change(live.data) } };
      try {
        this.onWrite(await this.api.request({ method: "PUT", path, query: { fieldManager: by }, body }));
        return;
      } catch (error) {
        if (!hasStatus(error, 409)) throw error;
      }
    }
  }

  private async patch(by: string, body: object): Promise<void> {
    const contentType = "application/merge-patch+json";
    this.onWrite(
      await this.api.request({ method: "PATCH", path, query: { fieldManager: by }, contentType, body }),
    );
  }
}

async function read(api: KubernetesApi): Promise<InjectorObject> {
  return api.request<InjectorObject>({ method: "GET", path });
}

export function contentOf({ metadata, data }: InjectorObject): Content {
  return structuredClone({
    data,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
  });
}

/** A comment behind a line that is there whatever else is in the text. */
function commented(config: string, text: string): string {
  const changed = config.replace(/^(defaultTemplates: \[sidecar\]).*$/m, `$1 # ${text}`);
  if (changed === config) throw new Error("the config has no defaultTemplates to comment");
  return changed;
}

/** An argument of both of the sidecar's containers, there or not by the Helm value that is flipped. */
export const flippedArgument = "--log_as_json";

/** One Helm value the other way round; the rest of the text stays. */
function flipped(values: string): string {
  const changed = values.replace(/"logAsJson":\s*(true|false)/, (pair, value: string) =>
    pair.replace(value, value === "true" ? "false" : "true"),
  );
  if (changed === values) throw new Error("the values have no logAsJson to change");
  return changed;
}

import type { InjectorData } from "../configMap/InjectorData.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { recordOf } from "../data/isRecord.js";
import { type Injector, type InjectorConfigMap, nameOf } from "./Injector.js";

/** The size limit of a ConfigMap. Kubernetes counts the values of all its keys. */
const mostBytes = 1024 * 1024;

/** Throws if the ConfigMap has no room for the texts beside its other keys. `layers`: how many the texts have. */
export function requireRoom(
  read: InjectorConfigMap,
  { config, values }: InjectorData,
  injector: Injector,
  layers: number,
): void {
  const { config: _config, values: _values, ...others } = recordOf(read.object.data);
  const sizes = {
    templates: Buffer.byteLength(config),
    values: Buffer.byteLength(values),
    "other keys": bytesOf(others, "utf8") + bytesOf(recordOf(read.object.binaryData), "base64"),
  };
  const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  if (bytes <= mostBytes) return;
  const parts = Object.entries(sizes).map(([name, size]) => `${size} are ${name}`);
  throw new InjectorRefusal(
    `${nameOf(read, injector)} would have ${bytes} bytes with these ${layers} layers, and a ConfigMap holds ${mostBytes}: ` +
      `${parts.join(", ")}; give namespaces the same settings, which are stored once, or use fewer`,
  );
}

function bytesOf(texts: Readonly<Record<string, unknown>>, encoding: BufferEncoding): number {
  return Object.values(texts).reduce<number>(
    (sum, text) => sum + Buffer.byteLength(String(text), encoding),
    0,
  );
}

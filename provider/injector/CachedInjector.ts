import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { type Injector, type InjectorConfigMap, readInjector } from "./Injector.js";

/** How long one read serves all resources of a program, in ms: there may be thousands of them, and the ConfigMap is large. */
const freshFor = 1_000;

interface Reading {
  at: number;
  configMap: Promise<InjectorConfigMap>;
}

/**
 * The injector as read at most a second ago, and never from before this process's last write. A write that starts from it fails with a
 * conflict if someone else wrote since.
 */
export class CachedInjector {
  /** By connection: another one may have credentials that can't read it. */
  private readings = new WeakMap<KubernetesApi, Reading>();

  constructor(
    private readonly injector: Injector,
    /** Not the wall clock: set back, it would keep a read fresh for hours. */
    private readonly elapsed: () => number,
  ) {}

  read(api: KubernetesApi): Promise<InjectorConfigMap> {
    const recent = this.readings.get(api);
    if (recent && this.elapsed() - recent.at < freshFor) return recent.configMap;
    const reading = { at: this.elapsed(), configMap: readInjector(api, this.injector) };
    this.readings.set(api, reading);
    // a failed read is not cached
    reading.configMap.catch(() => {
      if (this.readings.get(api) === reading) this.readings.delete(api);
    });
    return reading.configMap;
  }

  /** Reads it now, and caches that. */
  readAnew(api: KubernetesApi): Promise<InjectorConfigMap> {
    this.invalidate();
    return this.read(api);
  }

  /** Call after each write. */
  invalidate(): void {
    this.readings = new WeakMap();
  }
}

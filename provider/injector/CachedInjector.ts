import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { type Injector, type InjectorConfigMap, readInjector } from "./Injector.js";

/** For how long one reading does for all resources of a program, in ms: they are looked at by the thousand, and it is long. */
const freshFor = 1_000;

interface Reading {
  at: number;
  configMap: Promise<InjectorConfigMap>;
}

/**
 * The injector as it was read at most a second ago, for looks at it; and never as it was before this process last wrote it. What is
 * written is made from `readInjector`.
 */
export class CachedInjector {
  /** By connection: what one may read, another one with other credentials may not. */
  private readings = new WeakMap<KubernetesApi, Reading>();

  constructor(
    private readonly injector: Injector,
    /** Set back, a wall clock would call a reading recent for hours. */
    private readonly elapsed: () => number,
  ) {}

  read(api: KubernetesApi): Promise<InjectorConfigMap> {
    const recent = this.readings.get(api);
    if (recent && this.elapsed() - recent.at < freshFor) return recent.configMap;
    const reading = { at: this.elapsed(), configMap: readInjector(api, this.injector) };
    this.readings.set(api, reading);
    // an answer that was none is asked for again
    reading.configMap.catch(() => {
      if (this.readings.get(api) === reading) this.readings.delete(api);
    });
    return reading.configMap;
  }

  /** Reads it now, and keeps it for whoever looks next. */
  readAnew(api: KubernetesApi): Promise<InjectorConfigMap> {
    this.invalidate();
    return this.read(api);
  }

  /** After a write of ours. */
  invalidate(): void {
    this.readings = new WeakMap();
  }
}

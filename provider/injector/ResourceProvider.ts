import type { dynamic } from "@pulumi/pulumi";
import type { Properties } from "../data/Properties.js";

/** A dynamic provider of Pulumi's that has all methods and leaves none of their results out. */
export interface ResourceProvider extends dynamic.ResourceProvider<Properties, Properties> {
  check(
    olds: Properties,
    news: Properties,
  ): Promise<dynamic.CheckResult<Properties> & { inputs: Properties }>;
  diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<dynamic.DiffResult & { changes: boolean; replaces: string[] }>;
  create(inputs: Properties): Promise<Required<dynamic.CreateResult<Properties>>>;
  update(id: string, olds: Properties, news: Properties): Promise<Required<dynamic.UpdateResult<Properties>>>;
  /** Without an id the resource is gone. */
  read(id: string, properties?: Properties): Promise<dynamic.ReadResult<Properties>>;
  delete(id: string, properties: Properties): Promise<void>;
}

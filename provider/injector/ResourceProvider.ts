import type { dynamic } from "@pulumi/pulumi";
import type { Properties } from "../data/Properties.js";
import { type Problem, problemSentence } from "../data/problem.js";

/** A Pulumi dynamic provider with all methods, whose results are never left out. */
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
  /** Returns no id if the resource is gone. */
  read(id: string, properties?: Properties): Promise<dynamic.ReadResult<Properties>>;
  delete(id: string, properties: Properties): Promise<void>;
}

/** Problems of inputs, as a check returns them. */
export function failuresOf(problems: readonly Problem[]): dynamic.CheckFailure[] {
  return problems.map((problem) => ({ property: problem.path, reason: problemSentence(problem) }));
}

/** An error with an id and properties: Pulumi keeps what happened, and updates the resource at the next `up`. */
export function partialFailure(error: Error, id: string, properties: Properties): Error {
  return Object.assign(error, { id, properties, reasons: [error.message] });
}

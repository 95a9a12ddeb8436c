/** Properties of a resource, as Pulumi hands them over: plain data, not yet looked at. */
export type Properties = Readonly<Record<string, unknown>>;

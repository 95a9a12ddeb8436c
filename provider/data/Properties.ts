/** Properties of a resource as Pulumi passes them: plain data, not yet validated. */
export type Properties = Readonly<Record<string, unknown>>;

/** A JSON Schema fragment for user input, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

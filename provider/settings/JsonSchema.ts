/** A JSON Schema fragment for user input. */
export type JsonSchema = Readonly<Record<string, unknown>>;

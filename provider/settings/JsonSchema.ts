/** A fragment of JSON Schema for what people may write. */
export type JsonSchema = Readonly<Record<string, unknown>>;

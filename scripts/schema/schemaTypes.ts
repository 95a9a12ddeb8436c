/*
 * Pulumi's schema of a value, made of a JSON Schema. What only JSON Schema says, such as patterns and bounds, is left to the resources,
 * which say it better than an SDK's compiler would.
 */

import type { JsonSchema } from "../../provider/settings/JsonSchema";

/** A value in Pulumi's package schema. */
interface TypeSpec {
  type?: string;
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  oneOf?: TypeSpec[];
  plain?: boolean;
}

export interface PropertySpec extends TypeSpec {
  description?: string;
  default?: string | number | boolean;
  secret?: boolean;
}

export const text = (description: string): PropertySpec => ({ type: "string", description });
export const whole = (description: string): PropertySpec => ({ type: "integer", description });

/** A map of text by names. */
export const names = (description: string): PropertySpec => ({
  type: "object",
  additionalProperties: { type: "string" },
  description,
});

/** A map of any values. */
export const anyMap = (description: string): PropertySpec => ({
  type: "object",
  additionalProperties: { $ref: "pulumi.json#/Any" },
  description,
});

/** A named type of this package. */
export const typed = (name: string, description: string): PropertySpec => ({
  $ref: `#/types/istio-sidecar:index:${name}`,
  description,
});

/** A named type: an object, or the values of an enum. */
export interface NamedType {
  type: "object" | "string";
  description?: string;
  properties?: Record<string, PropertySpec>;
  required?: string[];
  enum?: { value: string }[];
}

/** Collects the named types that values need. */
export class SchemaTypes {
  readonly types: Record<string, NamedType> = {};

  /** `called`: the name of the type that an object or an enum gets. `definitions`: what `$ref` means, and the name of its type. */
  constructor(
    private readonly definitions: Readonly<Record<string, JsonSchema>>,
    private readonly nameOfDefinition: (definition: string) => string,
  ) {}

  property(schema: JsonSchema, called: string): PropertySpec {
    const { description } = schema;
    return {
      ...this.type(schema, called),
      ...(typeof description === "string" ? { description } : {}),
    };
  }

  type(schema: JsonSchema, called: string): TypeSpec {
    if (typeof schema.$ref === "string") {
      const definition = schema.$ref.replace("#/$defs/", "");
      return this.type(this.definitions[definition] ?? {}, this.nameOfDefinition(definition));
    }
    const choices = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
    if (choices) {
      return choices.every(isObject)
        ? // the resource checks which of the forms an object has
          this.object(choices, called, false)
        : union(choices.map((choice) => this.type(choice, called)));
    }
    if (Array.isArray(schema.enum)) return this.named(called, enumType(schema.enum as string[]));
    const kinds = [schema.type].flat().filter((kind) => kind !== "null");
    if (kinds.length > 1) return union(kinds.map((type) => ({ type: String(type) })));
    const [kind] = kinds;
    if (kind === "array") {
      return { type: "array", items: this.type(schema.items as JsonSchema, called) };
    }
    if (kind !== "object") return { type: String(kind) };
    return schema.properties ? this.object([schema], called, true) : this.map(schema, called);
  }

  private map({ additionalProperties }: JsonSchema, called: string): TypeSpec {
    return {
      type: "object",
      additionalProperties: this.type(additionalProperties as JsonSchema, called),
    };
  }

  private object(forms: readonly JsonSchema[], called: string, isOne: boolean): TypeSpec {
    const properties: Record<string, PropertySpec> = {};
    for (const form of forms)
      for (const [key, value] of Object.entries(form.properties as Record<string, JsonSchema>))
        properties[key] = this.property(value, `${called}${capital(key)}`);
    const required = isOne ? (forms[0]?.required as string[] | undefined) : undefined;
    const description = isOne ? forms[0]?.description : undefined;
    return this.named(called, {
      type: "object",
      ...(typeof description === "string" ? { description } : {}),
      properties,
      ...(required ? { required } : {}),
    });
  }

  private named(called: string, type: NamedType): TypeSpec {
    const token = `istio-sidecar:index:${called}`;
    this.types[token] = type;
    return { $ref: `#/types/${token}` };
  }
}

function isObject({ type, properties }: JsonSchema): boolean {
  return type === "object" && properties !== undefined;
}

function enumType(values: readonly string[]): NamedType {
  return { type: "string", enum: values.map((value) => ({ value })) };
}

/** Each type once. A list that may also be text is just the list: Pulumi's SDK for Python can't send a choice that includes one. */
function union(choices: readonly TypeSpec[]): TypeSpec {
  const list = choices.find(({ type }) => type === "array");
  if (list) return list;
  const once = [...new Map(choices.map((choice) => [JSON.stringify(choice), choice])).values()];
  const [only] = once;
  return once.length === 1 && only ? only : { oneOf: once };
}

export function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** The same value as a plain one, which must be known when the component is constructed. */
export function plain<Spec extends TypeSpec>(spec: Spec): Spec {
  return {
    ...spec,
    ...(spec.items ? { items: plain(spec.items) } : {}),
    ...(spec.additionalProperties ? { additionalProperties: plain(spec.additionalProperties) } : {}),
    ...(spec.oneOf ? { oneOf: spec.oneOf.map(plain) } : {}),
    plain: true,
  };
}

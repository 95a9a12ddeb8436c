interface UrnParts {
  stack: string;
  project: string;
  /** The resource's type, and before it those of its parents. */
  types: readonly string[];
  name: string;
}

/** The parts of `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`; empty ones for any other text. */
export function urnParts(urn: string): UrnParts {
  const [, stack = "", project = "", types = "", name = ""] =
    /^urn:pulumi:(.+?)::(.+?)::(.+?)::(.*)$/s.exec(urn) ?? [];
  return { stack, project, types: types.split("$"), name };
}

/** The last part of a resource's type, such as `SettingsLayer`. */
export function typeIn(urn: string): string {
  return lastPart(urnParts(urn).types.at(-1));
}

/** The same of its parent's type. */
export function parentTypeIn(urn: string): string {
  return lastPart(urnParts(urn).types.at(-2));
}

function lastPart(type = ""): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

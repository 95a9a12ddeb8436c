import { printed } from "../printed.js";

/** Markup that is safe to embed unescaped. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | undefined | readonly (Html | string)[];

/** A template that escapes every value except markup made by the same tag. */
export function html(literals: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(literals.reduce((text, literal, at) => text + safe(values[at - 1]) + literal));
}

function safe(value: Part): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(safe).join("");
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return printed(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

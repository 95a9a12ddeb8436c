/** A part of the injector's ConfigMap that settings can't be added to. */
export interface Mismatch {
  where: string;
  expected: string;
  got: string;
  todo: string;
}

/** The form that all messages about an injector share. */
export function mismatchText({ where, expected, got, todo }: Mismatch): string {
  return `${where}: expected ${expected}, got ${got}. ${todo}.`;
}

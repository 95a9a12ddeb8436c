/** Something in an injector's ConfigMap that settings can't be added to: where it is, and what to do about it. */
export interface Mismatch {
  where: string;
  expected: string;
  got: string;
  todo: string;
}

/** The one form of every message about an injector. */
export function mismatchText({ where, expected, got, todo }: Mismatch): string {
  return `${where}: expected ${expected}, got ${got}. ${todo}.`;
}

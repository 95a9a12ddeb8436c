import type { OutgoingHttpHeaders } from "node:http";
import type { User } from "@kubernetes/client-node";
import { recordOf } from "../data/isRecord.js";

const headers = new WeakMap<User, OutgoingHttpHeaders>();

/** Remembers whom a kubeconfig's user acts as, apart from the name in `as`, which the library reads. */
export function impersonate(user: User, given: Readonly<Record<string, unknown>>): void {
  const extra = Object.entries(recordOf(given["as-user-extra"])).map(
    ([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, values] as const,
  );
  const all = [
    ["Impersonate-Uid", given["as-uid"]],
    ["Impersonate-Group", given["as-groups"]],
    ...extra,
  ] as const;
  const named = all.map(([name, values]) => [name, textsOf(values)] as const);
  headers.set(user, Object.fromEntries(named.filter(([, values]) => values.length > 0)));
}

/** The headers that make requests act as them. */
export function impersonationHeaders(user: User | null): OutgoingHttpHeaders {
  return (user && headers.get(user)) ?? {};
}

function textsOf(value: unknown): string[] {
  return [value].flat().filter((one) => typeof one === "string");
}

import * as pulumi from "@pulumi/pulumi";

const pending = new Set<Promise<void>>();

/** Shows the user a line, under the stack. The engine doesn't show what a plugin prints. */
export function toEngine(line: string): void {
  const sent: Promise<void> = pulumi.log.info(line).finally(() => pending.delete(sent));
  pending.add(sent);
}

/** Resolves when the engine has all lines: it may stop listening after the last response. */
export async function logFlushed(): Promise<void> {
  await Promise.all(pending);
}

/** The engine that `pulumi.log` talks to outside of components. */
export function useEngine(address: string): void {
  pulumi.runtime.resetOptions("", "", -1, address, "", false, "");
}

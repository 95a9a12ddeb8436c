/** The file's top-level keys, in the order of the documentation. */
export const platformFileKeys = [
  "injector",
  "cluster",
  "injectorTimeout",
  "rollout",
  "global",
  "namespaces",
  "workloads",
  "waves",
] as const;

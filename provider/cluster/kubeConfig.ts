// By its own path: the package's index has a class for each of Kubernetes' types, which cost half a second and 60 MiB.
// The build puts a bundle of what is used in this module's place (scripts/bundleKubeConfig.ts).
export { KubeConfig } from "@kubernetes/client-node/dist/config.js";

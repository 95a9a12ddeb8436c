/** Our name in `managedFields`, of the injector's ConfigMap and of restarted workloads. */
export const fieldManager = "sidecar-settings";

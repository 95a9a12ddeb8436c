/** Our name in `managedFields` of all that we write. */
export const fieldManager = "sidecar-settings";

/** Whether a manager's `fieldsV1` include the pod template. */
export function hasTemplate(fields: unknown): boolean {
  const spec = (fields as { "f:spec"?: Record<string, unknown> } | undefined)?.["f:spec"];
  return spec?.["f:template"] !== undefined;
}

/** Our part of `.Values`; under `global` because the official chart passes only that through. */
export const dataKey = "sidecarSettings";

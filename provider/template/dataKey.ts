/** Where our data is in `.Values`: under `global`, since that is all that the official chart passes through. */
export const dataKey = "sidecarSettings";

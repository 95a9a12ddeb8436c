/** Arguments and options that had another name before. */
export const formerNames: Readonly<Record<string, string>> = {
  patience: "injectorTimeout",
  layerName: "workloadName",
  include: "restartOn",
};

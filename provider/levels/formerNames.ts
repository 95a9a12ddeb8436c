/** Renamed arguments and options: former name -> current name. */
export const formerNames: Readonly<Record<string, string>> = {
  patience: "injectorTimeout",
  layerName: "workloadName",
  include: "restartOn",
};

/*
 * For Node's --require: @pulumi/pulumi gets its two largest modules when it first uses them. It loads both with itself, also in the processes
 * of dynamic providers, which never use them; in tests that was a fifth of all CPU.
 */
const Module = require("node:module");

/** Which file of the package loads which module. */
const late = new Map([
  ["@npmcli/arborist", /@pulumi\/pulumi\/runtime\/closure\/codePaths\.js$/],
  ["typescript", /@pulumi\/pulumi\/typescript-shim\.js$/],
]);

const load = Module._load;

Module._load = function loadLate(request, parent, isMain) {
  if (!late.get(request)?.test(parent?.filename ?? "")) return load.call(this, request, parent, isMain);
  let loaded;
  const module = () => {
    loaded ??= load.call(Module, request, parent, isMain);
    return loaded;
  };
  return new Proxy(
    {},
    {
      // what a namespace import asks before it uses a module as it is
      get: (_, key) => (key === "__esModule" ? true : module()[key]),
      has: (_, key) => key in module(),
      ownKeys: () => Reflect.ownKeys(module()),
    },
  );
};

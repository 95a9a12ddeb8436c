import { KubeConfig, Watch } from "@kubernetes/client-node";

/** Calls back for each object of a list, as it is and as it changes, until what it returns is called. */
export async function watchObjects<Item>(
  kubeconfig: string,
  path: string,
  onObject: (object: Item) => void,
): Promise<() => void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const controller = await new Watch(config).watch(
    path,
    {},
    (_type, object: Item) => onObject(object),
    () => {},
  );
  return () => controller.abort();
}

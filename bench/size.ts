import { compose } from "../provider/configMap/compose";
import type { InjectorData } from "../provider/configMap/InjectorData";
import { BenchCluster } from "./BenchCluster";
import type { Benchmark, Table } from "./Benchmark";
import { exampleLayers } from "./exampleLayers";
import { namespaceNames } from "./namespaceNames";

/** Kubernetes' limit for the data of a ConfigMap. */
const mostBytes = 1024 * 1024;

export const size: Benchmark = {
  name: "size",
  about: "bytes of the injector's ConfigMap for a namespace, and the largest mesh that fits",
  run: () => BenchCluster.with(async ({ installed }) => [table(installed)]),
};

function table(installed: InjectorData): Table {
  const alone = bytes(installed);
  const composed = (namespaces: number, variants: number) =>
    bytes(compose(installed, exampleLayers(namespaceNames(namespaces), variants)));
  const row = (namespaces: number, variants: number, title = String(namespaces)) => {
    const whole = composed(namespaces, variants);
    // what the first namespace brings is templates, for the most part
    const each = (whole - composed(1, 1)) / (namespaces - 1);
    return [
      title,
      String(variants),
      String(whole),
      each.toFixed(0),
      `${((whole / mostBytes) * 100).toFixed(0)} %`,
    ];
  };
  const largest = (variants: (namespaces: number) => number) => {
    let [fits, toomany] = [1, 50_000];
    while (toomany - fits > 1) {
      const middle = (fits + toomany) >> 1;
      if (composed(middle, variants(middle)) <= mostBytes) fits = middle;
      else toomany = middle;
    }
    return fits;
  };
  const few = largest(() => 50);
  const own = largest((namespaces) => namespaces);
  return {
    title: "Size of the injector's ConfigMap",
    columns: ["namespaces with settings", "different settings", "bytes", "bytes a namespace", "of 1 MiB"],
    rows: [
      ["none: Istio alone", "", String(alone), "", `${((alone / mostBytes) * 100).toFixed(0)} %`],
      row(1000, 50),
      row(1000, 1000),
      row(5000, 50),
      row(few, 50, `${few}, the most that fit`),
      row(own, own, `${own}, the most that fit`),
    ],
    notes: [
      "Seven values for each namespace and two global ones; names of ten letters, and owners of thirty-odd.",
    ],
  };
}

function bytes({ config, values }: InjectorData): number {
  return Buffer.byteLength(config) + Buffer.byteLength(values);
}

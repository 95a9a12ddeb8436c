/** The two texts of an injector ConfigMap: `data.config` (YAML) and `data.values` (JSON or YAML). */
export interface InjectorData {
  config: string;
  values: string;
}

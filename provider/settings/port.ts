import { shown } from "../data/problem.js";
import type { ListRule } from "./list.js";

/** One port, 1 to 65535. Istio has no port ranges. */
export function portEntry(everything: boolean): ListRule {
  return {
    expected: "ports from 1 to 65535",
    everything,
    entry: (text) => {
      const trimmed = text.trim();
      if (/^\d+\s*[-:]\s*\d+$/.test(trimmed))
        return { todo: `Istio has no port ranges: list each port of ${trimmed}` };
      if (trimmed === "*")
        return {
          todo: everything
            ? '"*" must stand alone'
            : '"*" means everything, which only includeInboundPorts can contain',
        };
      if (!/^\d{1,6}$/.test(trimmed)) return { todo: `${shown(text)} is not a port number` };
      const port = Number(trimmed);
      return port >= 1 && port <= 65535 ? { value: String(port) } : { todo: `${port} is out of range` };
    },
  };
}

import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from "yaml";

interface Place {
  line: number;
  column: number;
}

/**
 * The position of a dotted path in a YAML text: of its key, or of its list entry. If the path isn't in the text, for instance because
 * it comes from an anchor, the position of its longest part that is.
 */
export function placeIn(document: Document, lines: LineCounter, path: string): Place {
  const { line, col } = lines.linePos(offsetOf(document, document.contents, path, 0));
  return { line, column: col };
}

function offsetOf(document: Document, given: Node | null, path: string, nearest: number): number {
  const node = isAlias(given) ? given.resolve(document) : given;
  if (path === "" || !node) return nearest;
  if (isMap(node)) {
    // names may contain dots: take the longest key that the path starts with
    const keys = node.items.map((item) => ({ item, key: String(isScalar(item.key) ? item.key.value : "") }));
    const found = keys
      .filter(({ key }) => path === key || path.startsWith(`${key}.`))
      .sort((a, b) => b.key.length - a.key.length)[0];
    if (!found) return nearest;
    const at = (found.item.key as Node).range?.[0] ?? nearest;
    return offsetOf(document, found.item.value as Node | null, path.slice(found.key.length + 1), at);
  }
  if (isSeq(node)) {
    const [index = "", ...rest] = path.split(".");
    const item = node.items[Number(index)] as Node | undefined;
    return item?.range ? offsetOf(document, item, rest.join("."), item.range[0]) : nearest;
  }
  return nearest;
}

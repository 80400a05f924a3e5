import { isMap, LineCounter, parseDocument } from 'yaml';

/** A value in the file. Every scalar is a text: the arXiv id `2605.01230` keeps its zero. */
type YamlValue = string | null | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** A map of the file, by key, with the line of each key. */
export interface YamlMap {
  values: ReadonlyMap<string, YamlValue>;
  /** The line of a key, from 1; that of the map when the key is absent. */
  lineOf(key: string): number;
  /** The map below a key, or null when there is none. */
  child(key: string): YamlMap | null;
}

/**
 * Reads YAML, and so JSON, whose top is a map.
 * @throws Error that says in which line the text is no YAML, or what was expected.
 */
export function readYamlMap(text: string): YamlMap {
  const lines = new LineCounter();
  // “failsafe” has texts, lists and maps only: no number loses its zeros, no word becomes false.
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error) throw new Error(`line ${lines.linePos(error.pos[0]).line}: ${error.message}`);
  if (!isMap(document.contents))
    throw new Error('expected keys with values, such as “email: you@example.org”');
  return toYamlMap(document.contents, lines);
}

type MapNode = Extract<ReturnType<typeof parseDocument>['contents'], { items: unknown }>;

function toYamlMap(node: MapNode, lines: LineCounter): YamlMap {
  const entries = new Map<string, { value: unknown; line: number; node: unknown }>();
  const ownLine = lines.linePos(node.range?.[0] ?? 0).line;
  for (const pair of node.items as readonly YamlPair[]) {
    const line = lines.linePos(pair.key.range?.[0] ?? 0).line;
    entries.set(String(pair.key.value), {
      value: pair.value?.toJSON() ?? null,
      line,
      node: pair.value,
    });
  }
  return {
    values: new Map([...entries].map(([key, { value }]) => [key, value as YamlValue])),
    lineOf: (key) => entries.get(key)?.line ?? ownLine,
    child: (key) => {
      const below = entries.get(key)?.node;
      return isMap(below) ? toYamlMap(below as MapNode, lines) : null;
    },
  };
}

/** A key with its value, as the parser returns them. */
interface YamlPair {
  key: { value: unknown; range?: readonly number[] | null };
  value: { toJSON(): unknown } | null;
}

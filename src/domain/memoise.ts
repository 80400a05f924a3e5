/** Returns a function that calls `compute` at its first call and then returns the same value. */
export function lazy<Value>(compute: () => Value): () => Value {
  let computed: { value: Value } | null = null;
  return () => {
    computed ??= { value: compute() };
    return computed.value;
  };
}

/**
 * Caches `compute` by key. A full cache is cleared, so that values chosen by subscribers cannot
 * fill the memory.
 */
export function memoise<Key, Value>(
  compute: (key: Key) => Value,
  maxEntries = DEFAULT_MAX_ENTRIES,
): (key: Key) => Value {
  const cache = new Map<Key, Value>();
  return (key) => {
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const value = compute(key);
    if (cache.size >= maxEntries) cache.clear();
    cache.set(key, value);
    return value;
  };
}

/** The same for two keys: joining them into one would cost more than two lookups. */
export function memoisePair<First, Second, Value>(
  compute: (first: First, second: Second) => Value,
  maxEntries = DEFAULT_MAX_ENTRIES,
): (first: First, second: Second) => Value {
  const cache = new Map<First, Map<Second, Value>>();
  let count = 0;
  return (first, second) => {
    const cached = cache.get(first)?.get(second);
    if (cached !== undefined) return cached;
    const value = compute(first, second);
    if (count >= maxEntries) {
      cache.clear();
      count = 0;
    }
    count += 1;
    const row = cache.get(first) ?? new Map<Second, Value>();
    cache.set(first, row.set(second, value));
    return value;
  };
}

const DEFAULT_MAX_ENTRIES = 5_000;

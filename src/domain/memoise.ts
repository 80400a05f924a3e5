/** `make`, called once per key while `most` values last; then it starts afresh, so that what readers
 *  write cannot fill the memory. */
export function memoise<Key, Value>(
  make: (key: Key) => Value,
  most = MOST_KEPT,
): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    if (made.size >= most) made.clear();
    made.set(key, value);
    return value;
  };
}

/** The same for two keys: to join them into one would cost more than to look it up. */
export function memoisePair<First, Second, Value>(
  make: (first: First, second: Second) => Value,
  most = MOST_KEPT,
): (first: First, second: Second) => Value {
  const made = new Map<First, Map<Second, Value>>();
  let count = 0;
  return (first, second) => {
    const known = made.get(first)?.get(second);
    if (known !== undefined) return known;
    const value = make(first, second);
    if (count >= most) {
      made.clear();
      count = 0;
    }
    count += 1;
    const row = made.get(first) ?? new Map<Second, Value>();
    made.set(first, row.set(second, value));
    return value;
  };
}

const MOST_KEPT = 5_000;

/** `make`, called once per key while `MOST_KEPT` values last; then it starts afresh, so that what
 *  readers write cannot fill the memory. */
export function memoise<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    if (made.size >= MOST_KEPT) made.clear();
    made.set(key, value);
    return value;
  };
}

const MOST_KEPT = 5_000;

/** Forgets the entries of a map that were put in first, until `most` are left. A key that is set again keeps
 *  its place (`Map.prototype.set`). */
export function evictOldest(map: Map<unknown, unknown>, maxEntries: number): void {
  for (const key of map.keys()) {
    if (map.size <= maxEntries) return;
    map.delete(key);
  }
}

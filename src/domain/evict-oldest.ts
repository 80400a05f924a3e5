/**
 * Deletes the entries that were added first until `maxEntries` are left. Setting a key again does
 * not make it newer (`Map.prototype.set`).
 */
export function evictOldest(map: Map<unknown, unknown>, maxEntries: number): void {
  for (const key of map.keys()) {
    if (map.size <= maxEntries) return;
    map.delete(key);
  }
}

import type { Server } from '../postgres/server.ts';

/**
 * Forgets every digest that was composed, as after a failover to a standby that had not received
 * them. Returns false when a transaction is open, and changes nothing then.
 */
export function loseDigests({ catalog }: Server): boolean {
  if (catalog.transactions.size > 0) return false;
  const { partitions } = catalog.findTable('deliveries');
  for (const { name } of partitions?.values() ?? []) catalog.tables.delete(name);
  partitions?.clear();
  for (const table of catalog.tables.values()) {
    const isOfDigest = table.columns.some(({ name }) => name === 'digest_id');
    if (isOfDigest || table.name === 'digests') table.rows = [];
  }
  return true;
}

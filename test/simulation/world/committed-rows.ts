import type { DeliveryState } from '../../../src/domain/deliveries/delivery.ts';
import type { Server } from '../postgres/server.ts';
import type { Table } from '../postgres/tables.ts';
import type { Value } from '../postgres/values.ts';

/** A committed row of `deliveries`. */
export interface Delivery {
  key: string;
  digestId: number;
  subscriberId: number;
  batch: number;
  state: DeliveryState;
  nextAt: Date;
  expiresAt: Date;
  leaseId: number | null;
  messageId: string | null;
}

/** A committed row of `batches`. */
export interface Batch {
  key: string;
  digestId: number;
  number: number;
  dueAt: Date | null;
  isImmediate: boolean;
  leaseId: number | null;
  states: Record<string, number> | null;
}

/** The committed rows of a table, with the names of their columns in camel case. */
export function readTable(server: Server, name: string): Record<string, Value>[] {
  const table = server.catalog.findTable(name);
  return table.rows.flatMap((row) => {
    const values = row.versions.at(-1)?.values;
    return values ? [toObject(table, values)] : [];
  });
}

/** The committed deliveries of all digests. */
export function readDeliveries(server: Server): Delivery[] {
  const { partitions } = server.catalog.findTable('deliveries');
  const all: Delivery[] = [];
  for (const table of partitions?.values() ?? []) {
    for (const row of table.rows) {
      const values = row.versions.at(-1)?.values;
      if (values) all.push(readDelivery(table, values));
    }
  }
  return all;
}

/** The delivery of a row of a partition. */
export function readDelivery({ columns }: Table, values: readonly Value[]): Delivery {
  const at = findDeliveryColumns(columns);
  const [digestId, subscriberId] = [Number(values[at.digest_id]), Number(values[at.subscriber_id])];
  return {
    ...{ key: `${digestId}-${subscriberId}`, digestId, subscriberId },
    batch: Number(values[at.batch]),
    state: values[at.state] as DeliveryState,
    nextAt: values[at.next_at] as Date,
    expiresAt: values[at.expires_at] as Date,
    leaseId: values[at.lease_id] as number | null,
    messageId: values[at.message_id] as string | null,
  };
}

/** The committed batches of all digests. */
export function readBatches(server: Server): Batch[] {
  return readTable(server, 'batches').map((row) => ({
    key: `${row.digestId}-${row.batch}`,
    digestId: Number(row.digestId),
    number: Number(row.batch),
    dueAt: row.dueAt as Date | null,
    isImmediate: row.isImmediate as boolean,
    leaseId: row.leaseId as number | null,
    states: row.states as Record<string, number> | null,
  }));
}

const names = new WeakMap<Table['columns'], string[]>();

/** The values of a row, with the names of its columns in camel case. */
export function toObject(table: Table, values: readonly Value[]): Record<string, Value> {
  let known = names.get(table.columns);
  if (!known) {
    known = table.columns.map(({ name }) =>
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    );
    names.set(table.columns, known);
  }
  const row: Record<string, Value> = {};
  for (let at = 0; at < known.length; at += 1) row[known[at] as string] = values[at] as Value;
  return row;
}

const DELIVERY_COLUMNS = [
  'digest_id',
  'subscriber_id',
  'batch',
  'state',
  'next_at',
  'expires_at',
  'lease_id',
  'message_id',
] as const;

type DeliveryColumns = Record<(typeof DELIVERY_COLUMNS)[number], number>;

const deliveryColumns = new WeakMap<Table['columns'], DeliveryColumns>();

function findDeliveryColumns(columns: Table['columns']): DeliveryColumns {
  const known = deliveryColumns.get(columns);
  if (known) return known;
  const found = Object.fromEntries(
    DELIVERY_COLUMNS.map((name) => [name, columns.findIndex((each) => each.name === name)]),
  ) as DeliveryColumns;
  deliveryColumns.set(columns, found);
  return found;
}

import type { DeliveryState } from '../../../src/domain/deliveries/delivery.ts';
import type { FinalDelivery } from '../check-invariants.ts';
import { DOMAINS } from '../settings.ts';

/** Runs a statement. Numbers may come as text. */
export type RunSql = (
  sql: string,
  values?: readonly unknown[],
) => Promise<Record<string, unknown>[]>;

/** A change of a delivery's state, as a trigger recorded it. */
export interface StateChange {
  subscriberId: number;
  from: DeliveryState;
  to: DeliveryState;
  at: Date;
}

/** All SQL of the chaos tests. */
export function createChaosQueries(query: RunSql) {
  return {
    /** The subscribers of all digests: id and address. */
    audience: async (): Promise<Map<number, string>> => {
      const rows = await query(
        'SELECT DISTINCT id, email FROM deliveries JOIN subscribers ON id = subscriber_id',
      );
      return new Map(rows.map(({ id, email }) => [Number(id), String(email)]));
    },
    deliveries: async (digestId?: number): Promise<FinalDelivery[]> => {
      const rows = await query(
        `SELECT subscriber_id, state, attempts, detail, reply,
           extract(epoch FROM next_at - updated_at)::int AS retry_in_s FROM deliveries
         WHERE $1::int IS NULL OR digest_id = $1 ORDER BY subscriber_id`,
        [digestId ?? null],
      );
      return rows.map(({ subscriber_id, state, attempts, detail, reply, retry_in_s }) => ({
        subscriberId: Number(subscriber_id),
        state: state as DeliveryState,
        attempts: Number(attempts),
        detail: detail as string | null,
        reply: reply as string | null,
        retryDelaySeconds: Number(retry_in_s),
      }));
    },
    /** Number of deliveries that a process has in the state `sending`. */
    countSending: async (pid: number): Promise<number> => {
      const [row] = await query(
        `SELECT count(*)::int AS count FROM deliveries JOIN leases ON leases.id = lease_id
         WHERE state = 'sending' AND instance_id LIKE '%:' || $1`,
        [String(pid)],
      );
      return Number(row?.count ?? 0);
    },
    /** Makes the lease of a process expire. */
    expireLease: async (pid: number): Promise<void> => {
      await query(
        `UPDATE leases SET expires_at = clock_timestamp() - interval '1 second', expired_seen_at = 'epoch'
         WHERE instance_id LIKE '%:' || $1`,
        [String(pid)],
      );
    },
    /** Makes deferred deliveries due now. */
    makeDeferredDue: async (): Promise<void> => {
      await query(
        `UPDATE deliveries SET next_at = clock_timestamp() - interval '1 second' WHERE state = 'deferred'`,
      );
      const [table] = await query(`SELECT to_regclass('batches') IS NOT NULL AS is_there`);
      if (table?.is_there)
        await query(`UPDATE batches SET due_at = clock_timestamp() - interval '1 second'`);
    },
    countSuppressed: async (): Promise<number> => {
      const [row] = await query('SELECT count(*)::int AS count FROM suppressions');
      return Number(row?.count ?? 0);
    },
    digests: async (): Promise<{ kind: string; date: string; audience: number }[]> => {
      const rows = await query(
        'SELECT kind, date::text AS date, audience FROM digests ORDER BY id',
      );
      return rows.map(({ kind, date, audience }) => ({
        kind: String(kind),
        date: String(date),
        audience: Number(audience),
      }));
    },
    /** Records every change of a delivery's state from now on. */
    recordStateChanges: async (): Promise<void> => {
      await query(
        `CREATE TABLE chaos_state_changes (subscriber_id bigint, from_state text, to_state text, at timestamptz)`,
      );
      await query(`CREATE FUNCTION record_state_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO chaos_state_changes VALUES (new.subscriber_id, old.state, new.state, clock_timestamp());
        RETURN NULL; END $$`);
      await query(`CREATE TRIGGER record_state_change AFTER UPDATE ON deliveries FOR EACH ROW
        WHEN (old.state IS DISTINCT FROM new.state) EXECUTE FUNCTION record_state_change()`);
    },
    stateChanges: async (): Promise<StateChange[]> => {
      const rows = await query(
        'SELECT subscriber_id, from_state, to_state, extract(epoch FROM at) * 1000 AS at FROM chaos_state_changes ORDER BY at',
      );
      return rows.map(({ subscriber_id, from_state, to_state, at }) => ({
        subscriberId: Number(subscriber_id),
        from: from_state as DeliveryState,
        to: to_state as DeliveryState,
        at: new Date(Number(at)),
      }));
    },
    /** Stores active subscribers of all time zones and hours, with the addresses of `addressOf`. */
    addSubscribers: async (count: number): Promise<void> => {
      await query(
        `INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour,
           papers, created_at, confirmed_at, updated_at)
         SELECT email, email, 'active', '{}', '{}', 'daily',
           (ARRAY['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'])[1 + n % 5],
           n % 24, 10, now(), now(), now()
         FROM generate_series(0, $1::int - 1) AS n, LATERAL (SELECT 'reader' || n || '@d' || n % $2::int || '.example.org' AS email) AS made`,
        [count, DOMAINS],
      );
    },
  };
}

export type ChaosQueries = ReturnType<typeof createChaosQueries>;

import type { DeliveryState } from '../../../src/domain/deliveries/delivery.ts';
import type { FinalDelivery, StateChange } from '../checks/evidence.ts';
import { DOMAINS } from '../settings.ts';

/** Runs a statement. Numbers may come as text. */
export type RunSql = (
  sql: string,
  values?: readonly unknown[],
) => Promise<Record<string, unknown>[]>;

/** The hour of a subscriber, in a time zone. */
export interface SendHour {
  timezone: string;
  hour: number;
}

export interface StoredDigest {
  id: number;
  kind: string;
  date: string;
  audience: number;
  isPaused: boolean;
  /** Whether its deliveries were removed. */
  isPruned: boolean;
}

/** Records every change of a delivery's state, and who opened each lease. */
const RECORD_HISTORY = [
  `CREATE TABLE chaos_changes (id bigint GENERATED ALWAYS AS IDENTITY, digest_id int, subscriber_id bigint,
     from_state text, to_state text, lease_id bigint, xact text, at timestamptz)`,
  'CREATE TABLE chaos_leases (id bigint, instance_id text)',
  `CREATE FUNCTION chaos_record_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO chaos_changes (digest_id, subscriber_id, from_state, to_state, lease_id, xact, at)
     VALUES (new.digest_id, new.subscriber_id, old.state, new.state,
       coalesce(old.lease_id, new.lease_id), pg_current_xact_id()::text, clock_timestamp());
     RETURN NULL; END $$`,
  `CREATE TRIGGER chaos_change AFTER UPDATE ON deliveries FOR EACH ROW
     WHEN (old.state IS DISTINCT FROM new.state) EXECUTE FUNCTION chaos_record_change()`,
  `CREATE FUNCTION chaos_record_lease() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO chaos_leases VALUES (new.id, new.instance_id); RETURN NULL; END $$`,
  `CREATE TRIGGER chaos_lease AFTER INSERT ON leases FOR EACH ROW EXECUTE FUNCTION chaos_record_lease()`,
];

/** All SQL of the chaos tests. Once a digest is composed, scenarios only read. */
export function createChaosQueries(query: RunSql) {
  const count = async (sql: string, values: readonly unknown[] = []) =>
    Number((await query(sql, values))[0]?.count ?? 0);
  return {
    recordHistory: async (): Promise<void> => {
      for (const sql of RECORD_HISTORY) await query(sql);
    },
    /** Makes the seed papers those of a day. */
    movePapersTo: async (day: string): Promise<void> => {
      await query('UPDATE papers SET listed_on = $1, usable_on = $1', [day]);
    },
    /** Stores active subscribers from number `first` on, with the addresses of `addressOf`. */
    addSubscribers: async (total: number, hours: readonly SendHour[], first = 0): Promise<void> => {
      await query(
        `INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour,
           papers, created_at, confirmed_at, updated_at)
         SELECT email, email, 'active', '{}', '{}', 'daily',
           ($3::text[])[1 + n % cardinality($3::text[])], ($4::int[])[1 + n % cardinality($4::int[])],
           10, now(), now(), now()
         FROM generate_series($5::int, $5::int + $1::int - 1) AS n,
           LATERAL (SELECT 'reader' || n || '@d' || n % $2::int || '.example.org' AS email) AS made`,
        [
          total,
          DOMAINS,
          hours.map(({ timezone }) => timezone),
          hours.map(({ hour }) => hour),
          first,
        ],
      );
    },

    /** The subscribers of all digests: id and address. */
    audience: async (): Promise<Map<number, string>> => {
      const rows = await query(
        'SELECT DISTINCT id, email FROM deliveries JOIN subscribers ON id = subscriber_id',
      );
      return new Map(rows.map(({ id, email }) => [Number(id), String(email)]));
    },
    deliveries: async (): Promise<FinalDelivery[]> => {
      const rows = await query(
        `SELECT digest_id, subscriber_id, state, attempts, detail, reply, message_id,
           extract(epoch FROM next_at - updated_at)::int AS retry_in_s FROM deliveries
         ORDER BY digest_id, subscriber_id`,
      );
      return rows.map((row) => ({
        digestId: Number(row.digest_id),
        subscriberId: Number(row.subscriber_id),
        state: row.state as DeliveryState,
        attempts: Number(row.attempts),
        detail: row.detail as string | null,
        reply: row.reply as string | null,
        messageId: row.message_id as string | null,
        retryDelaySeconds: Number(row.retry_in_s),
      }));
    },
    changes: async (): Promise<StateChange[]> => {
      const rows = await query(
        'SELECT *, floor(extract(epoch FROM at) * 1000) AS ms FROM chaos_changes ORDER BY id',
      );
      return rows.map((row) => ({
        digestId: Number(row.digest_id),
        subscriberId: Number(row.subscriber_id),
        from: row.from_state as DeliveryState,
        to: row.to_state as DeliveryState,
        leaseId: row.lease_id === null ? null : Number(row.lease_id),
        transactionId: String(row.xact),
        at: Number(row.ms),
      }));
    },
    /** The process that opened each lease. */
    pidByLease: async (): Promise<Map<number, number>> => {
      const rows = await query('SELECT id, instance_id FROM chaos_leases');
      return new Map(
        rows.map(({ id, instance_id }) => [
          Number(id),
          Number(String(instance_id).split(':').at(-1)),
        ]),
      );
    },
    /** Batches with open deliveries that no sweep looks at again, or that are held without any. */
    strandedBatches: async (): Promise<string[]> => {
      const rows = await query(
        `SELECT * FROM (
           SELECT digest_id, batch, due_at, batches.lease_id, count(*) FILTER
             (WHERE state IN ('pending', 'claimed', 'sending', 'deferred')) AS open
           FROM batches JOIN deliveries USING (digest_id, batch)
           GROUP BY digest_id, batch, due_at, batches.lease_id
         ) AS counted WHERE lease_id IS NOT NULL OR due_at IS NULL AND open > 0`,
      );
      return rows.map(
        ({ digest_id, batch, lease_id, open }) =>
          `${digest_id}-${batch} (${open} open, ${lease_id === null ? 'never due' : `lease ${lease_id}`})`,
      );
    },
    /** Number of deliveries in some states. */
    countInStates: (states: readonly DeliveryState[]): Promise<number> =>
      count('SELECT count(*) FROM deliveries WHERE state = ANY($1::text[])', [states]),
    /** Number of open deliveries whose time has come by the clock of the database. */
    countDue: (): Promise<number> =>
      count(
        `SELECT count(*) FROM deliveries WHERE next_at <= clock_timestamp()
           AND state IN ('pending', 'claimed', 'sending', 'deferred')`,
      ),
    /** Number of deliveries that a process with a live lease has in the state `sending`. */
    countLiveSending: (): Promise<number> =>
      count(
        `SELECT count(*) FROM deliveries JOIN leases ON leases.id = lease_id
         WHERE state = 'sending' AND leases.expires_at > clock_timestamp()`,
      ),
    /** Number of deferred deliveries that will not be retried within the given time. */
    countDeferredBeyond: (seconds: number): Promise<number> =>
      count(
        `SELECT count(*) FROM deliveries WHERE state = 'deferred'
           AND next_at > clock_timestamp() + make_interval(secs => $1)`,
        [seconds],
      ),
    countTransactional: (state: string): Promise<number> =>
      count('SELECT count(*) FROM transactional_emails WHERE state = $1', [state]),
    countSuppressed: (): Promise<number> => count('SELECT count(*) FROM suppressions'),
    /** Number of leases of a process. */
    countLeases: (pid: number): Promise<number> =>
      count(`SELECT count(*) FROM leases WHERE instance_id LIKE '%:' || $1::text`, [String(pid)]),
    /** Whether pg_dump has locked the deliveries. */
    isDumping: async (): Promise<boolean> =>
      (await count(
        `SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE application_name = 'pg_dump' AND relation = 'deliveries'::regclass`,
      )) > 0,
    countOpenAlerts: (kind: string): Promise<number> =>
      count('SELECT count(*) FROM alerts WHERE kind = $1 AND ended_at IS NULL', [kind]),
    /** Kinds of the alerts that were ever raised. */
    alertKinds: async (): Promise<string[]> => {
      const rows = await query('SELECT DISTINCT kind FROM alerts ORDER BY kind');
      return rows.map(({ kind }) => String(kind));
    },
    digests: async (): Promise<StoredDigest[]> => {
      const rows = await query(
        `SELECT id, kind, date::text AS date, audience, paused_at IS NOT NULL AS is_paused,
           final_states IS NOT NULL AS is_pruned
         FROM digests ORDER BY id`,
      );
      return rows.map(({ id, kind, date, audience, is_paused, is_pruned }) => ({
        id: Number(id),
        kind: String(kind),
        date: String(date),
        audience: Number(audience),
        isPaused: is_paused === true,
        isPruned: is_pruned === true,
      }));
    },
  };
}

export type ChaosQueries = ReturnType<typeof createChaosQueries>;

import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { inject } from 'vitest';

/**
 * Instances that test files released, restored to their first state. Test files share processes,
 * and opening an instance takes most of a second.
 */
const idleInstances: PGlite[] = [];

/** A migrated PGlite with the topics for one user. `release` restores it for the next one. */
export async function acquirePGlite(): Promise<{
  pglite: PGlite;
  release: () => Promise<void>;
}> {
  const pglite = idleInstances.pop() ?? (await openPrepared());
  return { pglite, release: () => releasePGlite(pglite) };
}

async function openPrepared(): Promise<PGlite> {
  const dumpFile = inject('dumpFile');
  if (dumpFile === null) throw new Error('There is no dump: the tests run on a server.');
  const pglite = await PGlite.create({ loadDataDir: new Blob([await readFile(dumpFile)]) });
  await pglite.exec(SAVE_BASELINE);
  return pglite;
}

/** Closes an instance whose schema changed, because only rows can be restored. */
async function releasePGlite(pglite: PGlite): Promise<void> {
  await pglite.exec('ROLLBACK');
  await pglite.exec('DISCARD ALL');
  await pglite.exec(DROP_PARTITIONS);
  const { rows } = await pglite.query<{ is: boolean }>(IS_SCHEMA_UNCHANGED);
  if (!rows[0]?.is) return pglite.close();
  await pglite.exec(RESTORE_BASELINE);
  await pglite.exec('DISCARD ALL');
  idleInstances.push(pglite);
}

const APP_SCHEMAS = `SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'bullmq', 'drizzle')`;

/** Everything but rows: columns, constraints, indexes, functions, triggers, schemas and roles. */
const SCHEMA_FINGERPRINT = `
  SELECT md5(string_agg(part, E'\\n' ORDER BY part)) FROM (
    SELECT format('%s %s %s %s %s %s', attrelid::regclass, relkind, attname, atttypid, attnotnull, attgenerated) AS part
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace IN (${APP_SCHEMAS}) AND NOT attisdropped
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace IN (${APP_SCHEMAS})
    UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON oid = indrelid WHERE relnamespace IN (${APP_SCHEMAS})
    UNION ALL SELECT format('%s %s', oid, prosrc) FROM pg_proc WHERE pronamespace IN (${APP_SCHEMAS})
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_temp%' AND nspname NOT LIKE 'pg_toast%'
    UNION ALL SELECT rolname FROM pg_roles
  ) AS parts`;

const DROP_PARTITIONS = `
  DO $$ DECLARE partition regclass; BEGIN
    FOR partition IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'public.deliveries'::regclass LOOP
      EXECUTE format('DROP TABLE %s', partition);
    END LOOP;
  END $$`;

/** Saves the rows, the values of the sequences and the fingerprint of the schema. */
const SAVE_BASELINE = `
  CREATE SCHEMA kept;
  CREATE TABLE kept.rows (name text, columns text, rows jsonb);
  DO $$ DECLARE owner regclass; BEGIN
    FOR owner IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace IN (${APP_SCHEMAS}) LOOP
      EXECUTE format('INSERT INTO kept.rows SELECT %L, (
          SELECT string_agg(quote_ident(attname), '', '') FROM pg_attribute
          WHERE attrelid = %L::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''''),
        (SELECT jsonb_agg(each) FROM %s AS each)', owner, owner, owner);
    END LOOP;
  END $$;
  CREATE TABLE kept.sequences AS
    SELECT format('%I.%I', schemaname, sequencename) AS name, start_value, last_value FROM pg_sequences;
  CREATE TABLE kept.schema AS SELECT (${SCHEMA_FINGERPRINT}) AS fingerprint;`;

const IS_SCHEMA_UNCHANGED = `SELECT (${SCHEMA_FINGERPRINT}) = fingerprint AS is FROM kept.schema`;

/** Restores the saved rows with triggers and foreign keys disabled. */
const RESTORE_BASELINE = `
  SET session_replication_role = replica;
  DO $$ DECLARE kept record; has boolean; BEGIN
    FOR kept IN SELECT * FROM kept.rows LOOP
      EXECUTE format('SELECT EXISTS (SELECT FROM %s)', kept.name) INTO has;
      IF has THEN EXECUTE format('DELETE FROM %s', kept.name); END IF;
      IF kept.rows IS NOT NULL THEN
        EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE
          SELECT %2$s FROM jsonb_populate_recordset(NULL::%1$s, $1)', kept.name, kept.columns) USING kept.rows;
      END IF;
    END LOOP;
  END $$;
  SELECT setval(name, coalesce(last_value, start_value), last_value IS NOT NULL) FROM kept.sequences;`;

import type pg from 'pg';

const CHECK_MS = 10_000;

/** Log written since the last checkpoint, in bytes, after which the next one is due. It is replayed
 *  after a crash, and kept on the disk until then. */
const MAX_WAL_BYTES = 64 * 1024 * 1024;

/**
 * Writes checkpoints while the embedded database is open. PGlite has no process for that, and the
 * single-user mode in which it runs ignores `max_wal_size` and `checkpoint_timeout`: its log would
 * grow until the next start. Returns a function that stops it and waits for a running checkpoint.
 */
export function scheduleCheckpoints(pool: pg.Pool): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // One that failed is due again at the next check.
    running = running.then(() => checkpointIfDue(pool)).catch(() => undefined);
  }, CHECK_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** Writes a checkpoint when more than `maxWalBytes` of log were written since the last one. Returns
 *  whether it did. */
export async function checkpointIfDue(
  pool: pg.Pool,
  maxWalBytes = MAX_WAL_BYTES,
): Promise<boolean> {
  const { rows } = await pool.query(
    'SELECT (pg_current_wal_lsn() - redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()',
  );
  if (rows[0].bytes <= maxWalBytes) return false;
  await pool.query('CHECKPOINT');
  return true;
}

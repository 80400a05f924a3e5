import { Command } from 'commander';
import { formatCount } from '../copy/en/format.ts';
import { openDatabase, prepareDatabase } from '../wiring/database.ts';
import type { CommandContext } from './context.ts';
import { createJsonOption } from './options.ts';
import { createTerminalProgress, printJson, printLine } from './output.ts';

/** `paperboy migrate` */
export function createMigrateCommand(context: CommandContext): Command {
  return new Command('migrate')
    .option(
      '--from-embedded',
      'then move all data from the embedded database in DATA_DIR to DATABASE_URL, which must be empty; all or nothing',
    )
    .addOption(createJsonOption())
    .action(async ({ fromEmbedded, json }: { fromEmbedded?: true; json?: true }) => {
      if (fromEmbedded) return moveEmbeddedDatabase(context, json === true);
      await migrateTables(context);
      if (json) return printJson(context.io, { migrated: true });
      return printLine(context.io, 'The tables are up to date.');
    });
}

async function migrateTables(context: CommandContext): Promise<void> {
  const config = context.config();
  const options = { queueInPostgres: config.redisUrl === null };
  if (config.databaseUrl === null) {
    return context.withStorage(({ database }) => prepareDatabase(database, options));
  }
  const database = await openDatabase(config);
  try {
    await prepareDatabase(database, options);
  } finally {
    await database.close();
  }
}

async function moveEmbeddedDatabase({ io, config }: CommandContext, json: boolean): Promise<void> {
  const { moveFromEmbedded } = await import('../wiring/move-from-embedded.ts');
  const progress = createTerminalProgress(io);
  const clock = () => new Date();
  const { tables, pending, unknown } = await moveFromEmbedded(
    config(),
    clock,
    ({ table, rows, isCheck }) =>
      progress.show(`${table}: ${formatCount(rows)} rows ${isCheck ? 'compared' : 'copied'}`),
  ).finally(progress.clear);
  if (json) return printJson(io, { tables, pending, unknown });
  const { subscribers = 0, papers = 0, digests = 0, deliveries = 0 } = tables;
  await printLine(
    io,
    `Moved, and compared row by row: ${formatCount(subscribers)} readers, ${formatCount(papers)} papers, ${formatCount(digests)} digests with ${formatCount(deliveries)} deliveries.`,
  );
  if (unknown > 0) {
    await printLine(
      io,
      `${formatCount(unknown)} deliveries were being sent when the embedded Paperboy ended: they are unknown now (“paperboy deliveries list --state unknown”).`,
    );
  }
  await printLine(
    io,
    `The embedded database in ${config().dataDir} is unchanged: keep it as a backup. Never start Paperboy on it again, or readers get email twice.`,
  );
}

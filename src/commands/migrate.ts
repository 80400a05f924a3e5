import { Command } from 'commander';
import { openDatabase, prepareDatabase } from '../wiring/database.ts';
import type { CommandContext } from './context.ts';
import { say } from './output.ts';

/** `paperboy migrate` */
export function migrateCommand(context: CommandContext): Command {
  return new Command('migrate')
    .description('bring the tables up to this version; safe to run from several processes')
    .action(async () => {
      const config = context.config();
      if (config.databaseUrl === null) {
        await context.withParts(({ database }) => prepareDatabase(database, config));
      } else {
        const database = await openDatabase(config);
        try {
          await prepareDatabase(database, config);
        } finally {
          await database.close();
        }
      }
      await say(context.io, 'The tables are those of this version.');
    });
}

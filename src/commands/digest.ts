import { Command } from 'commander';
import { formatQuantity } from '../copy/en/format.ts';
import type { DigestKind } from '../domain/digests/digest.ts';
import { PaperboyError } from '../domain/errors.ts';
import { toUtcDay } from '../domain/time/schedule.ts';
import { sendDigest } from '../services/deliveries/send-digest.ts';
import { composeDigest } from '../services/digests/compose-digest.ts';
import { readDigestStatus } from '../services/digests/digest-status.ts';
import { requireDigest } from '../services/digests/require-digest.ts';
import { assertClocksAgree } from '../services/monitoring/clock-guard.ts';
import type { CommandContext } from './context.ts';
import { createDigestActionCommands } from './digest-actions.ts';
import { digestStatusToJson, formatDigestStatus, formatSendProgress } from './digest-status.ts';
import { createDateOption, createJsonOption, createKindOption } from './options.ts';
import { createTerminalProgress, printJson, printLine } from './output.ts';

interface DigestOptions {
  date?: string;
  kind: DigestKind;
  json?: true;
}

const EXIT_SOME_NOT_SENT = 3;
const EXIT_NO_WORKER = 4;
const EXIT_PAUSED = 5;
const EXIT_INTERRUPTED = 130;

/** `paperboy digest …` */
export function createDigestCommand(context: CommandContext): Command {
  const digest = new Command('digest');
  digest
    .command('compose')
    .description(
      'choose and freeze the papers and the audience of a digest; a second run changes nothing',
    )
    .addOption(createDateOption('day of the digest (default: today, UTC)'))
    .addOption(createKindOption())
    .addOption(createJsonOption())
    .action((options: DigestOptions) => composeAndPrint(context, options));
  digest
    .command('send')
    .description('send the deliveries that are due, and wait for them')
    .addOption(createDateOption('day of the digest (default: the newest)'))
    .addOption(createKindOption())
    .option('--now', 'send all pending deliveries, whatever time readers chose')
    .addOption(createJsonOption())
    .addHelpText(
      'after',
      '\nExit code 3: some deliveries failed or are unknown. 4: no worker ran for 30 seconds. 5: the digest is paused.',
    )
    .action((options: DigestOptions & { now?: true }) => sendAndWait(context, options));
  digest
    .command('status')
    .description('count the deliveries of a digest by state')
    .addOption(createDateOption('day of the digest (default: the newest)'))
    .addOption(createKindOption())
    .addOption(createJsonOption())
    .action((options: DigestOptions) => printStatus(context, options));
  for (const command of createDigestActionCommands(context)) digest.addCommand(command);
  digest
    .command('preview')
    .description('print the message as it would be sent')
    .addOption(createDateOption('day of the digest (default: the newest)'))
    .addOption(createKindOption())
    .option(
      '--email <address>',
      'as this subscriber would get it (default: a subscriber without topics)',
    )
    .option('--text', 'print only the plain text')
    .action((options: DigestOptions & { email?: string; text?: true }) =>
      printPreview(context, options),
    );
  return digest;
}

async function composeAndPrint(
  { io, config, withStorage }: CommandContext,
  { date, kind, json }: DigestOptions,
): Promise<void> {
  await withStorage(async ({ db, clock }) => {
    if (config().databaseUrl !== null) await assertClocksAgree(db, () => new Date());
    const now = clock();
    const day = date ?? toUtcDay(now);
    const { digest, isNew } = await composeDigest(db, { kind, date: day, now });
    if (digest === null) {
      throw new PaperboyError(
        'NO_PAPERS',
        `There are no papers for the ${kind} digest of ${day}: nothing was composed. Fetch or import that day’s papers, or choose another day with --date.`,
      );
    }
    const { papers, audience, number } = digest;
    if (json) return printJson(io, { kind, date: day, number, papers, audience, is_new: isNew });
    const subject = `The ${kind} digest of ${day}, No. ${number}`;
    const size = `${formatQuantity(papers, 'paper')}, ${formatQuantity(audience, 'reader')}`;
    return printLine(
      io,
      isNew ? `${subject}, is composed: ${size}.` : `${subject}, was already composed: ${size}.`,
    );
  });
}

async function sendAndWait(
  context: CommandContext,
  options: DigestOptions & { now?: true },
): Promise<void> {
  const { io } = context;
  await context.withApp(async (app) => {
    const digest = await requireDigest(app.db, options.kind, options.date ?? null);
    const progress = createTerminalProgress(io);
    const { kind, status } = await context
      .withWorker(app, () =>
        sendDigest(app, {
          digest,
          isImmediate: options.now === true,
          onProgress: (current) => progress.show(formatSendProgress(current)),
          signal: io.signal,
        }),
      )
      .finally(progress.clear);
    if (options.json) await printJson(io, digestStatusToJson(status));
    else await printLine(io, formatDigestStatus(status));
    if (kind === 'no worker') {
      await io.stderr.write(
        'No worker ran for 30 seconds: start one with “paperboy start worker”.\n',
      );
      context.setExitCode(EXIT_NO_WORKER);
    } else if (kind === 'paused') context.setExitCode(EXIT_PAUSED);
    else if (kind === 'interrupted') context.setExitCode(EXIT_INTERRUPTED);
    else if (status.states.failed + status.states.unknown > 0)
      context.setExitCode(EXIT_SOME_NOT_SENT);
  });
}

async function printStatus(
  { io, withStorage }: CommandContext,
  { date, kind, json }: DigestOptions,
): Promise<void> {
  await withStorage(async ({ db, clock }) => {
    const digest = await requireDigest(db, kind, date ?? null);
    const current = await readDigestStatus(db, digest, clock());
    return json
      ? printJson(io, digestStatusToJson(current))
      : printLine(io, formatDigestStatus(current));
  });
}

async function printPreview(
  { io, withApp }: CommandContext,
  { date, kind, email, text }: DigestOptions & { email?: string; text?: true },
): Promise<void> {
  const { previewDigest } = await import('../services/digests/preview-digest.ts');
  await withApp(async (app) => {
    const digest = await requireDigest(app.db, kind, date ?? null);
    const { digestContexts, messageIds, signer } = await app.mail();
    const deps = { ...app, digestContexts, messageIds, signer };
    const message = await previewDigest(deps, digest, {
      email: email ?? null,
      asText: text === true,
    });
    await io.stdout.write(message.toString('utf8'));
  });
}

import { Command } from 'commander';
import { countOf } from '../domain/describe.ts';
import type { DigestKind } from '../domain/digest.ts';
import { PaperboyError } from '../domain/errors.ts';
import { dayOf } from '../domain/schedule.ts';
import { composeDigest } from '../services/compose-digest.ts';
import { previewDigest } from '../services/preview-digest.ts';
import { sendDigest } from '../services/send-digest.ts';
import { digestStatus, requireDigest } from '../services/support/digest-status.ts';
import type { CommandContext } from './context.ts';
import { describeStatus, progressLine, statusJson } from './digest-status.ts';
import { dateOption, jsonOption, kindOption } from './options.ts';
import { progressOn, say, sayJson } from './output.ts';
import { steeringCommands } from './steer-digest.ts';

interface Options {
  date?: string;
  kind: DigestKind;
  json?: true;
}

const EXIT_SOME_NOT_SENT = 3;
const EXIT_NO_WORKER = 4;
const EXIT_PAUSED = 5;
const EXIT_INTERRUPTED = 130;

/** `paperboy digest …` */
export function digestCommand(context: CommandContext): Command {
  const digest = new Command('digest').description('compose, send and look at digests');
  digest
    .command('compose')
    .description('freeze the papers and the audience of a digest; again changes nothing')
    .addOption(dateOption('day of the digest (default: today, UTC)'))
    .addOption(kindOption())
    .addOption(jsonOption())
    .action((options: Options) => compose(context, options));
  digest
    .command('send')
    .description('have what is due sent, and wait for it')
    .addOption(dateOption('day of the digest (default: the newest)'))
    .addOption(kindOption())
    .option('--now', 'send everything pending, whatever the reader’s hour')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExit code 3: some are failed or unknown. 4: no worker lived for 30 seconds. 5: it is paused.',
    )
    .action((options: Options & { now?: true }) => send(context, options));
  digest
    .command('status')
    .description('where the deliveries of a digest are')
    .addOption(dateOption('day of the digest (default: the newest)'))
    .addOption(kindOption())
    .addOption(jsonOption())
    .action((options: Options) => status(context, options));
  for (const command of steeringCommands(context)) digest.addCommand(command);
  digest
    .command('preview')
    .description('the message as it would be sent, on standard output')
    .addOption(dateOption('day of the digest (default: the newest)'))
    .addOption(kindOption())
    .option(
      '--email <address>',
      'as this subscriber would get it (default: a reader who follows nothing)',
    )
    .option('--text', 'only the plain text')
    .action((options: Options & { email?: string; text?: true }) => preview(context, options));
  return digest;
}

async function compose(
  { io, withParts }: CommandContext,
  { date, kind, json }: Options,
): Promise<void> {
  await withParts(async ({ db, clock }) => {
    const now = clock();
    const day = date ?? dayOf(now);
    const { digest, isNew } = await composeDigest(db, { kind, date: day, now });
    if (digest === null) {
      throw new PaperboyError(
        'NO_PAPERS',
        `No papers can be used for the ${kind} digest of ${day}: nothing was composed.`,
      );
    }
    const { papers, audience, number } = digest;
    if (json) return sayJson(io, { kind, date: day, number, papers, audience, is_new: isNew });
    const what = `The ${kind} digest of ${day}, No. ${number}`;
    const size = `${countOf(papers, 'paper')}, ${countOf(audience, 'reader')}`;
    return say(
      io,
      isNew ? `${what}, is composed: ${size}.` : `${what}, was composed before: ${size}.`,
    );
  });
}

async function send(context: CommandContext, options: Options & { now?: true }): Promise<void> {
  const { io } = context;
  await context.withParts(async (parts) => {
    const digest = await requireDigest(parts.db, options.kind, options.date ?? null);
    const progress = progressOn(io);
    const { kind, status } = await context
      .withWorker(parts, () =>
        sendDigest(parts, {
          digest,
          isNow: options.now === true,
          onProgress: (current) => progress.show(progressLine(current)),
          signal: io.signal,
        }),
      )
      .finally(progress.end);
    if (options.json) await sayJson(io, statusJson(status));
    else await say(io, describeStatus(status));
    if (kind === 'no worker') {
      await io.stderr.write(
        'No worker lived for 30 seconds: start one with “paperboy start worker”.\n',
      );
      context.setExitCode(EXIT_NO_WORKER);
    } else if (kind === 'paused') context.setExitCode(EXIT_PAUSED);
    else if (kind === 'interrupted') context.setExitCode(EXIT_INTERRUPTED);
    else if (status.states.failed + status.states.unknown > 0)
      context.setExitCode(EXIT_SOME_NOT_SENT);
  });
}

async function status(
  { io, withParts }: CommandContext,
  { date, kind, json }: Options,
): Promise<void> {
  await withParts(async ({ db, clock }) => {
    const digest = await requireDigest(db, kind, date ?? null);
    const current = await digestStatus(db, digest, clock());
    return json ? sayJson(io, statusJson(current)) : say(io, describeStatus(current));
  });
}

async function preview(
  { io, withParts }: CommandContext,
  { date, kind, email, text }: Options & { email?: string; text?: true },
): Promise<void> {
  await withParts(async (parts) => {
    const digest = await requireDigest(parts.db, kind, date ?? null);
    const { editions, messageIds, signer } = await parts.mail();
    const deps = { ...parts, editions, messageIds, signer };
    await io.stdout.write(
      await previewDigest(deps, digest, { email: email ?? null, asText: text === true }),
    );
  });
}

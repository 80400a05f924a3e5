import { Command } from 'commander';
import { formatCount } from '../copy/en/format.ts';
import type { DigestKind, DigestSummary } from '../domain/digests/digest.ts';
import { cancelDigest } from '../services/digests/cancel-digest.ts';
import { pauseDigest } from '../services/digests/pause-digest.ts';
import { requireDigest } from '../services/digests/require-digest.ts';
import { resumeDigest } from '../services/digests/resume-digest.ts';
import type { App } from '../wiring/app.ts';
import type { CommandContext } from './context.ts';
import { createDateOption, createKindOption } from './options.ts';
import { printLine } from './output.ts';

/** `paperboy digest pause|resume|cancel` */
export function createDigestActionCommands({ io, withApp }: CommandContext): Command[] {
  return DIGEST_ACTIONS.map(({ name, description, run }) =>
    new Command(name)
      .description(description)
      .addOption(createDateOption('day of the digest (default: the newest)'))
      .addOption(createKindOption())
      .action(async ({ date, kind }: { date?: string; kind: DigestKind }) => {
        await withApp(async (app) => {
          await printLine(io, await run(app, await requireDigest(app.db, kind, date ?? null)));
        });
      }),
  );
}

interface DigestAction {
  name: string;
  description: string;
  /** Returns a sentence that says what was done. */
  run: (app: App, digest: DigestSummary) => Promise<string>;
}

const DIGEST_ACTIONS: readonly DigestAction[] = [
  {
    name: 'pause',
    description: 'stop sending a digest until it is resumed; deliveries in progress are finished',
    run: async (app, digest) =>
      (await pauseDigest(app, digest))
        ? `${describeDigest(digest)} is paused.`
        : `${describeDigest(digest)} was already paused.`,
  },
  {
    name: 'resume',
    description: 'continue a paused digest',
    run: async (app, digest) =>
      (await resumeDigest(app, digest))
        ? `${describeDigest(digest)} is resumed.`
        : `${describeDigest(digest)} was not paused.`,
  },
  {
    name: 'cancel',
    description: 'end a digest for good: deliveries that have not started are skipped',
    run: async (app, digest) => {
      const skipped = await cancelDigest(app, digest);
      return digest.cancelledAt !== null && skipped === 0
        ? `${describeDigest(digest)} was already cancelled.`
        : `${describeDigest(digest)} is cancelled: ${formatCount(skipped)} skipped.`;
    },
  },
];

function describeDigest({ kind, date }: DigestSummary): string {
  return `The ${kind} digest of ${date}`;
}

import { Command } from 'commander';
import type { DigestSummary } from '../db/digests.ts';
import { formatCount } from '../domain/describe.ts';
import type { DigestKind } from '../domain/digest.ts';
import { cancelDigest } from '../services/cancel-digest.ts';
import { pauseDigest } from '../services/pause-digest.ts';
import { resumeDigest } from '../services/resume-digest.ts';
import { requireDigest } from '../services/support/digest-status.ts';
import type { Parts } from '../wiring/parts.ts';
import type { CommandContext } from './context.ts';
import { dateOption, kindOption } from './options.ts';
import { say } from './output.ts';

/** `paperboy digest pause|resume|cancel` */
export function steeringCommands({ io, withParts }: CommandContext): Command[] {
  return STEERING.map(({ name, description, steer }) =>
    new Command(name)
      .description(description)
      .addOption(dateOption('day of the digest (default: the newest)'))
      .addOption(kindOption())
      .action(async ({ date, kind }: { date?: string; kind: DigestKind }) => {
        await withParts(async (parts) => {
          await say(io, await steer(parts, await requireDigest(parts.db, kind, date ?? null)));
        });
      }),
  );
}

interface Steering {
  name: string;
  description: string;
  /** What was done, for people. */
  steer: (parts: Parts, digest: DigestSummary) => Promise<string>;
}

const STEERING: readonly Steering[] = [
  {
    name: 'pause',
    description: 'send no more of a digest until it is resumed; what is on its way is finished',
    steer: async (parts, digest) =>
      (await pauseDigest(parts, digest))
        ? `${nameOf(digest)} is paused.`
        : `${nameOf(digest)} was paused already.`,
  },
  {
    name: 'resume',
    description: 'go on with a paused digest',
    steer: async (parts, digest) =>
      (await resumeDigest(parts, digest))
        ? `${nameOf(digest)} goes on.`
        : `${nameOf(digest)} was not paused.`,
  },
  {
    name: 'cancel',
    description: 'end a digest for good: what is not on its way yet is skipped',
    steer: async (parts, digest) =>
      `${nameOf(digest)} is cancelled: ${formatCount(await cancelDigest(parts, digest))} skipped.`,
  },
];

function nameOf({ kind, date }: DigestSummary): string {
  return `The ${kind} digest of ${date}`;
}

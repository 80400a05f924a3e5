import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { eachDeliveryIn, type OperatorDelivery } from '../db/deliveries.ts';
import {
  DELIVERY_STATES,
  type DeliveryKey,
  type DeliveryState,
  describeKey,
  parseKey,
} from '../domain/delivery.ts';
import { formatCount } from '../domain/describe.ts';
import type { DigestKind } from '../domain/digest.ts';
import { PaperboyError } from '../domain/errors.ts';
import { resendDeliveries } from '../services/resend-deliveries.ts';
import { requireDigest } from '../services/support/digest-status.ts';
import type { CommandContext } from './context.ts';
import { dateOption, jsonOption, kindOption } from './options.ts';
import { say, sayJson } from './output.ts';

interface Options {
  date?: string;
  kind: DigestKind;
  json?: true;
}

/** `paperboy deliveries …` */
export function deliveriesCommand(context: CommandContext): Command {
  const deliveries = new Command('deliveries').description(
    'look at single copies of a digest, and send them again',
  );
  deliveries
    .command('list')
    .description('the deliveries of a digest in a state, each with what is known of it')
    .addOption(
      new Option('--state <state>', 'state to list')
        .choices([...DELIVERY_STATES])
        .makeOptionMandatory(),
    )
    .addOption(dateOption('day of the digest (default: the newest)'))
    .addOption(kindOption())
    .addOption(new Option('--json', 'answer as JSON, one line a delivery'))
    .action((options: Options & { state: DeliveryState }) => list(context, options));
  deliveries
    .command('resend')
    .description('have failed or unknown deliveries sent again; an unknown one may have arrived')
    .addArgument(new Argument('[id...]', 'ids as “deliveries list” tells them').argParser(readKeys))
    .addOption(
      new Option('--state <state>', 'all of a digest in this state').choices(['failed', 'unknown']),
    )
    .addOption(dateOption('day of the digest, with --state (default: the newest)'))
    .addOption(kindOption())
    .addOption(jsonOption())
    .action((keys: DeliveryKey[], options: Options & { state?: 'failed' | 'unknown' }) =>
      resend(context, keys, options),
    );
  return deliveries;
}

function readKeys(text: string, before: unknown): DeliveryKey[] {
  const key = parseKey(text);
  if (key) return [...(Array.isArray(before) ? before : []), key];
  throw new InvalidArgumentError(`“${text}” is no id of a delivery: expected one such as 12-345.`);
}

async function list(
  { io, withParts }: CommandContext,
  { date, kind, json, state }: Options & { state: DeliveryState },
): Promise<void> {
  await withParts(async ({ db }) => {
    const digest = await requireDigest(db, kind, date ?? null);
    let count = 0;
    for await (const delivery of eachDeliveryIn(db, digest.id, state)) {
      io.signal.throwIfAborted();
      count += 1;
      if (json) await sayJson(io, asJson(delivery));
      else await say(io, describe(delivery));
    }
    if (count === 0 && !json) {
      await say(io, `No delivery of the ${kind} digest of ${digest.date} is ${state}.`);
    }
  });
}

function asJson(delivery: OperatorDelivery) {
  return {
    id: describeKey(delivery),
    email: delivery.email,
    state: delivery.state,
    attempts: delivery.attempts,
    next_at: delivery.nextAt,
    updated_at: delivery.updatedAt,
    message_id: delivery.messageId,
    relay: delivery.relay,
    reply: delivery.reply,
    detail: delivery.detail,
  };
}

function describe(delivery: OperatorDelivery): string {
  const { email, attempts, updatedAt, reply, detail } = delivery;
  const tries = attempts === 1 ? '1 try' : `${attempts} tries`;
  return [
    describeKey(delivery),
    email ?? '(erased)',
    updatedAt.toISOString(),
    tries,
    reply ?? detail ?? '',
  ].join('  ');
}

async function resend(
  context: CommandContext,
  keys: DeliveryKey[],
  { date, kind, state, json }: Options & { state?: 'failed' | 'unknown' },
): Promise<void> {
  if (keys.length > 0 === (state !== undefined)) {
    throw new PaperboyError(
      'WHICH_DELIVERIES',
      'Expected either ids of deliveries or --state failed|unknown.',
    );
  }
  const { io, withParts } = context;
  await withParts(async (parts) => {
    const which = state
      ? { digestId: (await requireDigest(parts.db, kind, date ?? null)).id, state }
      : { keys };
    const pending = await resendDeliveries(parts, which);
    if (json) return sayJson(io, { pending });
    return say(
      io,
      `Pending again: ${formatCount(pending)}. A worker sends them now, with the same papers and Message-ID.`,
    );
  });
}

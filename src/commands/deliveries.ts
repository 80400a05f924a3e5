import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { formatCount } from '../copy/en/format.ts';
import { iterateDeliveriesInState, type OperatorDelivery } from '../db/deliveries/deliveries.ts';
import type { ResendableState } from '../db/deliveries/transitions/resend.ts';
import {
  DELIVERY_STATES,
  type DeliveryKey,
  type DeliveryState,
  formatDeliveryKey,
  parseDeliveryKey,
} from '../domain/deliveries/delivery.ts';
import type { DigestKind } from '../domain/digests/digest.ts';
import { PaperboyError } from '../domain/errors.ts';
import { resendDeliveries } from '../services/deliveries/resend-deliveries.ts';
import { requireDigest } from '../services/digests/require-digest.ts';
import type { CommandContext } from './context.ts';
import { createDateOption, createJsonOption, createKindOption } from './options.ts';
import { printJson, printLine } from './output.ts';

interface DeliveryOptions {
  date?: string;
  kind: DigestKind;
  json?: true;
}

/** `paperboy deliveries …` */
export function createDeliveriesCommand(context: CommandContext): Command {
  const deliveries = new Command('deliveries');
  deliveries
    .command('list')
    .description(
      'list the deliveries of a digest that are in a state, with address, attempts and last reply',
    )
    .addOption(
      new Option('--state <state>', 'state to list')
        .choices([...DELIVERY_STATES])
        .makeOptionMandatory(),
    )
    .addOption(createDateOption('day of the digest (default: the newest)'))
    .addOption(createKindOption())
    .addOption(new Option('--json', 'print JSON, one line per delivery'))
    .action((options: DeliveryOptions & { state: DeliveryState }) =>
      listDeliveries(context, options),
    );
  deliveries
    .command('resend')
    .description(
      'send failed, unknown or expired deliveries again; an unknown one may have arrived already',
    )
    .addArgument(new Argument('[id...]', 'ids from “deliveries list”').argParser(parseKeyArgument))
    .addOption(
      new Option('--state <state>', 'all deliveries of a digest in this state').choices([
        'failed',
        'unknown',
        'expired',
      ]),
    )
    .addOption(createDateOption('day of the digest, with --state (default: the newest)'))
    .addOption(createKindOption())
    .addOption(createJsonOption())
    .action((keys: DeliveryKey[], options: DeliveryOptions & { state?: ResendableState }) =>
      resendSelected(context, keys, options),
    );
  return deliveries;
}

function parseKeyArgument(text: string, previous: unknown): DeliveryKey[] {
  const key = parseDeliveryKey(text);
  if (key) return [...(Array.isArray(previous) ? previous : []), key];
  throw new InvalidArgumentError(
    `“${text}” is not the id of a delivery: expected one such as 12-345.`,
  );
}

async function listDeliveries(
  { io, withStorage }: CommandContext,
  { date, kind, json, state }: DeliveryOptions & { state: DeliveryState },
): Promise<void> {
  await withStorage(async ({ db }) => {
    const digest = await requireDigest(db, kind, date ?? null);
    let count = 0;
    for await (const delivery of iterateDeliveriesInState(db, digest.id, state)) {
      io.signal.throwIfAborted();
      count += 1;
      if (json) await printJson(io, deliveryToJson(delivery));
      else await printLine(io, formatDelivery(delivery));
    }
    if (count === 0 && !json) {
      await printLine(io, `No delivery of the ${kind} digest of ${digest.date} is ${state}.`);
    }
  });
}

function deliveryToJson(delivery: OperatorDelivery) {
  return {
    id: formatDeliveryKey(delivery),
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

function formatDelivery(delivery: OperatorDelivery): string {
  const { email, attempts, updatedAt } = delivery;
  const attemptCount = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return [
    formatDeliveryKey(delivery),
    email ?? '(erased)',
    updatedAt.toISOString(),
    attemptCount,
    describeState(delivery),
  ].join('  ');
}

/** Why it is in its state. An expired delivery has two reasons: the time, and the last reply. */
function describeState({ state, reply, detail }: OperatorDelivery): string {
  if (state === 'expired') return [detail, reply].filter((text) => text !== null).join(' ');
  return reply ?? detail ?? '';
}

async function resendSelected(
  context: CommandContext,
  keys: DeliveryKey[],
  { date, kind, state, json }: DeliveryOptions & { state?: ResendableState },
): Promise<void> {
  if (keys.length > 0 === (state !== undefined)) {
    throw new PaperboyError(
      'WHICH_DELIVERIES',
      'Expected either ids of deliveries or --state failed|unknown|expired.',
    );
  }
  const { io, withApp } = context;
  await withApp(async (app) => {
    const target = state
      ? { digestId: (await requireDigest(app.db, kind, date ?? null)).id, state }
      : { keys };
    const pending = await resendDeliveries(app, target);
    if (json) return printJson(io, { pending });
    return printLine(
      io,
      `Pending again: ${formatCount(pending)}. A worker sends them now, with the same papers and Message-ID.`,
    );
  });
}

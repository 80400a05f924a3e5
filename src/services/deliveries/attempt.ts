import { DELIVERY_DETAILS } from '../../copy/en/deliveries.ts';
import type {
  AttemptRecord,
  NextAttempt,
} from '../../db/deliveries/transitions/record-attempts.ts';
import { decideDeliveryResult, type SendOutcome } from '../../domain/deliveries/outcome.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { Message } from '../../domain/smtp/message.ts';
import { classifyReply } from '../../domain/smtp/smtp-reply.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Relay } from '../../relay/relay.ts';
import type { SendSlot } from '../../relay/send-slots.ts';

/** A delivery whose mail is ready to be composed and sent. */
export interface ReadyMail extends NextAttempt {
  digestId: number;
  expiresAt: Date;
  /** The subscriber's hour, for the first attempt; null when one was begun before. */
  firstDueAt: Date | null;
  /** The domain of the recipient address. */
  domain: string;
  /** The normalised address, for its suppression. */
  emailKey: string;
  /** Composes the message just before it is sent: many mails wait, and messages are large.
   *  @throws PaperboyError `UNSENDABLE_ADDRESS` for an address that fits no header. */
  compose: () => Message | Promise<Message>;
}

/** An attempt and the result to record. */
export interface AttemptResult {
  entry: ReadyMail;
  outcome: SendOutcome;
  result: AttemptRecord;
}

export interface AttemptDeps {
  relay: Pick<Relay, 'send' | 'isAvailable' | 'requestSlots' | 'releaseSlot'>;
  /** Whether this process still holds the lease. */
  isAlive: (leaseId: number) => boolean;
  clock: Clock;
  /** 0 to 1; spreads retries. */
  random: () => number;
}

/** Composes and sends one mail in the room that the relay has for it. Never rejects: a mail that
 *  cannot be composed must not stop others. */
export async function attemptToSend(
  deps: AttemptDeps,
  mail: ReadyMail,
  slot: SendSlot,
): Promise<AttemptResult> {
  const outcome = await composeAndSend(deps, mail, slot);
  const { subscriberId, leaseId, expiresAt, attempts } = mail;
  const delivery = { expiresAt, attempts, now: deps.clock(), random: deps.random() };
  const { state, nextAt, reply, detail } = decideDeliveryResult(outcome, delivery);
  if (state === 'pending')
    return { entry: mail, outcome, result: { subscriberId, leaseId, attempts, state, nextAt } };
  const { relay } = outcome;
  const evidence = { relay, reply, detail: state === 'expired' ? explainExpiry(detail) : detail };
  const result = { subscriberId, leaseId, attempts, state, nextAt, ...evidence };
  return { entry: mail, outcome, result };
}

function explainExpiry(detail: string | undefined): string {
  return detail === undefined ? DELIVERY_DETAILS.expired : `${DELIVERY_DETAILS.expired} ${detail}`;
}

/** Only an address can make a mail invalid for good. Any other error is a fault of the installation
 *  that may be repaired, so the mail is retried. */
async function composeAndSend(
  { relay, isAlive }: AttemptDeps,
  { compose, leaseId }: ReadyMail,
  slot: SendSlot,
): Promise<SendOutcome> {
  let message: Message;
  try {
    message = await compose();
  } catch (error) {
    relay.releaseSlot(slot);
    const isInvalid = error instanceof PaperboyError && error.code === 'UNSENDABLE_ADDRESS';
    const kind = isInvalid ? 'invalid' : 'uncomposed';
    return { kind, problem: (error as Error).message, relay: '' };
  }
  return relay.send(message, () => isAlive(leaseId), slot);
}

/** What a recipient domain answered, as its throttle counts it. */
interface DomainReply {
  isAccepted: boolean;
  requestsBackoff: boolean;
}

export const NO_DOMAIN_REPLY: DomainReply = { isAccepted: false, requestsBackoff: false };

/** Attributes a 421 to the recipient's domain, which is the best guess: the relay may be the
 *  domain's own server. */
export function toDomainReply(outcome: SendOutcome): DomainReply {
  if (outcome.kind === 'unsent' && outcome.requestsBackoff)
    return { isAccepted: false, requestsBackoff: true };
  if (outcome.kind !== 'answered') return NO_DOMAIN_REPLY;
  const { replyClass, slowsDomain } = classifyReply(outcome.reply);
  return { isAccepted: replyClass === 'accepted', requestsBackoff: slowsDomain };
}

import { Argument, Command } from 'commander';
import { findPaper } from '../db/papers/papers.ts';
import { findSubscriberByEmail, iterateSubscribers } from '../db/subscribers/subscribers.ts';
import { PaperboyError } from '../domain/errors.ts';
import type { FeedbackVerb } from '../domain/feedback/feedback-event.ts';
import { derivePaperId } from '../domain/papers/paper-id.ts';
import { normaliseAddress } from '../domain/subscribers/email-address.ts';
import type { Subscriber } from '../domain/subscribers/subscriber.ts';
import { truncateInput } from '../domain/text/truncate.ts';
import { giveFeedback, undoFeedback } from '../services/feedback/give-feedback.ts';
import { createTermStatistics } from '../services/ranking/term-statistics.ts';
import type { Storage } from '../wiring/storage.ts';
import type { CommandContext } from './context.ts';
import { printLine } from './output.ts';

/** What can be said of a paper without a site, which alone sees clicks. */
const VERBS = ['more', 'less', 'save'] as const satisfies readonly FeedbackVerb[];
type Verb = (typeof VERBS)[number];

interface FeedbackOptions {
  email?: string;
  undo?: true;
}

/** `paperboy feedback more|less|save PAPER …` */
export function createFeedbackCommand(context: CommandContext): Command {
  return new Command('feedback')
    .addArgument(new Argument('<kind>', 'more like these, less like these, or save').choices(VERBS))
    .argument('<paper...>', 'arXiv ids, or links to the papers')
    .option('--email <address>', 'who gives it (default: the only subscriber)')
    .option('--undo', 'undo the feedback')
    .action((verb: Verb, papers: string[], options: FeedbackOptions) =>
      giveAll(context, { verb, papers, ...options }),
    );
}

async function giveAll(
  { io, withStorage }: CommandContext,
  { verb, papers, email, undo }: FeedbackOptions & { verb: Verb; papers: readonly string[] },
): Promise<void> {
  await withStorage(async (storage) => {
    const { id: subscriberId } = await requireSubscriber(storage, email);
    const deps = { ...storage, termStatistics: createTermStatistics(storage) };
    const paperIds = [];
    for (const paper of papers) paperIds.push(await requirePaper(storage, paper));
    for (const paperId of paperIds) {
      const given = { subscriberId, paperId, verb };
      const result = await (undo ? undoFeedback(deps, given) : giveFeedback(deps, given));
      if (result === null) continue;
      const title = truncateInput(result.paper.title, MAX_TITLE);
      await printLine(io, `${describeResult(verb, { undo, isNew: result.isNew })}: ${title}`);
    }
  });
}

/** In characters. */
const MAX_TITLE = 100;

const DONE: Record<Verb, string> = {
  more: 'More like this',
  less: 'Less like this',
  save: 'Saved',
};

function describeResult(
  verb: Verb,
  { undo, isNew }: { undo: true | undefined; isNew: boolean },
): string {
  if (undo) return isNew ? 'Undone' : 'There was nothing to undo';
  return isNew ? DONE[verb] : `${DONE[verb]}, as before`;
}

async function requireSubscriber(
  { db }: Pick<Storage, 'db'>,
  email: string | undefined,
): Promise<Subscriber> {
  if (email !== undefined) {
    const found = await findSubscriberByEmail(db, normaliseAddress(email).key);
    if (found) return found;
    throw new PaperboyError('UNKNOWN_SUBSCRIBER', `No subscriber has the address “${email}”.`);
  }
  const subscribers: Subscriber[] = [];
  for await (const subscriber of iterateSubscribers(db, 2)) {
    subscribers.push(subscriber);
    if (subscribers.length > 1) break;
  }
  const [only, another] = subscribers;
  if (only && !another) return only;
  throw new PaperboyError(
    'UNKNOWN_SUBSCRIBER',
    only
      ? 'There is more than one subscriber: name one with --email.'
      : 'There is no subscriber yet: run “paperboy once” first.',
  );
}

async function requirePaper({ db }: Pick<Storage, 'db'>, typed: string): Promise<string> {
  const paper =
    (await findPaper(db, typed.trim())) ??
    (await findPaper(db, derivePaperId({ source: '', id: typed, title: '' })));
  if (paper) return paper.id;
  throw new PaperboyError(
    'UNKNOWN_PAPER',
    `“${truncateInput(typed)}” is not a stored paper: expected an arXiv id such as 2605.01234, or the link in the email.`,
  );
}

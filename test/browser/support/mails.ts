import { describeReason } from '../../../src/copy/en/reasons.ts';
import { findSubscriber } from '../../../src/db/subscribers/subscribers.ts';
import { listTopics } from '../../../src/db/topics/topics.ts';
import type { DigestKind } from '../../../src/domain/digests/digest.ts';
import type { Subscriber } from '../../../src/domain/subscribers/subscriber.ts';
import {
  CONFIRMING_TRANSACTIONAL_KINDS,
  TRANSACTIONAL_KINDS,
} from '../../../src/domain/transactional/transactional-email.ts';
import { composeTransactionalEmail } from '../../../src/mail/transactional/transactional-email.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { createDigestCopy } from '../../../src/services/digests/digest-context.ts';
import { importPapers } from '../../../src/services/papers/import-papers.ts';
import type { App } from '../../../src/wiring/app.ts';
import { readSeed } from '../../../src/wiring/database.ts';
import { renderDigestHtml } from '../../mail/support/digest-messages.ts';
import { storeSubscriber } from '../../support/rows.ts';

const DAY = '2026-05-08';
const EMAIL = 'ada@example.org';

/** The HTML of every kind of mail, by name, made from the seed papers. */
export async function renderEveryMail(app: App): Promise<Record<string, string>> {
  const { db, tokens, links, clock } = app;
  await importPapers(db, { text: await readSeed('papers.json'), source: 'file' }, clock());
  const id = await storeSubscriber(db, {
    email: EMAIL,
    topics: ['ssm', 'efficiency', 'llm-inference'],
    keywords: ['speculative decoding'],
    timezone: 'Europe/Berlin',
  });
  const subscriber = await findSubscriber(db, id);
  if (!subscriber) throw new Error('The subscriber was not stored.');
  const digestOf = digestsFor(app, subscriber);
  const mail = await app.mail();
  const token = tokens.seal({ kind: 'subscriber', subscriberId: id });
  const { digest, papers, html } = await digestOf('daily', 10);
  const topics = await listTopics(db);
  const mails: Record<string, string> = {
    digest: html,
    'digest of five': (await digestOf('daily', 5)).html,
    'digest of twenty': (await digestOf('daily', 20)).html,
    'digest after quiet days': (await digestOf('daily', 10, { quietSince: '2026-05-06' })).html,
  };
  for (const kind of TRANSACTIONAL_KINDS) {
    const isConfirmation = CONFIRMING_TRANSACTIONAL_KINDS.some((each) => each === kind);
    const email = composeTransactionalEmail(
      mail.templates,
      { ...mail.sender, links },
      {
        kind,
        to: EMAIL,
        messageId: '<email-1@papers.example.org>',
        date: clock(),
        link: isConfirmation ? links.confirm(token) : links.preferences(token),
        preferences: subscriber,
        topicNames: topics.flatMap(({ slug, name }) =>
          subscriber.topics.includes(slug) ? [name] : [],
        ),
        latest: { ...digest, url: links.digest('daily', DAY) },
        papers: kind === 'return' ? papers : [],
        preferencesUrl: links.preferences(token),
        examplesUrl: links.examples(token),
        libraryUrl: links.library(token),
        unsubscribeUrl: links.unsubscribe(token),
      },
    );
    mails[`email ${kind}`] = String(email.html);
  }
  return mails;
}

/** Renders the subscriber's digest with a number of papers. */
function digestsFor({ db, tokens, mail, clock }: App, subscriber: Subscriber) {
  return async (kind: DigestKind, papers: number, changes: { quietSince?: string } = {}) => {
    const { digest } = await composeDigest(db, { kind, date: DAY, now: clock() });
    const context = await (await mail()).digestContexts(digest?.id ?? 0);
    if (!context) throw new Error(`There is no ${kind} digest of ${DAY}.`);
    const selectFor = await context.createSelectorFor(
      [{ ...subscriber, learned: null }],
      new Map(),
    );
    const selection = selectFor({ ...subscriber, learned: null, papers });
    const token = tokens.seal({
      kind: 'delivery',
      digestId: context.digest.id,
      subscriberId: subscriber.id,
    });
    const copy = { ...createDigestCopy(context, subscriber, { token, selection }), ...changes };
    return {
      digest: context.digest,
      papers: selection.flatMap(({ rank, reason }) => {
        const paper = context.papers[rank];
        if (paper === undefined) return [];
        const slugs = paper.topics.map(({ slug }) => slug);
        const { topicNames } = context;
        return [{ paper, reason: describeReason(reason, slugs, { period: 'pause', topicNames }) }];
      }),
      html: renderDigestHtml(context.renderer, copy),
    };
  };
}

import { findSubscriber } from '../../../src/db/subscribers.ts';
import { listTopics } from '../../../src/db/topics.ts';
import type { DigestKind } from '../../../src/domain/digest.ts';
import { CONFIRMING_KINDS, LETTER_KINDS } from '../../../src/domain/letter.ts';
import type { Subscriber } from '../../../src/domain/subscriber.ts';
import { digestHtml } from '../../../src/mail/digest-message.ts';
import { composeLetter } from '../../../src/mail/letters.ts';
import { composeDigest } from '../../../src/services/compose-digest.ts';
import { importPapers } from '../../../src/services/import-papers.ts';
import { copyFor } from '../../../src/services/support/editions.ts';
import { readSeed } from '../../../src/wiring/database.ts';
import type { Parts } from '../../../src/wiring/parts.ts';
import { storeSubscriber } from '../../support/rows.ts';

const DAY = '2026-05-08';
const EMAIL = 'ada@example.org';

/** The HTML of every mail that we send, by name, made of the seed papers. */
export async function everyMail(parts: Parts): Promise<Record<string, string>> {
  const { db, tokens, links, clock } = parts;
  await importPapers(db, { text: await readSeed('papers.json'), source: 'file' }, clock());
  const id = await storeSubscriber(db, {
    email: EMAIL,
    topics: ['ssm', 'efficiency', 'llm-inference'],
    keywords: ['speculative decoding'],
    timezone: 'Europe/Berlin',
  });
  const reader = await findSubscriber(db, id);
  if (!reader) throw new Error('The reader is not there.');
  const digestOf = digestsFor(parts, reader);
  const mail = await parts.mail();
  const token = tokens.seal({ digestId: 0, subscriberId: id });
  const { digest, papers, html } = await digestOf('daily', 10);
  const topics = await listTopics(db);
  const mails: Record<string, string> = {
    digest: html,
    'digest of five': (await digestOf('daily', 5)).html,
    'digest of twenty': (await digestOf('daily', 20)).html,
    'digest after quiet days': (await digestOf('daily', 10, { quietSince: '2026-05-06' })).html,
  };
  for (const kind of LETTER_KINDS) {
    const isConfirming = CONFIRMING_KINDS.some((each) => each === kind);
    const letter = composeLetter(mail.templates, mail.sender, {
      kind,
      to: EMAIL,
      messageId: '<letter-1@papers.example.org>',
      date: clock(),
      link: isConfirming ? links.confirm(token) : links.preferences(token),
      preferences: reader,
      topicNames: topics.flatMap(({ slug, name }) => (reader.topics.includes(slug) ? [name] : [])),
      latest: { ...digest, url: links.digest('daily', DAY) },
      papers: kind === 'return' ? papers.slice(0, 10) : [],
      preferencesUrl: links.preferences(token),
      unsubscribeUrl: links.unsubscribe(token),
    });
    mails[`letter ${kind}`] = String(letter.html);
  }
  return mails;
}

/** The reader's digest with so many papers. */
function digestsFor({ db, tokens, mail, clock }: Parts, reader: Subscriber) {
  return async (kind: DigestKind, papers: number, changes: { quietSince?: string } = {}) => {
    const { digest } = await composeDigest(db, { kind, date: DAY, now: clock() });
    const edition = await (await mail()).editions(digest?.id ?? 0);
    if (!edition) throw new Error(`There is no ${kind} digest of ${DAY}.`);
    const choose = await edition.chooserFor([{ ...reader, learned: null }], new Map());
    const selection = choose({ ...reader, learned: null, papers });
    const token = tokens.seal({ digestId: edition.digest.id, subscriberId: reader.id });
    const copy = { ...copyFor(edition, reader, { token, selection }), ...changes };
    return { digest: edition.digest, papers: edition.papers, html: digestHtml(edition.mail, copy) };
  };
}

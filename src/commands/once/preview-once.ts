import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import type { CommandIo } from '../../control/io.ts';
import type { DigestKind } from '../../domain/digests/digest.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { previewDueDigest } from '../../services/digests/preview-due-digest.ts';
import type { App } from '../../wiring/app.ts';
import { printLine } from '../output.ts';
import { describeNoPapers, nameDigest } from './report.ts';

/** What a run works with. */
export interface OnceContext {
  app: App;
  io: CommandIo;
  owner: Subscriber;
  kind: DigestKind;
  date: string;
}

/** Shows the message of the digest without sending or storing anything: its text on standard
 *  output, or the message and its HTML as files in `folder`. */
export async function previewOnce(context: OnceContext, folder: string | null): Promise<void> {
  const { io, kind, date } = context;
  const message = await renderMessage(context);
  if (message === null) return;
  const { text = '', html = '' } = await PostalMime.parse(message);
  if (folder === null) return io.stdout.write(`\n${text}`);
  await mkdir(folder, { recursive: true });
  const path = join(folder, `paperboy-${kind === 'weekly' ? 'week-' : ''}${date}`);
  await writeFile(`${path}.eml`, message);
  await writeFile(`${path}.html`, html);
  await printLine(io, `${nameDigest({ kind, date })} is in ${path}.eml and ${path}.html.`);
}

/** Null, with the reason on standard output, when there is nothing to send. */
async function renderMessage({ app, io, owner, kind, date }: OnceContext): Promise<Buffer | null> {
  try {
    const deps = { ...app, ...(await app.mail()) };
    const message = await previewDueDigest(deps, { kind, date, subscriber: owner });
    if (message !== null) return message;
    const hasSources = app.sources.configured.length > 0;
    const quietDay = { ...app, missing: [], unreadable: [], hasSources };
    await printLine(io, describeNoPapers({ kind, date }, quietDay));
  } catch (error) {
    if (!(error instanceof PaperboyError) || error.code !== 'NOTHING_TO_SEND') throw error;
    await printLine(io, 'No paper of this digest matches what you follow, so nothing is sent.');
  }
  return null;
}

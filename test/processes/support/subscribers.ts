import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';

/** Writes an import file of `count` subscribers, `<name>0@example.org` and following. */
export async function writeImportCsv(folder: string, name: string, count: number): Promise<string> {
  const rows = Array.from({ length: count }, (_, n) => `${name}${n}@example.org`);
  await writeFile(join(folder, `${name}.csv`), `email\n${rows.join('\n')}\n`);
  return `${name}.csv`;
}

/** A message in the local inbox of a data folder. */
export interface InboxMail {
  to: string;
  subject: string;
  text: string;
}

const OUR_HEADER = 'X-Paperboy-Inbox: ';

/** How many digests each address got, without transactional e-mails. */
export async function countDigests(dataDir: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { to, subject } of await envelopesIn(dataDir)) {
    if (TRANSACTIONAL_SUBJECT.test(subject)) continue;
    counts.set(to, (counts.get(to) ?? 0) + 1);
  }
  return counts;
}

/** Subjects of the e-mails of `copy/en/emails/transactional.ts` that these tests cause. */
const TRANSACTIONAL_SUBJECT = /^(?:Confirm your |You’re |You’ve )/;

/** The newest message to an address whose subject fits, or null. */
export async function findMail(
  dataDir: string,
  to: string,
  fits: (subject: string) => boolean,
): Promise<InboxMail | null> {
  const found = (await envelopesIn(dataDir)).findLast(
    (each) => each.to === to && fits(each.subject),
  );
  if (!found) return null;
  const { text = '' } = await PostalMime.parse(found.raw);
  return { to, subject: found.subject, text };
}

async function envelopesIn(dataDir: string) {
  const folder = join(dataDir, 'inbox');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'));
  const found: { to: string; subject: string; raw: Buffer }[] = [];
  for (const name of names.sort()) {
    const file = await readFile(join(folder, name));
    const end = file.indexOf('\n');
    const about = JSON.parse(file.subarray(OUR_HEADER.length, end).toString()) as {
      to: string[];
      subject: string;
    };
    found.push({ to: about.to.join(), subject: about.subject, raw: file.subarray(end + 1) });
  }
  return found;
}

/** The addresses in the output of `subscribers export`, with their statuses. */
export function parseExportedStatuses(exported: string): Map<string, string> {
  const rows = exported.trim().split('\n').slice(1);
  return new Map(rows.map((row) => row.split(',').slice(0, 2) as [string, string]));
}

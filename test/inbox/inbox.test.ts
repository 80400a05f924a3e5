import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { afterEach, describe, expect, it } from 'vitest';
import { type Inbox, type InboxOptions, openInbox } from '../../src/inbox/inbox.ts';
import { useTempFolder } from '../support/temp-folder.ts';

const inFolder = useTempFolder();

let inbox: Inbox | undefined;
afterEach(async () => {
  await inbox?.close();
  inbox = undefined;
});

describe('The local inbox', () => {
  it('A message is stored with its envelope, subject, text and HTML', async () => {
    const box = await open({ clock: () => new Date('2026-05-08T05:30:00Z') });
    await send(box, { to: ['ann@example.com', 'bob@example.com'], subject: 'Grüße 📰' });
    const [entry] = await box.list();
    expect(entry).toMatchObject({
      from: 'papers@example.com',
      to: ['ann@example.com', 'bob@example.com'],
      subject: 'Grüße 📰',
      receivedAt: new Date('2026-05-08T05:30:00Z'),
    });
    const message = await box.read(entry?.id ?? '');
    expect(message?.entry).toEqual(entry);
    expect(message?.raw.length).toBe(entry?.bytes);
    expect(message?.parsed).toMatchObject({ text: 'Hello.\n', html: '<p>Hello.</p>\n' });
    expect(message?.parsed.headers).toContainEqual({
      name: 'List-Unsubscribe',
      value: '<http://localhost/u>',
    });
  });

  it('The bytes of a message are stored unchanged: leading dots, 8-bit, long lines', async () => {
    const box = await open();
    const raw = [
      'Subject: bytes',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      '.',
      '..two',
      '.three and ünïcödé 論文',
      'x'.repeat(5000),
      '',
    ].join('\r\n');
    await send(box, { raw });
    const message = await box.read((await box.list())[0]?.id ?? '');
    expect(message?.raw.toString('utf8')).toBe(raw);
    expect(message?.parsed.text).toContain('.three and ünïcödé 論文');
  });

  it('Addresses that are not ASCII are accepted', async () => {
    const box = await open();
    await send(box, { to: 'jürgen@example.com' });
    expect((await box.list())[0]?.to).toEqual(['jürgen@example.com']);
  });

  it('The newest message is listed first, also after a restart, and ids keep growing', async () => {
    const first = await open();
    await send(first, { subject: 'one' });
    await send(first, { subject: 'two' });
    const before = await first.list();
    expect(before.map(({ subject }) => subject)).toEqual(['two', 'one']);
    await first.close();
    const second = await open();
    expect(await second.list()).toEqual(before);
    expect((await second.read(before[1]?.id ?? ''))?.parsed.text).toBe('Hello.\n');
    await send(second, { subject: 'three' });
    const after = await second.list();
    expect(after.map(({ subject }) => subject)).toEqual(['three', 'two', 'one']);
  });

  it('A message is complete in its file, readable by the owner only, before its 250', async () => {
    const box = await open();
    const client = await talkTo(box);
    await client.beginData();
    expect(await client.say('Subject: s\r\n\r\nbody\r\n.\r\n')).toMatch(/^250/);
    const files = await readdir(inFolder('mail'));
    expect(files).toEqual([expect.stringMatching(/\.eml$/)]);
    const path = inFolder('mail', files[0] ?? '');
    expect(await readFile(path, 'utf8')).toMatch(/^X-Paperboy-Inbox: .*\r\nSubject: s\r\n\r\nbody/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(inFolder('mail'))).mode & 0o777).toBe(0o700);
    client.leave();
  });

  it('Nothing is stored of a message whose client disconnects', async () => {
    const box = await open();
    const client = await talkTo(box);
    await client.beginData();
    client.leave('Subject: half\r\n\r\nbo');
    await send(box, { subject: 'whole' });
    await box.close();
    expect((await box.list()).map(({ subject }) => subject)).toEqual(['whole']);
    expect(await readdir(inFolder('mail'))).toHaveLength(1);
  });

  it('Only the newest messages are kept, in memory and in the folder', async () => {
    const box = await open({ maxMessages: 3 });
    for (const subject of ['1', '2', '3', '4', '5']) await send(box, { subject });
    expect((await box.list()).map(({ subject }) => subject)).toEqual(['5', '4', '3']);
    expect(await readdir(inFolder('mail'))).toHaveLength(3);
    await box.close();
    const smaller = await open({ maxMessages: 1 });
    expect((await smaller.list()).map(({ subject }) => subject)).toEqual(['5']);
    expect(await readdir(inFolder('mail'))).toHaveLength(1);
  });

  it('All of many simultaneous messages are stored, up to the limit', async () => {
    const box = await open({ maxMessages: 20 });
    await Promise.all(Array.from({ length: 30 }, (_, n) => send(box, { subject: String(n) })));
    const ids = (await box.list()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    expect(await readdir(inFolder('mail'))).toHaveLength(20);
    for (const id of ids) expect((await box.read(id))?.parsed.text).toBe('Hello.\n');
  });

  it('A message that is too large is refused with 552, announced or not, and the next is accepted', async () => {
    const box = await open({ maxMessageBytes: 10_000 });
    await expect(send(box, { text: 'x'.repeat(20_000) })).rejects.toMatchObject({
      responseCode: 552,
    });
    const client = await talkTo(box);
    await client.say('EHLO test\r\n');
    expect(await client.say('MAIL FROM:<a@example.com> SIZE=10001\r\n')).toMatch(/^552/);
    client.leave();
    expect(await box.list()).toEqual([]);
    await send(box, { text: 'small' });
    expect(await box.list()).toHaveLength(1);
  });

  it.each([
    '../../etc/passwd',
    '..',
    '',
    '/etc/passwd',
    '0000000001.eml',
    '0000000001\0',
    '../mail/0000000001',
    '1',
    '__proto__',
  ])('There is no message with the id %j', async (id) => {
    const box = await open();
    await send(box, {});
    expect(await box.read(id)).toBe(null);
    expect(await box.read('0000000001')).not.toBe(null);
  });

  it('Files of others in the folder are left alone', async () => {
    await (await open()).close();
    await writeFile(inFolder('mail', '0000000007.eml'), 'Subject: not ours\r\n\r\n');
    await writeFile(inFolder('mail', '0000000008.eml'), 'X-Paperboy-Inbox: {"from":\r\n');
    const box = await open();
    expect(await box.list()).toEqual([]);
    await send(box, {});
    expect((await box.list())[0]?.id).toBe('0000000009');
    expect(await readdir(inFolder('mail'))).toHaveLength(3);
  });

  it('A message that cannot be parsed is shown as text', async () => {
    const box = await open();
    const raw = `Subject: ${'x'.repeat(3 * 1024 * 1024)}\r\n\r\nbody\r\n`;
    await send(box, { raw });
    const message = await box.read((await box.list())[0]?.id ?? '');
    expect(message?.parsed).toEqual({ headers: [], text: raw, html: null });
  });

  it('The inbox offers neither AUTH nor STARTTLS, but PIPELINING, 8BITMIME and SMTPUTF8', async () => {
    const box = await open();
    const client = await talkTo(box);
    const reply = await client.say('EHLO test\r\n');
    expect(reply).not.toMatch(/AUTH|STARTTLS/);
    for (const extension of ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'SIZE']) {
      expect(reply).toContain(extension);
    }
    client.leave();
  });

  it('The error of a port in use names the port', async () => {
    const box = await open();
    const second = openInbox({ host: box.host, port: box.port, folder: inFolder('other') });
    await expect(second).rejects.toMatchObject({ code: 'INBOX_CANNOT_LISTEN' });
    await expect(second).rejects.toThrow(`127.0.0.1:${box.port}`);
  });

  it('A thousand messages are opened and listed without being read whole', async () => {
    await (await open()).close();
    const about = { from: 'a@example.com', to: ['b@example.com'], subject: 's', bytes: 50_000 };
    const line = JSON.stringify({ ...about, receivedAt: '2026-05-08T05:30:00.000Z' });
    for (let n = 1; n <= 1000; n += 1) {
      const name = `${String(n).padStart(10, '0')}.eml`;
      await writeFile(inFolder('mail', name), `X-Paperboy-Inbox: ${line}\r\n`);
      // A hole, which takes no room on the disk. Reading all would take longer than a test may.
      await truncate(inFolder('mail', name), 1_000_000_000);
    }
    const box = await open();
    expect(await box.list()).toHaveLength(1000);
  });
});

describe('Waiting for a message', () => {
  it('Waiting returns the newest stored message, or the next one to arrive', async () => {
    const box = await open();
    await send(box, { subject: 'old' });
    await send(box, { subject: 'old' });
    const [newest] = await box.list();
    expect(await box.waitFor(({ subject }) => subject === 'old')).toEqual(newest);
    const coming = box.waitFor(({ to }) => to.includes('late@example.com'));
    await send(box, { subject: 'other' });
    await send(box, { to: 'late@example.com', subject: 'late' });
    expect(await coming).toMatchObject({ subject: 'late' });
  });

  it('Waiting ends at its timeout, on its signal, when the inbox closes, and when the predicate throws', async () => {
    const box = await open();
    const never = () => false;
    await expect(box.waitFor(never, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'INBOX_TIMEOUT',
      message: expect.stringContaining('20 ms'),
    });
    const reason = new Error('enough');
    await expect(box.waitFor(never, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const waiting = box.waitFor(never);
    const closed = expect(waiting).rejects.toMatchObject({ code: 'INBOX_CLOSED' });
    const broken = box.waitFor(() => {
      throw reason;
    });
    const threw = expect(broken).rejects.toBe(reason);
    await send(box, {});
    await threw;
    await box.close();
    await closed;
    await expect(box.waitFor(never)).rejects.toMatchObject({ code: 'INBOX_CLOSED' });
  });
});

async function open(options: Partial<InboxOptions> = {}): Promise<Inbox> {
  inbox = await openInbox({ host: '127.0.0.1', port: 0, folder: inFolder('mail'), ...options });
  return inbox;
}

/** Sends a small message with the given changes. */
async function send({ host, port }: Inbox, changes: SendMailOptions): Promise<void> {
  const { raw, to = 'reader@example.com', ...rest } = changes;
  const small = {
    to,
    from: 'papers@example.com',
    subject: 'Papers',
    text: 'Hello.',
    html: '<p>Hello.</p>',
    headers: { 'List-Unsubscribe': '<http://localhost/u>' },
    ...rest,
  };
  const asIs = { raw: raw ?? '', envelope: { from: 'papers@example.com', to: [String(to)] } };
  await createTransport({ host, port }).sendMail(raw ? asIs : small);
}

/** A client that sends the given lines and returns the reply to each. */
async function talkTo({ host, port }: Inbox) {
  const socket: Socket = connect(port, host);
  const replies = socket.setEncoding('utf8')[Symbol.asyncIterator]();
  const readReply = async () => {
    let reply = '';
    while (!/^\d{3} .*\r\n$/m.test(reply)) reply += String((await replies.next()).value);
    return reply;
  };
  await readReply();
  const say = (text: string): Promise<string> => {
    socket.write(text);
    return readReply();
  };
  return {
    say,
    /** Sends every command up to DATA. */
    async beginData(): Promise<void> {
      await say('EHLO test\r\n');
      await say('MAIL FROM:<a@example.com>\r\n');
      await say('RCPT TO:<b@example.com>\r\n');
      await say('DATA\r\n');
    },
    leave(lastBytes = ''): void {
      socket.end(lastBytes);
    },
  };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplyParser, type RawSmtpReply } from '../../../src/relay/session/reply-parser.ts';

/** What is parsed when the bytes come in these chunks. */
function read(chunks: readonly (string | Buffer)[]) {
  const replies: RawSmtpReply[] = [];
  const malformed: string[] = [];
  /** Whether bytes came together with the last reply, behind it. */
  let isFollowed = false;
  const parser = createReplyParser({
    onReply: (reply, hasMore) => {
      replies.push(reply);
      isFollowed = hasMore;
    },
    onMalformed: (line) => malformed.push(line),
  });
  for (const chunk of chunks) parser.feed(Buffer.from(chunk as string));
  return { replies, malformed, isFollowed };
}

const STREAM =
  '220 ready\r\n250-one\r\n250-two\r\n250 three\r\n354 go\n550-5.1.1 Grüße \u{1f4ee}\r\n550 5.1.1 x\r\n';
const REPLIES: RawSmtpReply[] = [
  { code: 220, text: '220 ready' },
  { code: 250, text: '250-one\n250-two\n250 three' },
  { code: 354, text: '354 go' },
  { code: 550, text: '550-5.1.1 Grüße \u{1f4ee}\n550 5.1.1 x' },
];

describe('A reply parser', () => {
  const bytes = Buffer.from(STREAM);

  it.each(Array.from({ length: bytes.length + 1 }, (_, at) => at))(
    'Replies are parsed when the bytes are divided at %i',
    (at) => {
      const { replies, isFollowed } = read([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(replies).toEqual(REPLIES);
      expect(isFollowed).toBe(false);
    },
  );

  it('A reply tells whether bytes came together with it', () => {
    const followed: boolean[] = [];
    const parser = createReplyParser({
      onReply: (_reply, hasMore) => followed.push(hasMore),
      onMalformed: () => undefined,
    });
    for (const chunk of ['220 a\r\n250-b\r\n250 c\r\n25', '0 d\r\n', '250 e\r\n2'])
      parser.feed(Buffer.from(chunk));
    expect(followed).toEqual([true, true, false, true]);
  });

  it('Replies are parsed byte by byte', () => {
    expect(read([...bytes].map((byte) => Buffer.from([byte]))).replies).toEqual(REPLIES);
  });

  it('Arbitrary bytes never throw, and never give two replies for one line', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const { replies } = read(chunks.map((chunk) => Buffer.from(chunk)));
        const lines = Buffer.concat(chunks).toString('latin1').split('\n').length - 1;
        expect(replies.length).toBeLessThanOrEqual(lines);
      }),
    );
  });

  it.each(['250', '250 ', '250OK', '250\t'])('The line “%s” is a reply', (line) => {
    expect(read([`${line}\r\n`]).replies).toMatchObject([{ code: 250 }]);
  });

  it.each(['', 'hello', '2500 x', '25', '150 x', '650 x', ' 250 x', '250-a\r\n550 b'])(
    'The line “%s” is malformed, and parsing stops',
    (line) => {
      const { replies, malformed } = read([`${line}\r\n250 fine\r\n`]);
      expect(replies).toEqual([]);
      expect(malformed).toHaveLength(1);
    },
  );

  it.each([
    ['a line without end', '250 '.padEnd(5000, 'x')],
    ['a long line', `${'250 '.padEnd(5000, 'x')}\r\n`],
    ['lines without end', '250-x\r\n'.repeat(200)],
  ])('Parsing stops at %s', (_what, text) => {
    const { replies, malformed } = read([text]);
    expect(replies).toEqual([]);
    expect(malformed).toHaveLength(1);
    expect(malformed[0]?.length).toBeLessThanOrEqual(100);
  });

  it('Control characters and invalid bytes are replaced', () => {
    const { replies } = read([Buffer.from('250 a\0b\x1b[31m\rc \xff\r\n', 'latin1')]);
    expect(replies).toEqual([{ code: 250, text: '250 a\ufffdb\ufffd[31m\ufffdc \ufffd' }]);
  });
});

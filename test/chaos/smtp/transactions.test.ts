import { expect, test } from 'vitest';
import { createRecipientScanner } from './transactions.ts';

test('Each recipient is found once, wherever the chunks split the commands', () => {
  const stream =
    'MAIL FROM:<a@b>\r\nRCPT TO:<one@example.org>\r\nDATA\r\nHi\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<two@example.org>\r\n';
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const seen: string[] = [];
    const scan = createRecipientScanner((recipient) => void seen.push(recipient));
    for (const part of [stream.slice(0, cut), stream.slice(cut)]) scan(Buffer.from(part));
    expect(seen).toEqual(['one@example.org', 'two@example.org']);
  }
});

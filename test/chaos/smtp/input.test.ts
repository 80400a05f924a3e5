import { describe, expect, it } from 'vitest';
import { createSmtpInput } from './input.ts';

const BODY = 'Subject: hi\r\n\r\nA line.\r\n..stuffed\r\n';

describe('createSmtpInput', () => {
  it('Lines and a body are read the same, wherever the chunks split them', () => {
    const whole = `MAIL FROM:<a@b>\r\nDATA\r\n${BODY}.\r\nQUIT\r\n`;
    for (let cut = 1; cut < whole.length; cut += 1) {
      const input = createSmtpInput();
      const seen: string[] = [];
      let body: string | null = null;
      for (const part of [whole.slice(0, cut), whole.slice(cut)]) {
        input.push(Buffer.from(part));
        for (;;) {
          if (body !== null) {
            const { bytes, isComplete } = input.takeBody();
            body += bytes.toString();
            if (!isComplete) break;
            seen.push(body);
            body = null;
          }
          const line = input.takeLine();
          if (line === null) break;
          seen.push(line);
          if (line === 'DATA') body = '';
        }
      }
      expect(seen).toEqual(['MAIL FROM:<a@b>', 'DATA', `\r\n${BODY}`, 'QUIT']);
    }
  });

  it('A single dot is an empty body', () => {
    const input = createSmtpInput();
    input.push(Buffer.from('.\r\nQUIT\r\n'));
    expect(input.takeBody()).toMatchObject({ isComplete: true });
    expect(input.takeLine()).toBe('QUIT');
  });
});

import { expect } from 'vitest';
import { concatMessage, type Message } from '../../../src/domain/smtp/message.ts';

/** Asserts what holds for every message on the wire (RFC 5322 §2.1.1, RFC 2045 §6.7): HTML that is
 *  sent as it is may have longer lines. */
export function expectWellFormed(raw: Buffer): void {
  const whole = raw.toString('latin1');
  expect(whole.replaceAll('\r\n', '')).toMatch(/^[\x20-\x7e]*$/);
  expect(whole.endsWith('\r\n')).toBe(true);
  const { head, body } = splitMessage(raw);
  for (const line of head.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  const [text = '', html = ''] = body.split('Content-Transfer-Encoding: 7bit\r\n');
  for (const line of text.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
  for (const line of html.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
}

/** Asserts the conditions of `isWireReady`. */
export function expectDotSafe(message: Message): void {
  expect(message.isWireReady).toBe(true);
  const text = concatMessage(message).toString('latin1');
  expect(text).not.toMatch(/^\./m);
  expect(text.endsWith('\r\n')).toBe(true);
}

export function splitMessage(raw: Buffer): { head: string; body: string } {
  const text = raw.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  return { head: text.slice(0, end), body: text.slice(end + 4) };
}

/** The unfolded values of every header called `name`. */
export function headerValues(raw: Buffer, name: string): string[] {
  const lines = splitMessage(raw).head.replaceAll('\r\n ', ' ').split('\r\n');
  const prefix = `${name.toLowerCase()}:`;
  return lines
    .filter((line) => line.toLowerCase().startsWith(prefix))
    .map((line) => line.slice(prefix.length).trim());
}

import { describe, expect, it } from 'vitest';
import { parseRelayUrl } from '../../../src/domain/smtp/relay-url.ts';

describe('The URL of a relay', () => {
  it.each([
    ['smtp://relay.example.org', { name: 'relay.example.org', port: 587, isImplicitTls: false }],
    ['smtps://relay.example.org', { name: 'relay.example.org', port: 465, isImplicitTls: true }],
    ['SMTP://relay.example.org:25', { name: 'relay.example.org:25', port: 25 }],
    ['smtp://[::1]:2525', { name: '[::1]:2525', host: '::1', port: 2525 }],
    ['smtp://a:25?requireTLS=true', { requiresTls: true, unsafeAllowsClearTextAuth: false }],
    ['smtp://a:25?requireTLS=false&unsafeClearTextAuth=true', { unsafeAllowsClearTextAuth: true }],
    ['smtp://a', { credentials: null, requiresTls: false, unsafeAllowsClearTextAuth: false }],
    ['smtp://ada:p%40ss%2Cw%C3%B6rd@a', { credentials: { user: 'ada', password: 'p@ss,wörd' } }],
  ])('The URL %s is parsed', (url, endpoint) => {
    expect(parseRelayUrl(url)).toMatchObject(endpoint);
  });

  it('The name of a relay contains no secret', () => {
    expect(parseRelayUrl('smtp://ada:hunter2@a:25').name).toBe('a:25');
  });

  it.each([
    ['http://hunter2', 'a URL that begins with smtp:// or smtps://'],
    ['smtp://', 'a URL that names the relay'],
    [
      'smtp://ada:hunter2@a?requiretls=true',
      'after the “?” only requireTLS or unsafeClearTextAuth',
    ],
    ['smtp://ada:hunter2@a?requireTLS=yes', 'each =true or =false'],
    ['smtp://ada:hunter2%00x@a', 'user and password percent-encoded, without NUL'],
    ['smtp://ada:hunter2%zz@a', 'user and password percent-encoded, without NUL'],
  ])('The URL %s is an error that does not show it', (url, expected) => {
    expect(() => parseRelayUrl(url)).toThrow(expected);
    try {
      parseRelayUrl(url);
    } catch (error) {
      expect(String(error)).not.toContain('hunter2');
    }
  });
});

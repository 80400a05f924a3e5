import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** A certificate with its key, PEM. */
export interface Certified {
  cert: string;
  key: string;
}

export interface Authority {
  /** What a client has to trust. */
  ca: string;
  certify(host: { dns?: string; ip?: string }): Certified;
}

/** An authority of its own for each test run: nothing secret lies in the project. */
export function createAuthority(name = 'Paperboy test authority'): Authority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sign = (subject: string, publicKey: KeyObject, extensions: Buffer[]) =>
    pem(
      'CERTIFICATE',
      certificate({ issuer: name, subject, publicKey, extensions }, pair.privateKey),
    );
  const isAuthority = extension('551d13', sequence(Buffer.from([1, 1, 0xff])));
  return {
    ca: sign(name, pair.publicKey, [isAuthority]),
    certify: ({ dns, ip }) => {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = [
        ...(dns === undefined ? [] : [tagged(0x82, Buffer.from(dns))]),
        ...(ip === undefined ? [] : [tagged(0x87, Buffer.from(ip.split('.').map(Number)))]),
      ];
      return {
        cert: sign(dns ?? ip ?? '', own.publicKey, [extension('551d11', sequence(...names))]),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

interface About {
  issuer: string;
  subject: string;
  publicKey: KeyObject;
  extensions: Buffer[];
}

/** X.509 v3 (RFC 5280 §4.1), valid for two days around now. */
function certificate({ issuer, subject, publicKey, extensions }: About, key: KeyObject): Buffer {
  const algorithm = sequence(tagged(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const day = 86_400_000;
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguished(issuer),
    sequence(time(Date.now() - day), time(Date.now() + day)),
    distinguished(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  return sequence(body, algorithm, bits(createSign('sha256').update(body).sign(key)));
}

function distinguished(name: string): Buffer {
  const commonName = tagged(0x06, Buffer.from('550403', 'hex'));
  return sequence(tagged(0x31, sequence(commonName, tagged(0x0c, Buffer.from(name)))));
}

function extension(oid: string, value: Buffer): Buffer {
  return sequence(tagged(0x06, Buffer.from(oid, 'hex')), tagged(0x04, value));
}

function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function bits(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

/** DER: tag, length, content. */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const head = length < 128 ? [tag, length] : [tag, ...long];
  return Buffer.concat([Buffer.from(head), content]);
}

function pem(label: string, der: Buffer): string {
  const lines = der
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

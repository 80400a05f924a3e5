import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** A certificate with its key, PEM. */
export interface CertifiedKey {
  cert: string;
  key: string;
}

export interface CertificateAuthority {
  /** The certificate that a client has to trust. */
  ca: string;
  issueCertificate(host: { dns?: string; ip?: string }): CertifiedKey;
}

/** A new authority, so that no private key is in the project. */
export function createCertificateAuthority(name = 'Paperboy test authority'): CertificateAuthority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sign = (subject: string, publicKey: KeyObject, extensions: Buffer[]) =>
    pem(
      'CERTIFICATE',
      certificate({ issuer: name, subject, publicKey, extensions }, pair.privateKey),
    );
  const isAuthority = extension('551d13', sequence(Buffer.from([1, 1, 0xff])));
  return {
    ca: sign(name, pair.publicKey, [isAuthority]),
    issueCertificate: ({ dns, ip }) => {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = [
        ...(dns === undefined ? [] : [encodeDer(0x82, Buffer.from(dns))]),
        ...(ip === undefined ? [] : [encodeDer(0x87, Buffer.from(ip.split('.').map(Number)))]),
      ];
      return {
        cert: sign(dns ?? ip ?? '', own.publicKey, [extension('551d11', sequence(...names))]),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

interface CertificateFields {
  issuer: string;
  subject: string;
  publicKey: KeyObject;
  extensions: Buffer[];
}

/** X.509 v3 (RFC 5280 §4.1), valid for two days around now. */
function certificate(
  { issuer, subject, publicKey, extensions }: CertificateFields,
  key: KeyObject,
): Buffer {
  const algorithm = sequence(encodeDer(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const day = 86_400_000;
  const body = sequence(
    encodeDer(0xa0, encodeDer(0x02, Buffer.from([2]))),
    encodeDer(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguishedName(issuer),
    sequence(time(Date.now() - day), time(Date.now() + day)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    encodeDer(0xa3, sequence(...extensions)),
  );
  return sequence(body, algorithm, encodeBitString(createSign('sha256').update(body).sign(key)));
}

function distinguishedName(name: string): Buffer {
  const commonName = encodeDer(0x06, Buffer.from('550403', 'hex'));
  return sequence(encodeDer(0x31, sequence(commonName, encodeDer(0x0c, Buffer.from(name)))));
}

function extension(oid: string, value: Buffer): Buffer {
  return sequence(encodeDer(0x06, Buffer.from(oid, 'hex')), encodeDer(0x04, value));
}

function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
  return encodeDer(0x17, Buffer.from(`${digits}Z`));
}

function encodeBitString(bytes: Buffer): Buffer {
  return encodeDer(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function sequence(...elements: Buffer[]): Buffer {
  return encodeDer(0x30, Buffer.concat(elements));
}

/** DER: tag, length, content. */
function encodeDer(tag: number, content: Buffer): Buffer {
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

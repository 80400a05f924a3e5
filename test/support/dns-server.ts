import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import dnsPacket, { type Answer, type Packet, type RecordType } from 'dns-packet';

/** Records by name and type. */
export type Zone = Record<
  string,
  Partial<{
    TXT: (string | string[])[];
    MX: { preference: number; exchange: string }[];
    A: string[];
    AAAA: string[];
    PTR: string[];
  }>
>;

export interface DnsServer {
  /** `127.0.0.1:port`. */
  address: string;
  /** Queries so far, such as `TXT example.org`. */
  queries: string[];
  zone: Zone;
  /** Makes every answer SERVFAIL from now on. */
  failFromNow(): void;
  close(): Promise<void>;
}

const SERVFAIL = 2;
const NXDOMAIN = 3;

/** Opens a DNS server on this machine that serves only `zone`. */
export async function openDnsServer(zone: Zone = {}): Promise<DnsServer> {
  const socket = createSocket('udp4');
  let isBroken = false;
  const server: DnsServer = {
    address: '',
    queries: [],
    zone,
    failFromNow: () => {
      isBroken = true;
    },
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
  socket.on('message', (message, { port, address }) => {
    const query = dnsPacket.decode(message);
    const [question] = query.questions ?? [];
    if (!question) return;
    const { name, type } = question;
    server.queries.push(`${type} ${name}`);
    const code = isBroken ? SERVFAIL : name.toLowerCase() in server.zone ? 0 : NXDOMAIN;
    const reply: Packet = {
      type: 'response',
      ...(query.id !== undefined && { id: query.id }),
      flags: dnsPacket.AUTHORITATIVE_ANSWER | code,
      questions: [question],
      answers: code === 0 ? answersFor(server.zone, name, type) : [],
    };
    socket.send(dnsPacket.encode(reply), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  server.address = `127.0.0.1:${socket.address().port}`;
  return server;
}

function answersFor(zone: Zone, name: string, type: RecordType): Answer[] {
  const records = (zone[name.toLowerCase()]?.[type as 'TXT'] ?? []).map((record) =>
    typeof record === 'string' && type === 'TXT' ? splitTxtRecord(record) : record,
  );
  return records.map((data) => ({ name, type, ttl: 1, data }) as unknown as Answer);
}

/** Splits a TXT record into strings of at most 255 bytes (RFC 1035 §3.3). */
function splitTxtRecord(text: string): string[] {
  return text.match(/.{1,255}/g) ?? [''];
}

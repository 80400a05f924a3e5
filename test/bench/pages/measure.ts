import { Agent, get } from 'node:http';

/** The cost of a page. */
export interface PageCost {
  median_ms: number;
  p95_ms: number;
  /** CPU time of site and database per response, in ms. Hardly depends on the machine's load. */
  cpu_ms: number;
  bytes: number;
}

const WARM_UP_REQUESTS = 20;
const REQUESTS = 200;

/** Requests a page repeatedly on one connection, one request after the other. */
export async function measurePage(url: string, spentMs: () => number): Promise<PageCost> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (let time = 0; time < WARM_UP_REQUESTS; time += 1) await request(url, agent);
    const answers = [];
    const before = spentMs();
    for (let time = 0; time < REQUESTS; time += 1) answers.push(await request(url, agent));
    return summarisePageCost(answers, spentMs() - before);
  } finally {
    agent.destroy();
  }
}

/** The median and the 95th percentile of the times, the CPU time, and the largest size. */
export function summarisePageCost(
  answers: readonly { ms: number; bytes: number }[],
  spentMs: number,
): PageCost {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => times[Math.ceil(times.length * share) - 1] ?? 0;
  return {
    median_ms: Number(at(0.5).toFixed(2)),
    p95_ms: Number(at(0.95).toFixed(2)),
    cpu_ms: Number((spentMs / answers.length).toFixed(2)),
    bytes: Math.max(0, ...answers.map(({ bytes }) => bytes)),
  };
}

function request(url: string, agent: Agent): Promise<{ ms: number; bytes: number }> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const clientRequest = get(url, { agent, headers: { accept: 'text/html' } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => {
        const ms = performance.now() - startedAt;
        if (response.statusCode === 200) resolve({ ms, bytes });
        else reject(new Error(`${url} returned the status ${response.statusCode}.`));
      });
      response.on('error', reject);
    });
    clientRequest.on('error', reject);
  });
}

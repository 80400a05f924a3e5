import type { Socket } from 'node:net';
import { encodeFrame } from './frames.ts';

/** Sends a frame; resolves when more may be sent, and never rejects: who must know that the other
 *  side is gone listens to the socket's 'close'. */
export type SendFrame = (type: number, payload?: Uint8Array | string) => Promise<void>;

/** Frames onto a socket, with back-pressure. Once `hurry` aborts nobody waits any more: the last
 *  words of a command must not hang on a caller that is stopped. */
export function frameWriter(socket: Socket, hurry?: AbortSignal): SendFrame {
  let drained: Promise<void> | undefined;

  return (type, payload = '') => {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    if (!socket.writable || hurry?.aborted) {
      if (socket.writable) socket.write(encodeFrame(type, bytes));
      return nextTurn();
    }
    if (socket.write(encodeFrame(type, bytes))) return Promise.resolve();
    drained ??= untilDrained(socket, hurry).then(() => {
      drained = undefined;
    });
    return drained;
  };
}

function untilDrained(socket: Socket, hurry: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      hurry?.removeEventListener('abort', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
    hurry?.addEventListener('abort', done);
  });
}

/** A command that writes in a loop must let others run, the abort of its own signal included. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
